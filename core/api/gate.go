package api

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/sdk/protocol"
)

// access says who may make a call.
type access int

const (
	anyone access = iota
	byPOS
	byAdmin
)

// gate decides who may call.
type gate struct {
	*observer
	directory *directory.Directory
	intake    *intake
	tickets   *tickets
	strangers *strangers
	guesses   guesses
	closing   atomic.Bool // the server is about to stop
}

// admit: the token first, then whether it opens this call.
func (g *gate) admit(c *call, need access) error {
	if g.closing.Load() && need != anyone {
		return protocol.Errorf(protocol.ShuttingDown, "the server is shutting down; come back").With(protocol.Pause{RetryAfterMS: 1000})
	}
	if need == anyone {
		return nil
	}
	caller, err := g.authenticate(c.r)
	if err != nil {
		return g.slowed(c.r.Context(), err, c.r.RemoteAddr)
	}
	g.strangers.known(strangerOf(c.r))
	if caller.Admin != (need == byAdmin) {
		if need == byAdmin {
			return protocol.Errorf(protocol.Forbidden, "this call takes the admin token")
		}
		return protocol.Errorf(protocol.Forbidden, "this call takes the token of a POS; the admin token opens /v1/admin alone")
	}
	c.caller = caller
	c.body = reading{intake: g.intake, pos: caller.POS.ID}
	return nil
}

// authenticate takes the token from the header.
func (g *gate) authenticate(r *http.Request) (directory.Caller, error) {
	if ticket := r.URL.Query().Get("ticket"); ticket != "" && r.URL.Path == "/v1/stream" {
		token, ok := g.tickets.take(ticket)
		if !ok {
			return directory.Caller{}, protocol.Errorf(protocol.Unauthorized, "the ticket was used or is older than 30 seconds; get a new one").With(protocol.TokenProblem{Reason: "ticket"})
		}
		return g.directory.Authenticate(r.Context(), token)
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
