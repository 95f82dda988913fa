package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// access says who may make a call.
type access int

const (
	anyone access = iota
	byPOS
	byAdmin
	byRelay
)

// gate decides who may call.
type gate struct {
	*observer
	directory *directory.Directory
	intake    *intake
	tickets   *tickets
	strangers *strangers
	guesses   guesses
}

// admit: the token first, then whether it opens this call.
func (g *gate) admit(c *call, need access) error {
	if g.closing.Load() && need != anyone {
		return shuttingDown(stopping)
	}
	if need == anyone {
		return nil
	}
	caller, err := g.authenticate(c.r)
	if err != nil {
		return g.slowed(c.r.Context(), err, c.r.RemoteAddr)
	}
	g.strangers.known(strangerOf(c.r))
	if has := accessOf(caller); has != need {
		return protocol.Errorf(protocol.Forbidden, "%s", takes[need])
	}
	c.caller = caller
	c.body = reading{intake: g.intake, pos: caller.POS.ID}
	return nil
}

// takes says which token opens a call.
var takes = map[access]string{
	byPOS:   "this call takes the token of a POS; the admin token opens /v1/admin alone",
	byAdmin: "this call takes the admin token",
	byRelay: "this call takes the token of a relay, which manytill relay add gives",
}

// accessOf is what a caller's token opens.
func accessOf(c directory.Caller) access {
	switch {
	case c.Admin:
		return byAdmin
	case c.Relay != "":
		return byRelay
	}
	return byPOS
}

// authenticate takes the token from the header.
func (g *gate) authenticate(r *http.Request) (directory.Caller, error) {
	if ticket := r.URL.Query().Get("ticket"); ticket != "" && r.URL.Path == "/v1/stream" {
		token, err := g.tickets.take(r.Context(), ticket)
		switch {
		case err != nil && !errors.Is(err, store.ErrNotFound):
			return directory.Caller{}, protocol.AsError(err)
		case err != nil:
			return directory.Caller{}, protocol.Errorf(protocol.Unauthorized, "the ticket was used or is older than 30 seconds; get a new one").With(protocol.TokenProblem{Reason: "ticket"})
		}
		return g.directory.AuthenticateHash(r.Context(), token)
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		token = ""
	}
	return g.directory.Authenticate(r.Context(), strings.TrimSpace(token))
}

// slowed is how a token that isn't good is answered: later, if many of them
// come from one address. One that is missing is no guess.
func (g *gate) slowed(ctx context.Context, err error, remote string) error {
	refused := protocol.AsError(err)
	if refused.Code != protocol.Unauthorized || refused.Details == (protocol.TokenProblem{Reason: directory.TokenMissing}) {
		return err
	}
	g.metrics.refused(refusedToken)
	if flood := g.guesses.wrong(ctx, addressOf(remote)); flood != nil {
		g.metrics.refused(refusedTokens)
		return flood
	}
	return err
}

// tickets stand for a token where a browser can't set a header: good once and
// for 30 seconds, and gone with their token.
type tickets struct {
	now    func() time.Time
	shared store.Shared // nil where this process alone uses the store

	mu    sync.Mutex
	given map[string]ticket
}

type ticket struct {
	token   [32]byte // its hash
	pos     protocol.POSID
	expires time.Time
}

const (
	ticketLife = 30 * time.Second
	maxTickets = 10_000
	posTickets = 100 // of one POS: each of its tabs takes one now and then
)

func newTickets(s store.Store, now func() time.Time) *tickets {
	shared, _ := s.(store.Shared)
	return &tickets{now: now, shared: shared, given: map[string]ticket{}}
}

// give gives a ticket, which any node takes.
func (t *tickets) give(ctx context.Context, token [32]byte, pos protocol.POSID) (string, error) {
	b := make([]byte, 20)
	_, _ = rand.Read(b)
	name := strings.ToLower(base32.StdEncoding.EncodeToString(b))
	given, err := t.note(name, token, pos)
	if err == nil && t.shared != nil {
		err = t.shared.PutTicket(ctx, sha256.Sum256([]byte(name)), token, given.expires)
	}
	if err != nil {
		return "", protocol.AsError(err)
	}
	return name, nil
}

// note keeps a ticket, unless there are too many.
func (t *tickets) note(name string, token [32]byte, pos protocol.POSID) (ticket, error) {
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
		return ticket{}, protocol.Errorf(protocol.RateLimited, "too many tickets were asked for").With(protocol.Pause{RetryAfterMS: 5000})
	}
	t.given[name] = ticket{token, pos, now.Add(ticketLife)}
	return t.given[name], nil
}

// take takes a ticket, once; store.ErrNotFound if it isn't good.
func (t *tickets) take(ctx context.Context, name string) (token [32]byte, err error) {
	t.mu.Lock()
	given, ok := t.given[name]
	delete(t.given, name)
	t.mu.Unlock()
	if t.shared != nil {
		return t.shared.TakeTicket(ctx, sha256.Sum256([]byte(name)), t.now())
	}
	if !ok || t.now().After(given.expires) {
		return token, store.ErrNotFound
	}
	return given.token, nil
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
