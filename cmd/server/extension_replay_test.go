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
	"time"

	"github.com/manytill/manytill/internal/testbin"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// keptRun waits until a run is kept that says something, and names its file.
func (f *serverWithTwoPOS) keptRun(extension, end, says string) (path string) {
	f.t.Helper()
	require.Eventually(f.t, func() bool {
		found, err := filepath.Glob(filepath.Join(f.dir, "manytill.db.runs", extension+"-"+end+"-*.json"))
		require.NoError(f.t, err)
		for _, path = range found {
			if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), says) {
				return true
			}
		}
		return false
	}, patience, 20*time.Millisecond)
	return path
}

// replay runs the command, and gives what it printed and its exit code.
func (f *serverWithTwoPOS) replay(args ...string) (out string, code int) {
	f.t.Helper()
	out, err := output(f.t, append([]string{"extension", "replay", "--config", f.config}, args...)...)
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return out, ended.ExitCode()
	}
	require.NoError(f.t, err)
	return out, 0
}

// Every kind of failure of a running shop is kept, and comes again when it is run
// once more: in JavaScript and in Go.
func TestReplay(t *testing.T) {
	f := newServerWithTwoPOS(t)
	require.NoError(t, os.MkdirAll(filepath.Join(f.dir, "throws"), 0o700))
	f.write("throws/extension.yaml", "name: throws\nversion: 1.0.0\njs: throws.js\ncan_reject: true\n"+
		"fields: {order: {act: {type: string}, sum: {type: number, derived: true}}}\n")
	f.write("throws/throws.js", sourceOf(t, "throws.js"))
	goExtension := f.fails()
	f.enable("  - path: throws\n    timeout: 30s\n    config: {key: s3cret-of-the-shop}\n"+goExtension+"  - path: spins.js\n    timeout: 300ms\n"+
		"  - path: sticks.js\n    timeout: 300ms\n  - path: grows.js\n    timeout: 60s\n    memory: 96MB\n", "spins.js", "sticks.js", "grows.js")
	f.hangup("extensions loaded")
	bar := f.hand(f.bar, "c1")
	n := 0
	tap := func(field protocol.Field, does string) func() {
		return func() {
			n++
			bar.do(create(protocol.OrderID(fmt.Sprint("o", n)), protocol.Fields{field: protocol.Text(does), "partner_id": "12"}))
		}
	}
	spin := func() {
		bar.do(create("spun", nil), protocol.LineAdd{Order: "spun", Line: "l1", Set: protocol.Fields{"product_id": "11", "qty": "1", "spin": `"on"`}})
	}
	for i, c := range []struct {
		extension, end, says, prints string
		tap                          func()
	}{
		{"throws", "failed", "no card for (a setting)", "throws.js:6", tap("act", "throw")},
		{"throws", "vetoed", "closed on Mondays", "throws.js:7", tap("act", "veto")},
		{"throws", "not_taken", "NaN", "order.sum", tap("act", "nan")},
		{"spins", "failed", "it ran too long", "line l1", spin},
		{"sticks", "failed", "it ran too long", "timeout: ", tap("stick", "on")},
		{"grows", "failed", "it may take 96 MB", "raise memory", tap("grow", "on")},
		{"fails", "failed", "no such card", "apply_ms_data: ", tap("do", "error")},
		{"fails", "vetoed", "not on Mondays", "order o", tap("do", "veto")},
		{"fails", "not_taken", "JSON hasn't", "order.seen", tap("do", "nan")},
		{"fails", "slow", "more than half of the time", "slow", tap("do", "sleep")},
		{"fails", "failed", "index out of range", "main.go:", tap("do", "panic")},
		{"fails", "failed", "it ended: exit status 7", "it ended", tap("do", "exit")},
		{"fails", "failed", "it ran too long", "timeout: ", tap("do", "hang")},
	} {
		c.tap()
		path := f.keptRun(c.extension, c.end, c.says)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NotContains(t, string(text), "s3cret")
		if i == 0 {
			out, code := f.replay("--last")
			require.Zero(t, code, out)
			require.Contains(t, out, filepath.Base(path))
		}
		out, code := f.replay(path)
		require.Zero(t, code, out)
		require.Contains(t, out, "The same came of it.")
		require.Contains(t, out, c.prints)
	}
	debugged := exec.Command(manytill, "extension", "replay", f.keptRun("fails", "failed", "no such card"), "--config", f.config, "--debug")
	debugged.Stdin = strings.NewReader("\n")
	printed, err := debugged.CombinedOutput()
	require.NoError(t, err, string(printed))
	require.Regexp(t, `(?s)dlv attach \d+\n.*The same came of it\.`, string(printed))
	out, code := f.replay(f.keptRun("throws", "failed", ""), "--debug")
	require.Equal(t, 2, code)
	require.Contains(t, out, "--debug is for extensions in Go")
	listed, code := f.replay()
	require.Zero(t, code)
	require.GreaterOrEqual(t, strings.Count(listed, "\n"), 14)
	f.server.stop()

	// The vendor mends it.
	mended := filepath.Join(f.dir, "mended.js")
	f.write("mended.js", strings.Replace(sourceOf(t, "throws.js"), `=== "throw"`, `=== "never"`, 1))
	failed := f.keptRun("throws", "failed", "")
	out, code = f.replay(failed, "--with", mended)
	require.Equal(t, 1, code, out)
	require.Contains(t, out, "Something else came of it:\n    end: \"failed\" → \"taken\"\n")
	var told struct {
		Reproduced  bool
		Differences []protocol.Difference
	}
	text, err := exec.Command(manytill, "extension", "replay", failed, "--with", mended, "--json").Output()
	require.Error(t, err)
	require.NoError(t, json.Unmarshal(text, &told))
	require.False(t, told.Reproduced)
	require.Contains(t, told.Differences, protocol.Difference{Key: "act", Before: "null", After: `"throw"`})
}

// fails builds the Go extension, and gives its entry.
func (f *serverWithTwoPOS) fails() (entry string) {
	f.t.Helper()
	dir := filepath.Join(f.dir, "fails")
	require.NoError(f.t, os.MkdirAll(dir, 0o700))
	sum, err := testbin.Build("./testdata/fails", filepath.Join(dir, "fails"))
	require.NoError(f.t, err)
	manifest, err := os.ReadFile("testdata/fails/extension.yaml")
	require.NoError(f.t, err)
	f.write("fails/extension.yaml", string(manifest))
	return fmt.Sprintf("  - path: fails\n    sha256: %s\n    timeout: 2500ms\n", sum)
}

func TestReplaySaysWhatIsMissing(t *testing.T) {
	f := newServerWithTwoPOS(t)
	out, code := f.replay()
	require.Zero(t, code)
	require.Contains(t, out, "Nothing is kept")
	f.write("broken.json", `{"manytill_run": 1}`)
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--last"}, "nothing is kept"},
		{[]string{"no.json"}, "no such file"},
		{[]string{"no.json", "--last"}, "not both"},
		{[]string{filepath.Join(f.dir, "broken.json")}, "this is no whole run"},
	} {
		out, code := f.replay(c.args...)
		require.Equal(t, 2, code, out)
		require.Contains(t, out, c.says)
	}
}
