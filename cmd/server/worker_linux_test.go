package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/manytill/manytill/internal/hostile"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What an operator meets when an extension's process isn't as it should be.

// dies is an extension whose process ends when an order's field go is "now".
// What its process found in the field it gives back in echo.
func dies(t *testing.T) string {
	for _, c := range hostile.Hooks() {
		if c.Name == "padStart, lying twice" {
			return c.Code
		}
	}
	require.FailNow(t, "no such hook")
	return ""
}

// status is what the admin page shows of an extension.
func (f *serverWithTwoPOS) status(name string) protocol.ExtensionStatus {
	f.t.Helper()
	var now extensionsNow
	f.admin("GET", "/v1/admin/extensions", nil, &now)
	for _, e := range now.Extensions {
		if e.Name == name {
			return e
		}
	}
	require.FailNow(f.t, "no such extension", name)
	return protocol.ExtensionStatus{}
}

// isDown waits until the extension stays down, and returns why.
func (f *serverWithTwoPOS) isDown(name string) (why string) {
	f.t.Helper()
	require.EventuallyWithT(f.t, func(c *assert.CollectT) {
		status := f.status(name)
		require.Equal(c, protocol.Down, status.State)
		require.NotEmpty(c, status.Errors)
		why = status.Errors[len(status.Errors)-1].Message
	}, time.Minute, 10*time.Millisecond)
	return why
}

// works waits until the extension's process is there again and runs.
func (h *hand) works(prefix string) {
	h.t.Helper()
	require.EventuallyWithT(h.t, func(c *assert.CollectT) {
		id := protocol.OrderID(prefix + string(rune('a'+h.next%26)) + strings.Repeat("x", int(h.next/26)))
		require.NoError(c, applied(h.try(create(id, protocol.Fields{"go": `"later"`}))))
		require.EqualValues(c, `"later"`, h.fields(id)["echo"])
	}, time.Minute, 10*time.Millisecond)
}

// A backup needs no hook: it is taken while one holds a multi-session.
func TestABackupWhileAHookHangs(t *testing.T) {
	t.Parallel()
	f := newServerWithTwoPOS(t)
	f.write("hangs.js", hangsAndSays)
	f.enable("  - path: hangs.js\n    timeout: 1h\n")
	f.hangup("extensions loaded")
	bar := f.hand(f.bar, "c1")
	require.Equal(t, protocol.Applied, bar.do(create("before", protocol.Fields{"go": `"early"`})).Status)
	answered := make(chan error, 1)
	go func() { answered <- applied(bar.try(create("slow", protocol.Fields{"go": `"now"`}))) }()
	f.server.eventually("it hangs now")

	copied := filepath.Join(f.dir, "copy.db")
	require.Contains(t, must(t, "backup", "--config", f.config, "--to", copied), "Backed up")
	select {
	case err := <-answered:
		require.FailNow(t, "the hook didn't hang while the backup was taken", err)
	default:
	}
	f.server.stop()
	require.Error(t, <-answered)
	require.Contains(t, must(t, "restore", "--config", f.config, "--from", copied, "--force"), "Start the server")
	f.write("hangs.js", "")
	f.start()
	orders := f.orders()
	require.Len(t, orders, 1)
	require.EqualValues(t, "before", orders[0].ID)
}

// The program's file is another while the server runs: a process that ends is
// started again by the program that runs.
func TestAProcessStartsAgainAfterTheProgramWasReplaced(t *testing.T) {
	t.Parallel()
	f := newServerWithTwoPOS(t)
	f.server.stop()
	f.write("dies.js", dies(t))
	f.enable("  - path: dies.js\n    timeout: 2s\n")
	f.startAndReplace()
	bar := f.hand(f.bar, "c1")
	require.NoError(t, applied(bar.try(create("o1", protocol.Fields{"go": `"now"`}))))
	require.Empty(t, bar.fields("o1")["echo"], "its process ended")
	bar.works("later")
	f.server.expect("the extension's process ended; it is started again")
	require.NotContains(t, f.server.all(), "doesn't start")
}

// The folder where sockets are is gone, and there is no place for another: that
// is told, with what to do; other extensions and shops go on.
func TestNoFolderForSockets(t *testing.T) {
	t.Parallel()
	f := newServerWithTwoPOS(t)
	token := f.createPOS("elsewhere", "Elsewhere")
	f.admin("POST", "/v1/admin/multi-sessions", map[string]any{"name": "Elsewhere", "pos": []string{"elsewhere"}}, nil)
	f.server.stop()
	f.write("dies.js", dies(t))
	f.enable("  - path: dies.js\n    timeout: 2s\n  - path: documented.js\n    timeout: 2s\n", "documented.js")
	temporary := filepath.Join(f.dir, "t")
	require.NoError(t, os.Mkdir(temporary, 0o700))
	cmd := exec.Command(manytill, "serve", "--config", f.config)
	cmd.Env = append(os.Environ(), "MANYTILL_ADMIN_TOKEN="+adminToken, "TMPDIR="+temporary, "XDG_RUNTIME_DIR=", "RUNTIME_DIRECTORY=")
	f.server = start(t, "server", cmd)
	f.url = f.server.match(`serving url=(\S+)`)[1]
	bar, elsewhere := f.hand(f.bar, "c1"), f.hand(token, "c2")
	bar.works("before")

	// A file stands in the place of the folder: for root nothing is read-only.
	require.NoError(t, os.RemoveAll(temporary))
	require.NoError(t, os.WriteFile(temporary, nil, 0o600))
	require.NoError(t, applied(bar.try(create("o1", protocol.Fields{"go": `"now"`, "first_new_variable": "1"}))))
	require.EqualValues(t, "1", bar.fields("o1")["first_new_variable"])
	for range 3 {
		require.NoError(t, applied(elsewhere.try(create(protocol.OrderID("e"+string(rune('0'+elsewhere.next))), protocol.Fields{"second_new_variable": "2"}))))
	}
	require.EqualValues(t, "2", elsewhere.fields("e1")["second_new_variable"], "the other extension goes on")
	why := f.isDown("dies")
	require.Contains(t, why, "there is no folder for the sockets of extensions: ")
	require.Contains(t, why, temporary)
	require.Contains(t, why, "set TMPDIR to a folder where it can")
	require.Equal(t, protocol.Running, f.status("documented").State)

	// A reload says the same, and leaves all as it is.
	require.NoError(t, f.server.cmd.Process.Signal(syscall.SIGHUP))
	f.server.match(`reloading the extensions failed; the old ones stay in use" error="extension dies: there is no folder for the sockets`)
	require.NoError(t, applied(bar.try(create("o2", protocol.Fields{"first_new_variable": "1"}))))
	require.NoError(t, os.Remove(temporary))
	require.NoError(t, os.Mkdir(temporary, 0o700))
	f.hangup("extensions loaded")
	bar.works("after")
}

// With on_error: reject a till is refused what can't be checked while the
// process isn't there, in words that say so, but for money; it ends when the
// process is back.
func TestRefusedWhileTheProcessIsAway(t *testing.T) {
	t.Parallel()
	f := newServerWithTwoPOS(t)
	f.write("dies.js", dies(t))
	f.enable("  - path: dies.js\n    timeout: 2s\n    on_error: reject\n")
	f.hangup("extensions loaded")
	bar := f.hand(f.bar, "c1")
	bar.works("before")
	require.NoError(t, applied(bar.try(create("sold", protocol.Fields{"go": `"later"`}))))
	refused := func(result protocol.Result) {
		t.Helper()
		require.Equal(t, protocol.Vetoed, result.Code, result)
		require.Equal(t, "dies", result.Extension)
		require.Equal(t, "the extension dies failed, and the server is set to refuse what it can't check", result.Message)
	}
	refused(bar.do(create("bad", protocol.Fields{"go": `"now"`})))
	bar.works("again") // started again at once

	require.NoError(t, os.Rename(filepath.Join(f.dir, "dies.js"), filepath.Join(f.dir, "away.js")))
	refused(bar.do(create("bad2", protocol.Fields{"go": `"now"`})))
	refused(bar.do(create("o1", protocol.Fields{"go": `"later"`})))
	require.Contains(t, f.isDown("dies"), "there is no such file or folder")
	refused(bar.do(create("o2", protocol.Fields{"go": `"later"`})))
	require.Equal(t, protocol.Applied, bar.do(protocol.OrderPay{Order: "sold", Payment: protocol.NewPayment{ID: "p1", Method: "cash", Amount: "5"}}).Status, "money is a fact")

	require.NoError(t, os.Rename(filepath.Join(f.dir, "away.js"), filepath.Join(f.dir, "dies.js")))
	f.hangup("extensions loaded")
	require.NoError(t, applied(bar.try(create("o3", protocol.Fields{"go": `"later"`}))))
}

// An extension whose process dies at every start is given up after pauses that
// grow. Each change is told once, in a line.
func TestAProcessThatDiesAtEveryStart(t *testing.T) {
	t.Parallel()
	f := newServerWithTwoPOS(t)
	f.write("dies.js", dies(t))
	f.enable("  - path: dies.js\n    timeout: 2s\n")
	f.hangup("extensions loaded")
	bar := f.hand(f.bar, "c1")
	bar.works("before")
	f.write("dies.js", `var n = 0; "x".padStart({valueOf: function () { return n++ ? 1e12 : 1; }});`)
	require.NoError(t, applied(bar.try(create("o1", protocol.Fields{"go": `"now"`}))))
	why := f.isDown("dies")
	require.Contains(t, why, "stays down until the extensions are reloaded")
	require.Contains(t, why, "its files can't be loaded: it ended: ")
	require.Contains(t, why, "it may take 256 MiB")
	for range 20 {
		require.NoError(t, applied(bar.try(setOrder("o1", protocol.Fields{"partner_id": protocol.Int(int(bar.next))}))), "sales go on")
	}
	f.server.eventually("ended too often and stays down")
	var told, printed []string
	for line := range strings.SplitSeq(f.server.all(), "\n") {
		switch {
		case strings.Contains(line, "it is started again\""):
			told = append(told, line)
		case strings.Contains(line, "the extension printed"):
			printed = append(printed, line)
		}
		require.Less(t, len(line), 1000)
	}
	require.Len(t, told, 4)
	var before time.Duration
	for _, line := range told {
		pause, err := time.ParseDuration(regexp.MustCompile(`pause=(\S+)`).FindStringSubmatch(line)[1])
		require.NoError(t, err)
		require.GreaterOrEqual(t, pause, before, line)
		before = pause
	}
	require.Equal(t, time.Second, before)
	require.Len(t, printed, 5, "why, once for each end")
	require.Equal(t, 1, strings.Count(f.server.all(), "orders go on without an extension"))
}
