package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// checked runs extension check and gives what it printed and its exit code.
func checked(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	cmd := exec.Command(manytill, append([]string{"extension", "check"}, args...)...)
	text, err := cmd.CombinedOutput()
	if err != nil {
		require.IsType(t, &exec.ExitError{}, err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

func TestExtensionCheck(t *testing.T) {
	dir := t.TempDir()
	good, bad, settings := filepath.Join(dir, "good.js"), filepath.Join(dir, "bad.js"), filepath.Join(dir, "settings.yaml")
	text, err := os.ReadFile("../../extensions/javascript/testdata/documented.js")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(good, text, 0o600))
	require.NoError(t, os.WriteFile(bad, []byte("var x = ;"), 0o600))
	require.NoError(t, os.WriteFile(settings, []byte("rate: 2\n"), 0o600))

	out, code := checked(t, good, "--config", settings)
	require.Zero(t, code, out)
	require.Contains(t, out, "good (javascript): nothing was found\nFIELD")
	require.Regexp(t, `first_new_variable +order +\S+ +last .* synced\n`, out)

	out, code = checked(t, bad)
	require.Equal(t, 1, code, out)
	require.Contains(t, out, "bad.js:1:9: error[syntax]")
	require.Contains(t, out, "fix: ")

	out, code = checked(t, good, "--json")
	require.Zero(t, code, out)
	var report struct{ Kind string }
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Equal(t, "javascript", report.Kind)

	out, code = checked(t, filepath.Join(dir, "nowhere.js"))
	require.Equal(t, 2, code, out)
	out, code = checked(t, good, "--config", filepath.Join(dir, "none.yaml"))
	require.Equal(t, 2, code, out)
}

// A Go program's sources can be looked at alone.
func TestExtensionCheckOfGo(t *testing.T) {
	out, code := checked(t, "../../extensions/check/testdata/zoo/go/misspelt-hook", "--source-only")
	require.Equal(t, 1, code, out)
	require.Contains(t, out, "main.go:14:17: error[misspelt-hook] Order.ApplyMsDate is never called: did you mean ApplyMSData?\n  fix: Write func (o *Order) ApplyMSData(data sdk.Record) error.\n")
	require.Contains(t, out, "zoo (go): 1 error\n")
}
