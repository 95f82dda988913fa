package machine

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/wire"
)

func (m *Machine) received(in Received) {
	l := &m.link
	if in.Conn != l.conn || (l.phase != greeting && l.phase != open) {
		return // of a connection that was given up
	}
	l.heard = m.now
	switch f := in.Frame.(type) {
	case wire.Welcome:
		m.welcome(f)
	case wire.Changes:
		if !m.changes(f) {
			m.drop()
			m.lost()
		}
	case wire.Snapshot:
		m.snapshot(f)
	case wire.Pushed:
		l.limit = answerLimit
		if ids := m.push.flights[f.Ref]; ids != nil && len(ids) == 0 {
			m.push.land(f.Ref) // it was asked whether anybody is there
			return
		}
		m.results(f.Ref, f.Results)
		m.fine()
	case wire.Till:
		m.till(f)
	case wire.Presence:
		m.here.seen(m, f)
	case wire.Extensions:
		m.status.ExtensionsETag = f.ETag
		m.notify(ExtensionsChanged{ETag: f.ETag})
	case wire.Catalogue:
		m.notify(CatalogueChanged{ETag: f.ETag})
	case wire.Reset:
		m.socketReset(f.Reason)
	case wire.Error:
		m.errorFrame(f)
	}
}

func (m *Machine) welcome(w wire.Welcome) {
	was := m.state.Place
	if was.ServerID != "" && w.ServerID != was.ServerID {
		m.reset(sdk.OtherServer)
		return
	}
	if was.MultiSession != nil && w.MultiSession != nil && was.MultiSession.ID != w.MultiSession.ID {
		m.reset(sdk.OtherMultiSession)
		return
	}
	m.link.phase, m.link.since = open, m.now
	m.link.backoff, m.link.worked = backoff{}, true
	m.poll.on, m.poll.works = false, false
	m.forgetRequests()
	m.push.hold = m.now
	place := was
	place.ServerID, place.POS, place.Run = w.ServerID, w.POS, w.Run
	if w.MultiSession != nil {
		place.MultiSession = w.MultiSession
	}
	m.placed(place)
	m.push.known, m.push.shut = true, !w.TillOpen
	m.status.ExtensionsETag = w.ExtensionsETag
	m.fine()
	m.here.all(m, w.Present)
	if m.here.looking != "" {
		m.send(wire.Presence{Order: &m.here.looking})
	}
}

func (m *Machine) socketReset(reason sdk.Reason) {
	if reason != sdk.CursorExpired {
		m.link.doomed = true
		m.push.ground()
	}
	m.reset(reason)
}

func (m *Machine) errorFrame(e wire.Error) {
	switch {
	case m.link.doomed:
		// Every push here is answered so; what is to be done is under way.
	case e.Code == sdk.ResetRequired:
		m.socketReset(e.Reason)
		m.drop()
	case e.Ref != 0 && m.push.flights[e.Ref] != nil:
		m.link.limit = answerLimit
		m.pushFailed(e.Ref, e)
	case m.link.phase == greeting:
		m.drop()
		m.refused(e)
	default:
		m.problem(e.Code, e.Message)
	}
}

// refused takes the server's refusal of anything but what a push alone can be
// refused for (protocol, "Errors").
func (m *Machine) refused(e wire.Error) {
	switch e.Code {
	case sdk.Unauthorized, sdk.Forbidden, sdk.UpgradeRequired:
		m.stop(e.Code)
	case sdk.ClientTaken:
		m.reset(sdk.Reason(sdk.ClientTaken))
	case sdk.ResetRequired:
		m.reset(e.Reason)
	case sdk.TillClosed:
		m.push.shut, m.push.known = true, true
		m.push.hold = m.now.Add(tillPause)
	default:
		m.problem(e.Code, advice(e.Code))
		m.pause(e.RetryAfter())
	}
}

func advice(code sdk.Code) string {
	switch code {
	case sdk.Unauthorized:
		return "the server doesn't know this till's token; enter the token that the operator gives this till"
	case sdk.Forbidden:
		return "the server refuses this till; ask the operator"
	case sdk.UpgradeRequired:
		return "the server speaks another version of the protocol; update this till"
	case ProblemUnreadable:
		return "the server sends what this till can't read; go on working, everything is kept and sent later; tell the operator if this stays"
	case sdk.NoMultiSession:
		return "this till is in no multi-session and works alone; the operator can add it to one"
	case sdk.ReadOnly, sdk.Overloaded, sdk.ShuttingDown, sdk.RateLimited:
		return "the server takes nothing at the moment; go on working, everything is kept and sent later"
	}
	return "the server has a problem; go on working, everything is kept and sent later"
}
