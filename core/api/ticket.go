package api

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
	"sync"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// tickets stand for a token where a browser can't set a header: good once and
// for 30 seconds, and gone with their token.
type tickets struct {
	now func() time.Time

	mu    sync.Mutex
	given map[string]ticket
}

type ticket struct {
	token   string
	pos     protocol.POSID
	expires time.Time
}

const (
	ticketLife = 30 * time.Second
	maxTickets = 10_000
	posTickets = 100 // of one POS: each of its tabs takes one now and then
)

func newTickets(now func() time.Time) *tickets {
	return &tickets{now: now, given: map[string]ticket{}}
}

func (t *tickets) give(token string, pos protocol.POSID) (string, error) {
	b := make([]byte, 20)
	_, _ = rand.Read(b)
	name := strings.ToLower(base32.StdEncoding.EncodeToString(b))
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	of := 0
	for name, given := range t.given {
		if now.After(given.expires) {
			delete(t.given, name)
		} else if given.pos == pos {
			of++
		}
	}
	if of >= posTickets || len(t.given) >= maxTickets {
		return "", protocol.Errorf(protocol.RateLimited, "too many tickets were asked for").With(protocol.Pause{RetryAfterMS: 5000})
	}
	t.given[name] = ticket{token, pos, now.Add(ticketLife)}
	return name, nil
}

func (t *tickets) take(name string) (token string, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	given, ok := t.given[name]
	delete(t.given, name)
	return given.token, ok && !t.now().After(given.expires)
}

// drop forgets the tickets of a POS whose token was revoked.
func (t *tickets) drop(pos protocol.POSID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name, given := range t.given {
		if given.pos == pos {
			delete(t.given, name)
		}
	}
}

func (a *API) ticket(c *call) error {
	token := strings.TrimSpace(c.r.Header.Get("Authorization")[len("Bearer "):])
	name, err := a.tickets.give(token, c.caller.POS.ID)
	if err != nil {
		a.refusedOf(c.caller.POS.ID, refusedTicket, "ticket refused: this POS took too many")
		return err
	}
	return c.answer(protocol.TicketResponse{Ticket: name})
}
