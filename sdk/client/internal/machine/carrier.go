package machine

import "time"

// way is a transport.
type way string

const (
	waySocket way = "websocket"
	wayPoll   way = "poll"
)

// connection is where a socket stands, and what is known there: one of the
// types below, a phase each.
type connection interface{ phase() linkPhase }

type (
	down    struct{}
	dialing struct {
		conn  int
		since time.Time
	}
	greeting struct{ session }
	open     struct{ session }
	doomed   struct{ session }
	// session is what an answered dial has.
	session struct {
		conn               int
		since, sent, heard time.Time
	}
)

func (*down) phase() linkPhase     { return linkDown }
func (*dialing) phase() linkPhase  { return linkDialing }
func (*greeting) phase() linkPhase { return linkGreeting }
func (*open) phase() linkPhase     { return linkOpen }
func (*doomed) phase() linkPhase   { return linkDoomed }

func (s *session) talk() *session { return s }

// carrier is a link that brings frames.
type carrier struct {
	at connection
	// dialAt is when it is opened next.
	dialAt time.Time
	// worked: it was open once, so no proxy is in its way for good.
	worked bool
}

// talk is the session; nil before one.
func (c *carrier) talk() *session {
	if t, ok := c.at.(interface{ talk() *session }); ok {
		return t.talk()
	}
	return nil
}

// up: frames go both ways.
func (c *carrier) up() bool { return c.at.phase() == linkOpen || c.at.phase() == linkDoomed }

// opening is since when it has been opened, if it isn't yet.
func (c *carrier) opening() (since time.Time, is bool) {
	switch at := c.at.(type) {
	case *dialing:
		return at.since, true
	case *greeting:
		return at.since, true
	}
	return since, false
}

// enter takes an event, and reports whether the phase is another now.
func (c *carrier) enter(on linkEvent, conn int, now time.Time) bool {
	was := c.at.phase()
	to := linkTable.next(was, on)
	if to == was {
		return false
	}
	talk := session{conn: conn, heard: now}
	if t := c.talk(); t != nil {
		talk = *t
	}
	talk.since = now
	switch to {
	case linkDialing:
		c.at = &dialing{conn: conn, since: now}
	case linkGreeting:
		c.at = &greeting{talk}
	case linkOpen:
		c.at = &open{talk}
	case linkDoomed:
		c.at = &doomed{talk}
	default:
		c.at = &down{}
	}
	return true
}
