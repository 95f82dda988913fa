package main_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// What `extension new` makes works as it is, in all languages: what one till
// types in its fields, the other shows.
func TestExtensionNew(t *testing.T) {
	f := newServerWithTwoPOS(t)
	checkout, err := filepath.Abs("../..")
	require.NoError(t, err)
	for _, kind := range []string{"js", "ts", "odoo"} {
		out := must(t, "extension", "new", "in-"+kind, "--"+kind, "--dir", f.dir)
		require.Contains(t, out, "Next:\n  cd "+filepath.Join(f.dir, "in-"+kind)+"\n  manytill extension check .")
		ci := exec.Command(filepath.Join(f.dir, "in-"+kind, "ci.sh"))
		ci.Env = append(os.Environ(), "MANYTILL="+manytill)
		said, err := ci.CombinedOutput()
		require.NoError(t, err, string(said))
		require.Contains(t, string(said), "nothing was found")
		require.Contains(t, string(said), "ok       case: what one till types, the other shows")
	}
	out := must(t, "extension", "new", "in-go", "--go", "--dir", f.dir, "--sdk", checkout)
	require.Contains(t, out, "go mod tidy && go build -o in-go .")
	entries := "  - {path: in-js, timeout: 5s}\n  - {path: in-ts, timeout: 5s}\n  - {path: in-odoo, timeout: 5s}\n"
	f.enable(entries + fmt.Sprintf("  - {path: in-go, timeout: 5s, sha256: %s}\n", built(t, filepath.Join(f.dir, "in-go"), "in-go")))
	require.Contains(t, must(t, "extension", "check", "--strict", filepath.Join(f.dir, "in-go")), "in-go 0.1.0 (go): nothing was found")
	require.Contains(t, must(t, "extension", "test", filepath.Join(f.dir, "in-go")), " 0 failed")
	f.hangup("extensions loaded")
	bar, door := f.hand(f.bar, "c1"), f.hand(f.till1, "c2")
	note, remark, want := protocol.Fields{}, protocol.Fields{"qty": "1"}, protocol.Fields{}
	for _, kind := range []string{"js", "ts", "odoo", "go"} {
		note[protocol.Field("in_"+kind+"_note")], want[protocol.Field("in_"+kind+"_note")] = `"  by the window "`, `"by the window"`
		remark[protocol.Field("in_"+kind+"_remark")] = `"no ice"`
	}
	bar.do(create("o1", note), addLine(remark))
	require.Equal(t, want, door.fields("o1"))
	require.Equal(t, remark, door.line("o1"))

	for field := range want {
		note[field], want[field] = `" at the door"`, `"at the door"`
	}
	require.Equal(t, protocol.Applied, door.do(protocol.OrderSet{Order: "o1", Set: note}).Status)
	require.Equal(t, want, bar.fields("o1"))
}

// built tests and builds a Go extension as its vendor does, and returns its checksum.
// What the module cache lacks of the graph of modules is fetched.
func built(t *testing.T, dir, name string) string {
	sums, err := os.ReadFile("../../go.sum")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o644))
	for _, args := range [][]string{{"test", "-ldflags=-s -w", "-tags", "conform", "."}, {"build", "-o", name, "."}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "CGO_ENABLED=0")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
	}
	binary, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return fmt.Sprintf("%x", sha256.Sum256(binary))
}
