package machine

import (
	"errors"

	"github.com/manytill/manytill/sdk/protocol"
)

// dialogue is what the server says, and which parts that concerns.
type dialogue struct {
	*step
	disk     *disk
	report   *report
	outcomes *outcomes
	outbox   *outbox
	inbox    *inbox
	calls    *calls
	pacing   *pacing
	dial     *dial
	link     *link
	recovery *recovery
}

// received takes a frame of the socket.
func (d *dialogue) received(frame protocol.ServerFrame) {
	switch f := frame.(type) {
	case protocol.Welcome:
		d.welcome(f)
	case protocol.Changes:
		if !d.changes(f) {
			d.dial.drop()
			d.dial.lost()
		}
	case protocol.Snapshot:
		d.snapshot(f)
	case protocol.Pushed:
		d.link.pushAnswered()
		if !d.outbox.landProbe(f.Ref) {
			d.results(f.Ref, f.Results)
			d.dial.fine()
		}
	case protocol.Till:
		d.till(f)
	case protocol.Presence:
		d.report.seen(f)
	case protocol.Extensions:
		d.report.status.ExtensionsETag = f.ETag
		d.notify(ExtensionsChanged{ETag: f.ETag})
	case protocol.Catalogue:
		d.notify(CatalogueChanged{ETag: f.ETag})
	case protocol.Reset:
		d.linkReset(f.Reason)
	case protocol.ErrorFrame:
		d.errorFrame(f)
	}
}

func (d *dialogue) welcome(w protocol.Welcome) {
	place := d.disk.state.Place
	if place.ServerID != "" && w.ServerID != place.ServerID {
		d.recovery.reset(protocol.OtherServer)
		return
	}
	if place.MultiSession != nil && w.MultiSession != nil && place.MultiSession.ID != w.MultiSession.ID {
		d.recovery.reset(protocol.OtherMultiSession)
		return
	}
	d.dial.welcomed()
	place.ServerID, place.POS, place.Run = w.ServerID, w.POS, w.Run
	if w.MultiSession != nil {
		place.MultiSession = w.MultiSession
	}
	d.report.place(place)
	d.outbox.tillIs(w.TillOpen)
	d.report.status.ExtensionsETag = w.ExtensionsETag
	d.dial.fine()
	d.report.allPresent(w.Present)
	if d.report.looking != "" {
		d.dial.send(protocol.Look{Order: &d.report.looking})
	}
}

// till takes what the server says of till, run and multi-session.
func (d *dialogue) till(t protocol.Till) {
	d.outbox.tillIs(t.Open)
	if t.Open {
		d.outbox.hold = d.now
	}
	place := d.disk.state.Place
	place.Run = t.Run
	if t.MultiSession != nil && (place.MultiSession == nil || place.MultiSession.ID == t.MultiSession.ID) {
		place.MultiSession = t.MultiSession
	}
	d.report.place(place)
}

func (d *dialogue) linkReset(reason protocol.Reason) {
	if reason != protocol.CursorExpired {
		d.dial.doom()
	}
	d.recovery.reset(reason)
}

func (d *dialogue) errorFrame(f protocol.ErrorFrame) {
	e := f.Failure()
	_, flying := d.outbox.flights[f.Ref]
	switch {
	case d.dial.socket.at.phase() == linkDoomed:
		// Every push here is answered so; what is to be done is under way.
	case e.Code == protocol.ResetRequired:
		d.linkReset(e.Reason())
		d.dial.drop()
	case f.Ref != 0 && flying:
		d.link.pushAnswered()
		d.pushFailed(f.Ref, e)
	case d.dial.socket.at.phase() == linkGreeting:
		d.dial.drop()
		d.refused(e)
	default:
		d.report.problem(e.Code, e.Text())
	}
}

// changes takes changes from any transport, and reports whether they were in
// order.
func (d *dialogue) changes(c protocol.Changes) bool { return d.took(d.inbox.changes(c)).inOrder }

func (d *dialogue) snapshot(s protocol.Snapshot) { d.took(d.inbox.snapshot(s)) }

func (d *dialogue) took(t taken) taken {
	if t.whole && d.pacing.readable() {
		d.dial.fine()
	}
	d.recovery.noticeClone(t.lastID)
	return t
}

func (d *dialogue) results(ref int, results []protocol.Result) {
	if touched := d.outbox.results(ref, results); len(touched) > 0 {
		d.report.redraw(touched, nil)
	}
}

// answered takes the answer to a call.
func (d *dialogue) answered(in Answered) {
	c, awaited := d.calls.finish(in.Request)
	if !awaited {
		return
	}
	d.dial.pollsWork()
	d.pacing.answered()
	d.dial.fine()
	if !c.push {
		d.calls.pullAt = d.now
	}
	if c.continues != "" && c.continues != d.inbox.continues() {
		return // of what was given up meanwhile
	}
	switch a := in.Answer.(type) {
	case protocol.PushResponse:
		d.pushAnswer(in.Request, a)
	case protocol.Changes:
		if quick := d.now.Sub(c.made) < tooQuick; (quick && c.waits && len(a.Changes) == 0) || !d.changes(a) {
			d.calls.pullAt = d.now.Add(tooQuick)
		}
	case protocol.Snapshot:
		d.snapshot(a)
	}
}

func (d *dialogue) pushAnswer(id int, a protocol.PushResponse) {
	c := protocol.Changes{Changes: a.Changes, Cursor: a.Cursor, Seq: a.Seq, LastID: a.LastID}
	if a.More {
		c.LastID = 0 // it may speak of what isn't here yet
	}
	// Of a folded answer that goes on the rest would have to be pulled from
	// where it began: leave all of it to the poll.
	if d.inbox.pile.phase() != inboxFolding && !(a.More && isFolded(a.Changes)) {
		d.changes(c)
	}
	d.results(id, a.Results)
}

func (d *dialogue) giveUpOverdue() {
	for _, id := range d.calls.overdue() {
		d.emit(GiveUp{ID: id})
		d.failed(id, errNoAnswer)
	}
}

var errNoAnswer = errors.New("no answer")

// failed takes a call without an answer.
func (d *dialogue) failed(id int, err error) {
	c, awaited := d.calls.finish(id)
	if !awaited {
		return
	}
	var e *protocol.Error
	switch {
	case errors.As(err, &protocol.Unreadable{}):
		d.dial.pollsWork()
		d.outbox.land(id)
		d.unreadable(err)
	case d.calls.shorter(c, err):
	case errors.As(err, &e):
		d.dial.pollsWork()
		if c.push {
			d.pushFailed(id, e)
			return
		}
		d.inbox.discard()
		d.calls.pullAt = d.now.Add(leastPause)
		d.refused(e)
	default:
		d.outbox.land(id)
		d.calls.works = false
		d.dial.forgetCalls()
		d.dial.gaveUp(wayPoll, c.made)
	}
}

func (d *dialogue) pushFailed(ref int, e *protocol.Error) {
	switch f := d.outbox.failed(ref, e).(type) {
	case refusal:
		d.refused(f.Error)
	case badPush:
		d.report.problem(f.Code, "the server can't read what this till sends; update the till or the server ("+f.Text()+")")
	case idsLost:
		d.recovery.idsLost(f.lastID)
	case idsReused:
		if d.disk.state.Recovery == nil {
			d.recovery.idsReused()
		} else {
			d.outcomes.reused(f.ids)
		}
	case gapAgain:
		d.outbox.hold = d.now.Add(d.pacing.refused())
	}
}

// refused takes the server's refusal of anything but what a push alone can be
// refused for (protocol, "Errors").
func (d *dialogue) refused(e *protocol.Error) {
	switch e.Code {
	case protocol.Unauthorized, protocol.Forbidden, protocol.UpgradeRequired:
		d.dial.stop(e.Code)
	case protocol.ClientTaken:
		d.recovery.reset(protocol.Reason(protocol.ClientTaken))
	case protocol.ResetRequired:
		d.recovery.reset(e.Reason())
	case protocol.TillClosed:
		d.outbox.shut()
	default:
		d.report.problem(e.Code, advice(e.Code))
		d.dial.rest(e.RetryAfter())
	}
}

// unreadable takes what isn't what the protocol says. What may have changed
// orders is lost with it, so a snapshot is taken; each further one that can't
// be read waits longer, and the queue stays.
func (d *dialogue) unreadable(err error) {
	u := protocol.Unreadable{Err: err}
	errors.As(err, &u)
	d.notify(Unreadable{What: u.What, Message: u.Err.Error()})
	switch u.What {
	case "pushed", "error": // of a push, which is made again later
		d.outbox.ground()
		d.outbox.hold = d.now.Add(tillPause)
	case "", "welcome", "changes", "snapshot", "reset":
		d.inbox.forget()
		d.dial.drop()
		d.dial.tryAt(d.now.Add(d.pacing.unreadable()))
	default:
		return // nothing that a till must know
	}
	d.report.problem(ProblemUnreadable, advice(ProblemUnreadable))
}
