package faults_test

import (
	"errors"
	"time"

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
	w      *simulation
	name   string
	pos    protocol.POS
	user   *protocol.User
	polls  bool // sockets are blocked here
	script bool // of the TypeScript client
	m      core
	store  storage

	offline, diskFull bool
	clogged           bool // it reads nothing, since
	cloggedAt         time.Time
	skew              time.Duration      // of its clock
	disk              []clienttest.Store // on their way to it
	link
	tapping map[int]*tap
}

func (w *simulation) addTill(pos protocol.POSID, polls, script bool) *till {
	t := &till{w: w, name: w.id("till"), pos: protocol.POS{ID: pos, Name: string(pos)}, polls: polls, script: script}
	if script {
		t.store = newScriptStorage(w)
	} else {
		t.store = newGoStorage(w)
	}
	w.tills = append(w.tills, t)
	t.boot()
	return t
}

// boot is a new process on what is on disk.
func (t *till) boot() {
	t.link, t.disk, t.tapping = link{}, nil, map[int]*tap{}
	t.m = t.store.boot(t)
	t.tick()
}

// crash loses what wasn't synced.
func (t *till) crash() {
	t.w.tell("%s crashes", t.name)
	t.hang()
	t.store.lose()
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
	t.m.checkShown()
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
		t.send(t.w.frame(e))
	case sent:
		t.send(e.raw)
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
	for ; n > 0 && len(t.disk) > 0; n-- {
		s := t.disk[0]
		t.disk = t.disk[1:]
		if err := t.store.put(t.m, s, t.diskFull); err != nil {
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
