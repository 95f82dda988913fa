package faults_test

import (
	"errors"
	"reflect"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/client/clienttest"
	"github.com/manytill/manytill/sdk/protocol"
)

var (
	errCut  = errors.New("the link was cut")
	errDisk = errors.New("no space left on device")
)

// till is a real client machine with its disk and its end of the link.
type till struct {
	w     *simulation
	name  string
	pos   protocol.POS
	user  *protocol.User
	polls bool // sockets are blocked here
	m     *clienttest.Machine
	store *clienttest.MemoryStore

	offline, diskFull bool
	clogged           bool // it reads nothing, since
	cloggedAt         time.Time
	skew              time.Duration      // of its clock
	disk              []clienttest.Store // on their way to it
	link
	tapping map[int]*tap
}

func (w *simulation) addTill(pos protocol.POSID, polls bool) *till {
	t := &till{
		w: w, name: w.id("till"), pos: protocol.POS{ID: pos, Name: string(pos)}, polls: polls, store: clienttest.NewMemoryStore(),
	}
	w.tills = append(w.tills, t)
	t.boot()
	return t
}

// boot is a new process on what is on disk.
func (t *till) boot() {
	state, err := t.store.Load()
	require.NoError(t.w.t, err)
	t.link, t.disk, t.tapping = link{}, nil, map[int]*tap{}
	t.m = clienttest.New(clienttest.Config{
		State: state, Token: "x", User: t.user,
		Random: func() float64 { return float64(t.w.dice(1000)) / 1000 },
		NewID:  func() string { return t.w.id("c") },
		Trace:  func(part, phase, event string) { t.w.reached.note("phase", part, phase, event) },
	})
	t.tick()
}

// crash loses what wasn't synced.
func (t *till) crash() {
	t.w.tell("%s crashes", t.name)
	t.hang()
	t.store.Crash()
	t.boot()
}

// now is the time by the till's clock.
func (t *till) now() time.Time { return t.w.clock.Add(t.skew) }

func (t *till) tick() { t.step(clienttest.Tick{}) }

func (t *till) told(session *multisession.Session, open bool, run protocol.Run) {
	ms := session.Feed.State().MultiSession
	t.step(clienttest.TillIs{Till: protocol.Till{Open: open, Run: run, MultiSession: &ms}})
}

func (t *till) step(inputs ...clienttest.Input) {
	for len(inputs) > 0 {
		effects := t.m.Step(t.now(), inputs...)
		inputs = nil
		for _, e := range effects {
			inputs = append(inputs, t.carryOut(e)...)
		}
		if !t.w.faults.slow {
			inputs = append(inputs, t.write(len(t.disk))...)
		}
	}
	t.checkShown()
}

// checkShown: what was recomputed step by step is what a restart would show.
func (t *till) checkShown() {
	if len(t.disk) > 0 || t.diskFull {
		return
	}
	fresh := clienttest.New(clienttest.Config{State: t.m.State()})
	if !reflect.DeepEqual(fresh.Orders(), t.m.Orders()) {
		require.Equal(t.w.t, fresh.Orders(), t.m.Orders(), "%s shows what a restart would", t.name)
	}
}

func (t *till) carryOut(e clienttest.Effect) []clienttest.Input {
	switch e := e.(type) {
	case clienttest.Store:
		t.disk = append(t.disk, e)
	case clienttest.Dial:
		if t.offline || t.polls {
			return []clienttest.Input{clienttest.LinkDown{Conn: e.Conn, Err: errCut}}
		}
		t.open(e.Conn)
		return []clienttest.Input{clienttest.LinkUp(e)}
	case clienttest.Hangup:
		t.hang()
	case clienttest.Send:
		t.send(e.Frame)
	case clienttest.Request:
		if t.offline {
			return []clienttest.Input{clienttest.Failed{Request: e.ID, Err: errCut}}
		}
		t.calls = append(t.calls, &call{id: e.ID, call: e.Call})
	case clienttest.Done:
		t.done(e)
	case clienttest.Notify:
		t.notice(e.Event)
	}
	return nil
}

// write puts what waits for the disk there, up to n batches.
func (t *till) write(n int) (inputs []clienttest.Input) {
	t.store.Fail(nil)
	if t.diskFull {
		t.store.Fail(errDisk)
	}
	for ; n > 0 && len(t.disk) > 0; n-- {
		s := t.disk[0]
		t.disk = t.disk[1:]
		var err error
		if s.Whole {
			err = t.store.Rewrite(t.m.State())
		} else {
			err = t.store.Append(s.Records, s.Sync)
		}
		if err != nil {
			t.disk = nil
			return append(inputs, clienttest.StoreFailed{Batch: s.Batch, Err: err})
		}
		inputs = append(inputs, clienttest.Stored{Batch: s.Batch})
	}
	return inputs
}

// flush lets the disk take everything.
func (t *till) flush() {
	for len(t.disk) > 0 {
		t.step(t.write(len(t.disk))...)
	}
}

func (t *till) notice(e client.Event) {
	switch e := e.(type) {
	case client.Rejected:
		t.w.tell("  %s: %d of %s rejected: %s", t.name, e.Mutation.ID, e.Mutation.At, e.Result.Code)
		t.w.taps.told(e.Mutation.At, e.Result)
	case client.QueueStranded:
		t.w.tell("  %s: queue set aside: %s", t.name, e.Queue.Reason)
		for _, m := range e.Queue.Mutations {
			t.w.taps.aside(m.At)
		}
	case client.Renumbered:
		t.w.tell("  %s: goes on as %s", t.name, e.To)
	}
}

// settled: there is nothing that this till has to do or to learn.
func (t *till) settled() bool {
	s, state := t.m.Status(), t.m.State()
	session := t.w.server.sessionOf(t.pos.ID)
	return s.Transport != client.Offline && (s.TillOpen || !s.TillKnown) && s.Unsent == 0 && state.Recovery == nil &&
		state.Cursor != "" && state.Seq == session.Feed.Head().Seq && len(t.disk) == 0
}
