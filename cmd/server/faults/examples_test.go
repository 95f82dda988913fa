package faults_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/testbin"
)

// newProcessWithExamples is a server with the three examples.
func newProcessWithExamples(t testing.TB) *process {
	p := newConfiguredProcess(t, "")
	p.example("order-note", "order-note/order-note.js", "")
	p.example("absolute-discount", "absolute-discount", "")
	p.loyalty("points_per_unit: 1")
	p.enable("order-note", "absolute-discount", "loyalty")
	p.start()
	return p
}

// example copies an example's folder, and keeps its entry of the config.
func (p *process) example(name, path, more string) {
	require.NoError(p.t, os.CopyFS(filepath.Join(p.dir, name), os.DirFS(filepath.Join("../../../plugins/example", name))))
	p.entries[name] = fmt.Sprintf("  - {path: ./%s, timeout: 5s%s}\n", path, more)
}

// loyalty builds the example in Go.
func (p *process) loyalty(settings string) {
	p.example("loyalty", "loyalty", "")
	sum, err := testbin.Build("github.com/manytill/manytill/plugins/example/loyalty", filepath.Join(p.dir, "loyalty", "loyalty"))
	require.NoError(p.t, err)
	p.entries["loyalty"] = fmt.Sprintf("  - {path: ./loyalty, sha256: %q, timeout: 5s, config: {%s}}\n", sum, settings)
}

// enable writes the extensions into the config, in this order.
func (p *process) enable(names ...string) {
	config, err := os.ReadFile(p.config())
	require.NoError(p.t, err)
	text, _, _ := strings.Cut(string(config), "extensions:")
	text += "extensions:\n"
	for _, name := range names {
		require.Contains(p.t, p.entries, name)
		text += p.entries[name]
	}
	require.NoError(p.t, os.WriteFile(p.config(), []byte(text), 0o600))
}

// swapExamples puts them in another order, perhaps without one in JavaScript,
// and has the server take that over while tills work.
func (p *process) swapExamples(dice *rand.Rand) {
	names := []string{"order-note", "absolute-discount", "loyalty"}
	if out := dice.IntN(3); out < 2 {
		names = append(names[:out], names[out+1:]...)
	}
	dice.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	p.enable(names...)
	require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGHUP))
}

// killPlugin kills the processes of extensions that there are just now: all, or those
// whose command names one.
func (p *process) killPlugin(names ...string) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", p.cmd.Process.Pid))
	require.NoError(p.t, err)
	for _, thread := range threads {
		children, err := os.ReadFile(thread)
		if err != nil {
			continue
		}
		for _, child := range strings.Fields(string(children)) {
			var pid int
			_, err := fmt.Sscan(child, &pid)
			require.NoError(p.t, err)
			command, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
			if len(names) == 0 || slices.ContainsFunc(names, func(n string) bool { return strings.Contains(string(command), n) }) {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}
}

// pointsAreRight waits until the plugin has run over what it missed: each
// order has as many points as its one line's quantity, at a price of 1.
func (p *process) pointsAreRight(multiSessions []*multiSession) {
	var wrong string
	require.Eventually(p.t, func() bool {
		wrong = ""
		for _, f := range multiSessions {
			for _, o := range p.orders(f.id) {
				if len(o.Lines) == 1 && o.Fields["points"] != o.Lines[0].Fields["qty"] {
					wrong = fmt.Sprintf("%s: %s points, quantity %s", o.ID, o.Fields["points"], o.Lines[0].Fields["qty"])
				}
			}
		}
		return wrong == ""
	}, 60*time.Second, 100*time.Millisecond, "the derived field doesn't catch up")
	require.Empty(p.t, wrong)
}
