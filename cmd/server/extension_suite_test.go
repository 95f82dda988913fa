package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// tested runs extension test, and gives its exit code and what it printed.
func tested(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	cmd := exec.Command(manytill, append([]string{"extension", "test"}, args...)...)
	text, err := cmd.CombinedOutput()
	if err != nil {
		require.IsType(t, &exec.ExitError{}, err)
	}
	return cmd.ProcessState.ExitCode(), string(text)
}

// What the command prints, its exit codes, and what it writes.
func TestExtensionTest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../plugins/example/tare")))
	code, out := tested(t, "--run", "round|kill|case", "-v", "--timeout", "30s", dir)
	require.Equal(t, 0, code, out)
	require.Contains(t, out, "ok       round trip (2 fields that tills edit, ")
	require.Contains(t, out, "ok       kill -9 (3 kills, ")
	require.Contains(t, out, "tare 1.0.0 (javascript): 3 ok, 0 failed, 0 skipped\n")

	const text = `name: a wrong one
when: [{till: A, add: {id: l1, gross: 2, tare: 1}}]
then: {lines: [{id: l1, qty: 2}]} # hm
`
	file := filepath.Join(dir, "testdata", "wrong.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	code, out = tested(t, "--run", "wrong", dir)
	require.Equal(t, 1, code, out)
	require.Contains(t, out, "failed   case: a wrong one\n  "+file+":3:25: after all steps\n    expected: 2\n    came:     1\n    of:       orderline field qty, line l1, till every till\n")
	code, out = tested(t, "--run", "wrong", "--json", dir)
	require.Equal(t, 1, code)
	var report struct {
		Results []struct {
			Check, Verdict string
			Failures       []struct{ Field, Line, Expected, Came string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Len(t, report.Results, 1)
	require.Equal(t, "failed", report.Results[0].Verdict)
	require.Equal(t, "qty", report.Results[0].Failures[0].Field)

	code, out = tested(t, "--run", "wrong", "--update", dir)
	require.Equal(t, 0, code, out)
	updated, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "name: a wrong one\nwhen: [{till: A, add: {id: l1, gross: 2, tare: 1}}]\nthen: {lines: [{id: l1, qty: 1}]} # hm\n", string(updated))

	require.NoError(t, os.WriteFile(file, []byte("when: [{till: A, sett: {x: 1}}]\n"), 0o600))
	code, out = tested(t, "--run", "wrong", dir)
	require.Equal(t, 1, code)
	require.Contains(t, out, file+`:1:18: unknown field "sett"; did you mean`)

	for _, args := range [][]string{{filepath.Join(dir, "none")}, {"--run", "(", dir}, {"--config", "none.yaml", dir}} {
		code, out = tested(t, args...)
		require.Equal(t, 2, code, out)
		require.Contains(t, out, "manytill: ")
	}
}
