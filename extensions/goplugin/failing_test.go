//go:build linux

package goplugin_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A hook that fails is a failure of its record alone.
func TestAHookFails(t *testing.T) {
	k := start(t, options(t, misbehave))
	results, err := k.run(5*time.Second, "panic", "error", "reject", "lines", "fine")
	require.NoError(t, err)
	require.Regexp(t, `^apply_ms_data: main.go:\d+: panic: no reason$`, results[0].Err.Error())
	require.EqualError(t, results[1].Err, "apply_ms_data: it went wrong")
	require.Equal(t, "closed on Mondays", results[2].Reject)
	require.ErrorContains(t, results[3].Err, "reads: {orderline: [qty, price_unit]}")
	require.NoError(t, results[4].Err)
	require.Equal(t, []protocol.Field{"note", "pids"}, results[4].Read)
	var in *hooks.HookError
	require.ErrorAs(t, results[0].Err, &in)
	require.Equal(t, protocol.HookApply, in.Hook)
	require.Zero(t, k.host.State().Exits)
}

// Whatever goes wrong in a call: the call ends at its deadline, and the next
// one works, by another process.
func TestACallGoesWrong(t *testing.T) {
	const deadline = 150 * time.Millisecond
	for order, c := range map[protocol.OrderID]struct {
		within time.Duration
		says   string // the call
		reason string // the supervisor
	}{
		"exit":   {time.Minute, "exit status 3", "it ended: exit status 3"},
		"crash":  {time.Minute, "panic: in a goroutine", "it ended: exit status 2, panic: in a goroutine"},
		"hang":   {deadline, "it ran too long (more than 150ms); timeout: in its entry of the config gives it more", "killed: it hangs, or is frozen"},
		"spin":   {deadline, "it ran too long", "killed: it hangs, or is frozen"},
		"freeze": {deadline, "it ran too long", "killed: it hangs, or is frozen"},
		"huge":   {time.Minute, "killed: its answer was larger than 8388608 bytes", "killed: its answer was larger"},
	} {
		t.Run(string(order), func(t *testing.T) {
			k := start(t, options(t, misbehave))
			before := k.works()
			_, err := k.run(c.within, "fine", order)
			require.ErrorContains(t, err, c.says)
			again := k.await(goplugin.Running)
			require.Equal(t, 1, again.Exits)
			require.Contains(t, again.Reason, c.reason)
			require.NotEqual(t, before, k.works(), "it is another process")
			awaitEnd(t, before...)
		})
	}
}

// One that takes more memory than it may is ended and told of: when that is
// seen, or when the system refuses more.
func TestTakesTooMuchMemory(t *testing.T) {
	for order, says := range map[protocol.OrderID]string{
		"eats":  "killed: it took too much memory (it may take 64 MB; ",
		"gulps": "it may take 64 MB",
	} {
		t.Run(string(order), func(t *testing.T) {
			o := options(t, misbehave)
			o.Memory, o.Grace = 64_000_000, 20*time.Second // as an operator writes 64MB
			k := start(t, o)
			_, err := k.run(20*time.Second, order)
			require.ErrorContains(t, err, says)
			require.ErrorContains(t, err, "raise memory at this extension")
			require.Contains(t, k.await(goplugin.Running).Reason, "may take 64 MB")
			k.works()
		})
	}
	o := options(t, misbehave)
	o.Memory = 1 << 20
	_, err := goplugin.Start(t.Context(), o)
	require.ErrorContains(t, err, "needs 32 MiB of memory or more, not 1.0 MiB")
}

// One that ends, or is ended, while it takes its settings says so.
func TestEndsWhileItIsOpened(t *testing.T) {
	for setting, says := range map[string]string{
		"eats":  "killed: it took too much memory (it may take 64 MB; ",
		"exits": "it ended: exit status 3",
	} {
		o := options(t, misbehave)
		o.Memory, o.Config = 64_000_000, map[string]any{setting: true}
		_, err := goplugin.Start(t.Context(), o)
		require.ErrorContains(t, err, "doesn't work: "+says)
	}
}

// Why it ended is in the log, with the first of the stack; all of it is for who
// looks for faults.
func TestTheStackOfAnEnd(t *testing.T) {
	for level, c := range map[slog.Level]struct{ least, most int }{slog.LevelInfo: {3, 25}, slog.LevelDebug: {40, 200}} {
		o, printed := options(t, misbehave), &log{}
		o.Log = slog.New(slog.NewTextHandler(printed, &slog.HandlerOptions{Level: level}))
		k := start(t, o)
		_, err := k.run(5*time.Second, "crash")
		require.Error(t, err)
		k.await(goplugin.Running)
		require.Contains(t, printed.text(), `line="panic: in a goroutine"`)
		require.Contains(t, printed.text(), "misbehave/main.go:")
		lines := strings.Count(printed.text(), "the extension printed")
		require.GreaterOrEqual(t, lines, c.least)
		require.LessOrEqual(t, lines, c.most)
	}
}

// A call whose time runs out while others that are late keep the plugin is no
// failure of its order's.
func TestBehindALateCall(t *testing.T) {
	o := options(t, misbehave)
	o.Grace = 20 * time.Second
	k := start(t, o)
	for range 2 { // as many as may be under way
		_, err := k.run(50*time.Millisecond, "hang")
		require.ErrorContains(t, err, "it ran too long")
		require.NotErrorIs(t, err, extensions.ErrUnasked)
		require.ErrorIs(t, err, extensions.ErrCostly)
	}
	_, err := k.run(50*time.Millisecond, "fine")
	require.ErrorIs(t, err, extensions.ErrUnasked)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// Straight after a death a call waits for the new process.
func TestACallMeetsARestart(t *testing.T) {
	k := start(t, options(t, misbehave))
	_, err := k.run(5*time.Second, "exit")
	require.ErrorIs(t, err, extensions.ErrCostly)
	k.works()
}

func TestALateAnswerIsIgnored(t *testing.T) {
	o := options(t, misbehave)
	o.Grace = 5 * time.Second
	k := start(t, o)
	before := k.works()
	_, err := k.run(20*time.Millisecond, "late")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, before, k.works(), "it lives, and its late answer isn't taken for this one")
	require.Zero(t, k.host.State().Exits)
}

func TestACancelledCallKillsNothing(t *testing.T) {
	k := start(t, options(t, misbehave))
	before := k.works()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := k.host.Run(ctx, &extensions.Batch{Records: []hooks.Record{&hooks.Snapshot{RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: "fine"}}}})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, before, k.works())
}

// freeze stops a process, and waits until it stands still.
func freeze(t *testing.T, pid int) {
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	require.Eventually(t, func() bool {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		return err != nil || strings.Contains(string(status), "State:\tT")
	}, 5*time.Second, time.Millisecond)
}

// One that is frozen from outside blocks nobody, also at Close.
func TestFrozen(t *testing.T) {
	k := start(t, options(t, misbehave))
	pid := k.works()[0]
	freeze(t, pid)
	var calls sync.WaitGroup
	began := time.Now()
	for range 20 {
		calls.Go(func() {
			_, err := k.run(100*time.Millisecond, "fine")
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
	}
	calls.Wait()
	require.Less(t, time.Since(began), time.Second)
	again := k.await(goplugin.Running)
	require.Equal(t, 1, again.Exits)
	pid = k.works()[0]
	freeze(t, pid)
	began = time.Now()
	require.NoError(t, k.host.Close())
	require.Less(t, time.Since(began), time.Second)
	awaitEnd(t, pid)
	_, err := k.run(time.Second, "fine")
	require.EqualError(t, err, "it was closed")
}

// After the allowed number of ends it stays down, visibly.
func TestStaysDown(t *testing.T) {
	o := options(t, misbehave)
	o.Restart = goplugin.Restart{Allowed: 3, Pause: time.Millisecond}
	k := start(t, o)
	for i := range 3 {
		_, _, stays := k.host.Ended()
		require.False(t, stays)
		_, err := k.run(5*time.Second, "exit")
		require.Error(t, err)
		if i < 2 {
			k.await(goplugin.Running)
		}
	}
	down := k.await(goplugin.Down)
	require.Equal(t, 3, down.Exits)
	why, since, stays := k.host.Ended()
	require.True(t, stays)
	require.Equal(t, down.Since, since)
	require.Equal(t, "it ended 3 times and stays down until the extensions are reloaded (it ended: exit status 3)", why)
	began := time.Now()
	_, err := k.run(5*time.Second, "fine")
	require.EqualError(t, err, why)
	require.Less(t, time.Since(began), time.Second)
}

// Askers at once: what gathers goes together, and a poisonous record that was
// among it, or beside it, takes nobody along.
func TestGathered(t *testing.T) {
	o := options(t, misbehave)
	o.Restart.Allowed = 50
	k := start(t, o)
	k.works()
	var calls sync.WaitGroup
	for i := range 40 {
		calls.Go(func() {
			if i == 20 {
				_, err := k.run(time.Minute, "exit")
				assert.ErrorContains(t, err, "exit status 3")
				assert.ErrorIs(t, err, extensions.ErrCostly)
				return
			}
			results, err := k.run(time.Minute, protocol.OrderID(fmt.Sprint("fine", i)))
			if assert.NoError(t, err) {
				assert.Equal(t, protocol.Value(`"n"`), results[0].Export["note"])
			}
		})
	}
	calls.Wait()
	require.LessOrEqual(t, k.host.State().Exits, 2)
	k.works()
}

// Who was in the process when another's hook ended it, in a call of its own,
// is tried alone, and isn't blamed.
func TestBesideOneThatEndsTheProcess(t *testing.T) {
	o, mark := options(t, misbehave), filepath.Join(t.TempDir(), "mark")
	o.Env = []string{"MARK=" + mark}
	k := start(t, o)
	var beside sync.WaitGroup
	beside.Go(func() {
		results, err := k.run(time.Minute, "waits the first time")
		if assert.NoError(t, err) {
			assert.Equal(t, protocol.Value(`"n"`), results[0].Export["note"])
		}
	})
	require.Eventually(t, func() bool {
		_, err := os.Stat(mark)
		return err == nil
	}, time.Minute, time.Millisecond)
	_, err := k.run(time.Minute, "exit")
	require.ErrorIs(t, err, extensions.ErrCostly)
	beside.Wait()
}

// Who is in the same call as a hook that doesn't end runs out of time with it,
// and isn't blamed: an order that was asked alone is.
func TestTogetherWithOneThatHangs(t *testing.T) {
	o := options(t, misbehave)
	o.Grace, o.Restart.Allowed = 20*time.Second, 50
	k := start(t, o)
	k.works()
	var calls sync.WaitGroup
	for i := range 40 {
		calls.Go(func() {
			if i%20 == 10 {
				_, err := k.run(time.Second, "hang")
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				return
			}
			if _, err := k.run(time.Second, protocol.OrderID(fmt.Sprint("fine", i))); err != nil {
				assert.ErrorIs(t, err, extensions.ErrUnasked)
				assert.NotErrorIs(t, err, extensions.ErrCostly)
			}
		})
	}
	calls.Wait()
}

// One that doesn't start again counts as ending each time.
func TestDoesNotStartAgain(t *testing.T) {
	o := options(t, misbehave)
	o.Env = []string{"MISBEHAVE=exit the second time", "MARK=" + filepath.Join(t.TempDir(), "mark")}
	k := start(t, o)
	_, err := k.run(5*time.Second, "exit")
	require.Error(t, err)
	down := k.await(goplugin.Down)
	require.Equal(t, 5, down.Exits)
	require.Contains(t, down.Reason, "exit status 4 before it was ready")
}

// While it must not be started yet, a call fails at once.
func TestPause(t *testing.T) {
	o := options(t, misbehave)
	o.Restart.Pause = time.Hour
	o.Restart.Longest = time.Hour
	k := start(t, o)
	_, err := k.run(5*time.Second, "exit")
	require.Error(t, err)
	for range 2 {
		k.await(goplugin.Running)
		_, err = k.run(5*time.Second, "exit")
		require.Error(t, err)
	}
	k.await(goplugin.Pausing)
	_, err = k.run(5*time.Second, "fine")
	require.ErrorContains(t, err, "it is started again in ")
}

// log is where a host's log goes.
type log struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(b)
}

func (l *log) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.String()
}

// What a plugin prints, before or after its handshake, goes to the log, and
// not all of it where it is too much.
func TestPrints(t *testing.T) {
	o, printed := options(t, misbehave), &log{}
	o.Log = slog.New(slog.NewTextHandler(printed, nil))
	o.Env = []string{"MISBEHAVE=print"}
	k := start(t, o)
	require.Contains(t, printed.text(), "stream=stdout line=hello")
	_, err := k.run(5*time.Second, "garbage")
	require.NoError(t, err)
	k.works()
	require.Zero(t, k.host.State().Exits)
	require.Less(t, strings.Count(printed.text(), "\n"), 300)
}

// A plugin's environment is what the config gives it.
func TestEnvironment(t *testing.T) {
	t.Setenv("SECRET", "of the server")
	o, printed := options(t, misbehave), &log{}
	o.Log = slog.New(slog.NewTextHandler(printed, nil))
	o.Env = []string{"MISBEHAVE=environment", "GIVEN=yes"}
	k := start(t, o)
	k.works()
	require.NoError(t, k.host.Close())
	require.Contains(t, printed.text(), "GIVEN=yes")
	require.NotContains(t, printed.text(), "SECRET")
	require.NotContains(t, printed.text(), "env: PATH")
}

// What comes by a plugin's stream may be anything, too.
func TestBadStreams(t *testing.T) {
	for does, says := range map[string]string{
		"junk by stream":    "killed: its answer was larger than 8388608 bytes",
		"garbage by stream": "killed: it answered what isn't understood",
		"closes its stream": "killed: it closed its connection",
	} {
		o := options(t, misbehave)
		o.Env = []string{"MISBEHAVE=" + does}
		k := start(t, o)
		_, err := k.run(5*time.Second, "fine")
		require.ErrorContains(t, err, says)
		require.Equal(t, 1, k.await(goplugin.Running).Exits)
	}
}

// One that others killed says that it wasn't this server.
func TestKilledByOthers(t *testing.T) {
	k := start(t, options(t, misbehave))
	require.NoError(t, syscall.Kill(k.works()[0], syscall.SIGKILL))
	require.Contains(t, k.await(goplugin.Starting).Reason, "it ended: signal: killed (not by this server: ")
	k.await(goplugin.Running)
	k.works()
}

// An answer for fewer records is no answer.
func TestShortAnswer(t *testing.T) {
	o := options(t, misbehave)
	o.Env = []string{"MISBEHAVE=short answer"}
	k := start(t, o)
	_, err := k.run(5*time.Second, "fine")
	require.EqualError(t, err, "killed: it answered for 0 of 1 records")
	require.Equal(t, 1, k.await(goplugin.Running).Exits)
}

// What a plugin answers may be anything.
func TestBadAnswers(t *testing.T) {
	o := options(t, misbehave)
	o.Env = []string{"MISBEHAVE=bad answers"}
	k := start(t, o)
	for order, says := range map[protocol.OrderID]string{
		"odd":  "export_as_JSON: it gave a name without a value",
		"text": "export_as_JSON: note: not JSON",
		"size": "export_as_JSON: note: must be 0 or a number of a size",
		"deep": "export_as_JSON: note: JSON nested deeper than 100",
	} {
		results, err := k.run(5*time.Second, order)
		require.NoError(t, err)
		require.ErrorContains(t, results[0].Err, says)
	}
	_, err := k.run(5*time.Second, "status")
	require.ErrorContains(t, err, "killed: it answered what isn't understood")
	require.Equal(t, 1, k.await(goplugin.Running).Exits)
}
