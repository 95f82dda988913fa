package main_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// A new version is run over the history of a running server, by its file and by its
// address, and nothing of the shop changes.
func TestExtensionShadow(t *testing.T) {
	f := newServerWithTwoPOS(t)
	f.enable("  - path: documented.js\n    timeout: 30s\n", "documented.js")
	f.hangup("extensions loaded")
	bar := f.hand(f.bar, "c1")
	for i := range 12 {
		order := protocol.OrderID(fmt.Sprint("o", i))
		require.Equal(t, protocol.Applied, bar.do(create(order, protocol.Fields{"first_new_variable": protocol.Int(i)})).Status)
		require.Equal(t, protocol.Applied, bar.do(setOrder(order, protocol.Fields{"second_new_variable": `"x"`})).Status)
	}
	require.NoError(t, os.Mkdir(filepath.Join(f.dir, "new"), 0o700))
	f.write("new/documented.js", sourceOf(t, "documented.js"))
	run := func(code int, args ...string) string {
		t.Helper()
		cmd := exec.Command(manytill, append([]string{"extension", "shadow", filepath.Join(f.dir, "new", "documented.js"), "--config", f.config}, args...)...)
		cmd.Env = append(cmd.Environ(), "MANYTILL_ADMIN_TOKEN="+adminToken)
		out, err := cmd.CombinedOutput()
		var ended *exec.ExitError
		if errors.As(err, &ended) {
			require.Equal(t, code, ended.ExitCode(), string(out))
		} else {
			require.NoError(t, err)
			require.Zero(t, code, string(out))
		}
		return string(out)
	}
	database := filepath.Join(f.dir, "manytill.db")
	for _, against := range []string{database, f.url} {
		require.Contains(t, run(0, "--against", against), "0 of 24 records would differ (documented over "+against+", orders: 12)")
	}
	changed := strings.Replace(sourceOf(t, "documented.js"), "this.first_new_variable = data.first_new_variable;",
		"this.first_new_variable = data.first_new_variable === 7 ? 8 : data.first_new_variable;", 1)
	require.NotEqual(t, sourceOf(t, "documented.js"), changed)
	f.write("new/documented.js", changed)
	for _, against := range []string{database, f.url} {
		out := run(1, "--against", against)
		require.Contains(t, out, "2 of 24 records would differ")
		require.Contains(t, out, "order o7, change ")
		require.Contains(t, out, "first_new_variable: 7 → 8")
		var report struct {
			Records, Differ int
			Found           []struct{ Order protocol.OrderID }
		}
		require.NoError(t, json.Unmarshal([]byte(run(1, "--against", against, "--json", "--last", "10")), &report))
		require.Equal(t, 10, report.Records)
	}
	require.Equal(t, protocol.Value("7"), bar.fields("o7")["first_new_variable"])
	require.Contains(t, run(2, "--against", filepath.Join(f.dir, "no.db")), "there is no database")
	require.Contains(t, run(2, "--against", "http://127.0.0.1:1"), "127.0.0.1:1")
}
