package faults_test

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// newProcessWithExamples is a server with the three examples.
func newProcessWithExamples(t testing.TB) *process {
	p := newConfiguredProcess(t, "")
	examples, err := filepath.Abs("../../../plugins/example")
	require.NoError(t, err)
	for _, name := range []string{"order-note", "absolute-discount", "loyalty"} {
		require.NoError(t, os.CopyFS(filepath.Join(p.dir, name), os.DirFS(filepath.Join(examples, name))))
	}
	build := exec.Command("go", "build", "-o", filepath.Join(p.dir, "loyalty", "loyalty"), "github.com/manytill/manytill/plugins/example/loyalty")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	p.enable("order-note", "absolute-discount", "loyalty")
	p.start()
	return p
}

// enable writes the extensions into the config, in this order.
func (p *process) enable(names ...string) {
	code, err := os.ReadFile(filepath.Join(p.dir, "loyalty", "loyalty"))
	require.NoError(p.t, err)
	config, err := os.ReadFile(p.config())
	require.NoError(p.t, err)
	text, _, _ := strings.Cut(string(config), "extensions:")
	text += "extensions:\n"
	for _, name := range names {
		switch name {
		case "order-note":
			text += "  - {path: ./order-note/order-note.js, timeout: 5s}\n"
		case "loyalty":
			text += fmt.Sprintf("  - {path: ./loyalty, sha256: %q, timeout: 5s, config: {points_per_unit: 1}}\n", fmt.Sprintf("%x", sha256.Sum256(code)))
		default:
			text += fmt.Sprintf("  - {path: ./%s, timeout: 5s}\n", name)
		}
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

// killPlugin kills the plugin's process, if there is one just now.
func (p *process) killPlugin() {
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
			_ = syscall.Kill(pid, syscall.SIGKILL)
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
