package jsprocess_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/jsprocess"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A process that can't be started again says why, before anybody asks it: its
// files are others now, or gone.
func TestFilesAtARestart(t *testing.T) {
	t.Parallel()
	dies := inHook(`var n = 0; "xxxxxxxx".repeat({valueOf: function () { return n++ ? 2e9 : 1; }});`)
	for name, c := range map[string]struct {
		change func(t *testing.T, file string)
		says   string
	}{
		"changed": {func(t *testing.T, file string) {
			require.NoError(t, os.WriteFile(file, []byte(dies+"\nvar more = 1;"), 0o600))
		}, "its files were changed since they were loaded: reload the extensions"},
		"gone": {func(t *testing.T, file string) { require.NoError(t, os.Remove(file)) }, "there is no such file or folder"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := write(t, "script.js", dies)
			host := start(t, jsprocess.Options{Paths: []string{file}})
			process := host.(extensions.Process)
			why, _, _ := process.Ended()
			require.Empty(t, why)
			c.change(t, file)
			_, err := host.Run(t.Context(), batch(order(protocol.Fields{}, protocol.Fields{"go": `"now"`})))
			require.Error(t, err)
			require.EventuallyWithT(t, func(e *assert.CollectT) {
				why, since, _ := process.Ended()
				require.Contains(e, why, c.says)
				require.NotContains(e, why, "plugin")
				require.False(e, since.IsZero())
			}, time.Minute, time.Millisecond)
		})
	}
}

// A hook that takes too long is told with the time that the operator set, not
// with what was left of it in the process.
func TestToldTimeIsTheOperators(t *testing.T) {
	t.Parallel()
	host := start(t, jsprocess.Options{Paths: []string{write(t, "script.js", inHook(`for (;;) {}`))}})
	const limit = 150 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	b := batch(order(protocol.Fields{}, protocol.Fields{"go": `"now"`}))
	b.Limit = limit
	results, err := host.Run(ctx, b)
	if err == nil {
		err = results[0].Err
	}
	require.ErrorContains(t, err, "it ran too long (more than 150ms)")
}

// Whoever lists processes sees whose each is.
func TestItsNameIsSeen(t *testing.T) {
	t.Parallel()
	start(t, jsprocess.Options{Paths: []string{write(t, "-x by name.js", inHook(""))}})
	lists, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	if lists == nil {
		t.Skip("this system doesn't list processes in /proc")
	}
	require.True(t, slices.ContainsFunc(lists, func(file string) bool {
		line, err := os.ReadFile(file)
		return err == nil && string(line) == "manytill\x00extension-process\x00-x by name\x00"
	}))
}

// A start that can't be, or is given up, says so without the words of plugins.
func TestStartsThatFail(t *testing.T) {
	t.Parallel()
	file := write(t, "script.js", inHook(""))
	_, err := jsprocess.Start(t.Context(), jsprocess.Options{Program: filepath.Join(t.TempDir(), "none"), Paths: []string{file}})
	require.ErrorContains(t, err, "extension script: its process doesn't start: it can't be started: ")
	ended, end := context.WithCancel(t.Context())
	end()
	_, err = jsprocess.Start(ended, jsprocess.Options{Paths: []string{file}})
	require.EqualError(t, err, "extension script: its start was given up: context canceled")
}
