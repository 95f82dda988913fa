package machine

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/manytill/manytill/sdk"
)

func (m *Machine) problem(code sdk.Code, advice string) {
	m.status.Problem, m.status.Advice = code, advice
}

// fine: the server took something.
func (m *Machine) fine() {
	if m.garbage.tries == 0 {
		m.status.Problem, m.status.Advice = "", ""
	}
}

// report tells the program when its status is another.
func (m *Machine) report() {
	s := m.status
	s.Transport = Offline
	switch {
	case m.link.up():
		s.Transport = WebSocket
	case m.poll.on && m.poll.works && m.link.stopped == "":
		s.Transport = LongPoll
	}
	s.Unsent, s.Waiting = m.state.Unsent(), m.state.Waiting()
	s.Run, s.Synced = m.state.Place.Run, m.state.Cursor != ""
	s.TillKnown, s.TillOpen = m.push.known, m.push.known && !m.push.shut
	if s.Problem == sdk.TillClosed || s.Problem == "" {
		s.Problem, s.Advice = "", ""
		if m.push.known && m.push.shut && s.Transport != Offline {
			s.Problem, s.Advice = sdk.TillClosed, "this till is closed; open it and what is queued is sent"
		}
	}
	before := m.shownStatus
	if s.Transport != before.Transport || s.Since.IsZero() {
		s.Since = m.now
	}
	m.status = s
	if s != before {
		m.shownStatus = s
		m.notify(StatusChanged{Status: s})
	}
}

// Wake is when the next step is due at the latest, though nothing happens.
func (m *Machine) Wake() time.Time {
	wake := m.now.Add(time.Hour)
	sooner := func(t time.Time) {
		if t.Before(wake) {
			wake = t
		}
	}
	if m.disk.broken {
		sooner(m.disk.again)
	}
	for _, r := range m.poll.requests {
		sooner(r.deadline)
	}
	l := &m.link
	switch l.phase {
	case dialing, greeting:
		sooner(l.since.Add(patience))
		if !m.poll.on {
			sooner(l.since.Add(slow))
		}
	case open:
		sooner(l.sent.Add(heartbeat))
		sooner(l.heard.Add(silence))
		if at, asked := m.answerDue(); asked {
			sooner(at)
		} else if !l.doomed {
			sooner(l.heard.Add(quiet))
		}
	}
	if l.stopped != "" || !m.ready() {
		return wake
	}
	if l.phase == down && !m.cfg.NoSocket {
		sooner(l.dialAt)
	}
	if m.poll.on && l.phase != open && m.poll.pulling == 0 {
		sooner(m.poll.at)
	}
	if m.push.hold.After(m.now) && m.status.Unsent > 0 {
		sooner(m.push.hold)
	}
	return wake
}

func sortedInts[V any](m map[int]V) []int {
	return slices.SortedFunc(maps.Keys(m), func(a, b int) int { return cmp.Compare(b, a) })
}
