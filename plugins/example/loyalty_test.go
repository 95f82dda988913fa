package example_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// A vendor copies the folder of loyalty away and builds it there, with nothing
// but the sdk.
func TestLoyaltyCopiedElsewhere(t *testing.T) {
	_, here, _, _ := runtime.Caller(0)
	root, err := filepath.Abs(filepath.Join(filepath.Dir(here), "..", ".."))
	require.NoError(t, err)
	dir := t.TempDir()
	for _, name := range []string{"bookings.go", "main.go", "order.go", "extension.yaml", "config.schema.json"} {
		copyFile(t, filepath.Join(root, "plugins", "example", "loyalty", name), filepath.Join(dir, name))
	}
	copyFile(t, filepath.Join(root, "go.sum"), filepath.Join(dir, "go.sum"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte(`module vendor.example/loyalty

go 1.26

require github.com/manytill/manytill v0.0.0

replace github.com/manytill/manytill => `+root+"\n"), 0o644))
	build := exec.Command("go", "build", "-o", "loyalty", ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	out, err = exec.Command(filepath.Join(dir, "loyalty")).CombinedOutput()
	require.Error(t, err, "started by hand")
	require.Contains(t, string(out), "This is an extension of Manytill")
}

func copyFile(t *testing.T, from, to string) {
	raw, err := os.ReadFile(from)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(to, raw, 0o644))
}
