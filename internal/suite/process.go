package suite

import (
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/suite/shop"
	"github.com/manytill/manytill/sdk/protocol"
)

// settling is how long it is waited for a process to be started again.
const settling = 30 * time.Second

// settle makes up for what was missed; false where that can't be done, as the
// extension doesn't answer, or answers with failures.
func settle(s *shop.Shop, host *watched) bool {
	const enough = 10 // answers, each of which may be a failure on one record
	before, until := host.answered(), time.Now().Add(settling)
	for s.Err() == nil && host.answered() < before+enough && time.Now().Before(until) {
		s.Later(time.Hour)
		s.Rerun()
		if !s.Missed() {
			return true
		}
		time.Sleep(5 * time.Millisecond)
	}
	return false
}

// interrupted plays taps, of which one meets an extension that fails in its first
// calls (below 0: in all); then what was missed is made up for. It is what must come of
// a real interruption.
func (t *trial) interrupted(taps []tap, at, calls int) state {
	s := t.shop(taps[:at]...)
	defer s.Close()
	t.host.failing(calls)
	t.do(s, taps[at])
	t.host.failing(0)
	settle(s, t.host)
	t.do(s, taps[at+1:]...)
	return stateOf(s)
}

// process starts the extension in a process of its own; nil where it has none.
func (t *trial) process(r *Result) (*watched, signaller) {
	switch {
	case t.subject.kind == Fields:
		r.skip("it has no code, so that no process")
		return nil, nil
	case t.o.Attach != nil:
		r.skip("it runs in this process: test the folder for this")
		return nil, nil
	case t.subject.kind == JavaScript && !t.o.Process:
		r.skip("JavaScript is in a process of its own only where manytill itself tests it: manytill extension test")
		return nil, nil
	}
	host, err := t.subject.start(t.ctx, t.settings, true)
	if err != nil {
		r.fail(Failure{Did: "the extension was started in a process of its own", Expected: "it to start", Came: err.Error()})
		return nil, nil
	}
	return &watched{Host: host}, host.(signaller)
}

// kill: the extension's process is killed in the middle of a call, and right before one:
// the sale goes on, the process is started again, what was missed is made up for, and
// a push that is repeated changes nothing.
func (t *trial) kill(r *Result) {
	if !t.ready(r) {
		return
	}
	host, process := t.process(r)
	if host == nil {
		return
	}
	defer func() { _ = host.Host.Close() }()
	taps := t.script()
	whole := t.shop(taps...)
	defer whole.Close()
	for _, c := range []struct {
		at   int
		how  string
		kill func(*killing)
	}{
		{min(1, len(taps)-3), "in the middle of", func(k *killing) { go k.kill() }},
		{len(taps) / 2, "in the middle of", func(k *killing) { go k.kill() }},
		{len(taps) - 2, "right before", (*killing).kill},
	} {
		did := fmt.Sprintf("the extension's process was killed (kill -9) %s the call for: %s", c.how, taps[c.at])
		s := t.openWith(t.o.Timeout, host)
		t.do(s, taps[:c.at]...)
		s.Restart(t.chain(host)...)
		k := &killing{process: process, done: make(chan struct{})}
		host.next(func() {
			k.called.Store(true)
			c.kill(k)
		})
		t.do(s, taps[c.at])
		host.next(nil)
		if !k.over() {
			r.fail(Failure{Did: did, Expected: fmt.Sprintf("it to be started again within %s", settling), Came: "it wasn't"})
		} else {
			t.afterwards(r, s, host, taps, c.at, did, whole)
		}
		s.Close()
	}
	r.Tried = "3 kills"
}

// killing is a kill of the extension's process.
type killing struct {
	process signaller
	called  atomic.Bool
	pid     int // of the one that was killed
	done    chan struct{}
}

func (k *killing) kill() {
	k.pid, _ = k.process.Signal(os.Kill)
	close(k.done)
}

// over waits until another process is there; at once where no hook was called, and so
// none was killed.
func (k *killing) over() bool {
	if !k.called.Load() {
		return true
	}
	<-k.done
	for until := time.Now().Add(settling); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		if pid, err := k.process.Signal(syscall.Signal(0)); err == nil && pid != k.pid {
			return true
		}
	}
	return false
}

// afterwards is the same for whatever interrupted a tap.
func (t *trial) afterwards(r *Result, s *shop.Shop, host *watched, taps []tap, at int, did string, whole *shop.Shop) {
	last := s.Taps[len(s.Taps)-1]
	if last.Rejected() && !whole.Taps[at].Rejected() {
		r.fail(Failure{Did: did, Expected: "the sale to go on", Came: "the tap was refused: " + last.Result.Message, Till: last.Till})
		return
	}
	if !settle(s, host) {
		came := "it is still not made up for"
		if err := s.Err(); err != nil {
			came = err.Error()
		}
		r.fail(Failure{Did: did, Expected: fmt.Sprintf("what was missed to be made up for within %s", settling), Came: came})
		return
	}
	head, before := s.Head(), stateOf(s)
	if status := s.Till(last.Till).Again(); status != protocol.Duplicate || s.Head() != head {
		r.fail(Failure{Did: did + ", and the till pushed the same again", Expected: "it to be known (duplicate)", Came: string(status), Till: last.Till})
	}
	r.same(stateOf(s), before, did+", and the till pushed the same again", "nothing to change")
	t.do(s, taps[at+1:]...)
	settle(s, host)
	if words := s.Apart(); words != "" {
		r.fail(Failure{Did: did, Expected: "every till to show what is stored", Came: words})
	}
	came := stateOf(s)
	same := func(want state) bool { _, _, _, differs := came.differs(want); return !differs }
	if same(stateOf(whole)) {
		return
	}
	for calls := range 4 { // how many calls of the tap failed isn't known
		if same(t.interrupted(taps, at, calls)) {
			return
		}
	}
	r.same(came, t.interrupted(taps, at, -1), did+"; what was missed was made up for, and the rest tapped", "what the same hooks give that lost nothing (does a hook keep something in a variable?)")
}

// deadline: a hook that hangs is stopped at its deadline, the sale goes on, and what
// was missed is made up for. None of the extension's own hangs, as far as was tried.
func (t *trial) deadline(r *Result) {
	if t.hung != "" {
		r.fail(Failure{Did: t.hung, Expected: fmt.Sprintf("the hooks to end within %s", t.o.Timeout), Came: "they ran on, and were stopped; the sale went on without them"})
		return
	}
	if !t.ready(r) {
		return
	}
	if t.subject.kind == Fields {
		r.skip("it has no code")
		return
	}
	taps := t.script()
	whole := t.shop(taps...)
	defer whole.Close()
	at := len(taps) / 2
	s, did, err := t.hang(taps, at)
	if err != nil {
		r.fail(Failure{Did: "the extension was made to hang", Expected: "it to hang", Came: err.Error()})
		return
	}
	defer s.Close()
	t.afterwards(r, s, t.host, taps, at, did, whole)
	t.host.wasLate()
}

// hang plays taps up to one that meets an extension which hangs: its process is
// frozen, or in this process its time is up at once.
func (t *trial) hang(taps []tap, at int) (*shop.Shop, string, error) {
	var ignored Result
	frozen, process := t.process(&ignored)
	if frozen == nil || !canFreeze {
		s := t.shop(taps[:at]...)
		s.Timeout = time.Nanosecond
		s.Restart(t.chain(t.host)...)
		t.do(s, taps[at])
		s.Timeout = t.o.Timeout
		s.Restart(t.chain(t.host)...)
		if frozen != nil {
			return s, "the time of the hooks was up at once, at: " + taps[at].String(), frozen.Host.Close()
		}
		return s, "the time of the hooks was up at once, at: " + taps[at].String(), nil
	}
	defer func() { _ = frozen.Host.Close() }()
	const limit = 150 * time.Millisecond
	s := t.openWith(t.o.Timeout, frozen)
	t.do(s, taps[:at]...)
	s.Timeout = limit
	s.Restart(t.chain(frozen)...)
	if err := freeze(process); err != nil {
		s.Close()
		return nil, "", err
	}
	t.do(s, taps[at])
	s.Timeout = t.o.Timeout
	s.Restart(t.chain(extensions.Host(t.host))...)
	return s, fmt.Sprintf("the extension's process was frozen, with %s as its limit, at: %s", limit, taps[at]), nil
}
