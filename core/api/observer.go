package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// The access log: at info what changes something that isn't in the orders'
// history (admin calls, tills, connections) and what was refused, at debug all
// other calls. A path holds no secret; a query may (a ticket), and isn't told.

// observer tells the operator, in the log and the metrics, and gives errors
// their words for a client. Safe for concurrent use.
type observer struct {
	log      *slog.Logger
	metrics  *Metrics
	now      func() time.Time
	closing  atomic.Bool // the server is about to stop
	refusals refusals    // of tokens
	limited  refusals    // of what is beyond a limit
}

// logCall tells of a call that was answered.
func (o *observer) logCall(c *call, rt route, status int, took time.Duration) {
	level, message := slog.LevelDebug, "call"
	changes := c.r.Method != http.MethodGet && c.r.Method != http.MethodHead
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusTooManyRequests:
		if !o.refusals.tell(o.log, "more was refused") {
			return
		}
		level, message = slog.LevelInfo, "refused"
	case rt.access == byAdmin && changes:
		level, message = slog.LevelInfo, "admin call"
	case strings.HasPrefix(rt.path, "/v1/till/"):
		level, message = slog.LevelInfo, "till"
	}
	ctx := context.Background()
	if !o.log.Enabled(ctx, level) {
		return
	}
	what, _, _ := strings.Cut(rt.summary, ";")
	attributes := []slog.Attr{
		slog.String("method", c.r.Method), slog.String("path", cut(c.r.URL.Path, 200)), slog.String("what", what), slog.Int("status", status),
	}
	if c.code != "" {
		attributes = append(attributes, slog.String("code", string(c.code)))
	}
	switch {
	case c.caller.Admin:
		attributes = append(attributes, slog.String("by", "admin"))
	case c.caller.Relay != "":
		attributes = append(attributes, slog.String("by", "relay "+string(c.caller.Relay)))
	case c.caller.POS.ID != "":
		attributes = append(attributes, slog.String("by", string(c.caller.POS.ID)))
	}
	attributes = append(attributes, slog.String("from", from(c.r)), slog.Duration("took", took))
	o.log.LogAttrs(ctx, level, message, attributes...)
}

// from is where a request came from, as a proxy before the server tells it, too.
func from(r *http.Request) string {
	if forwarded := r.Header.Get("X-Forwarded-For"); forwarded != "" {
		return r.RemoteAddr + " for " + cut(forwarded, 100)
	}
	return r.RemoteAddr
}

// connected and disconnected tell of a socket or a stream.
func (o *observer) connected(who connection, from string) {
	o.log.Info("connected", about(who, from)...)
}

func (o *observer) disconnected(who connection, from string, since time.Time) {
	o.log.Info("disconnected", append(about(who, from), slog.Duration("after", o.now().Sub(since).Round(time.Millisecond)))...)
}

func about(who connection, from string) []any {
	return []any{
		slog.String("transport", who.Transport), slog.String("pos", string(who.POS.ID)),
		slog.String("multi_session", string(who.MultiSession)), slog.String("client_id", string(who.ClientID)), slog.String("from", from),
	}
}

// strangerDropped tells of a connection that was dropped for a newer one.
func (o *observer) strangerDropped(conn net.Conn) {
	o.metrics.refused(refusedConnection)
	if o.limited.tell(o.log, moreLimited) {
		o.log.Warn("connection closed: too many connections are open without a token", "from", conn.RemoteAddr().String(),
			"most_of_an_address", strangersOfAddress, "most", strangersInAll)
	}
}

const moreLimited = "more was beyond a limit"

// refusals keeps a flood of what is refused from filling the log.
type refusals struct {
	mu         sync.Mutex
	second     int64
	told, more int
}

const refusalsASecond = 10

// tell reports whether one more may be told now.
func (f *refusals) tell(log *slog.Logger, more string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := ticks(); now != f.second {
		if f.more > 0 {
			log.Info(more, "times", f.more)
		}
		f.second, f.told, f.more = now, 0, 0
	}
	if f.told == refusalsASecond {
		f.more++
		return false
	}
	f.told++
	return true
}

// refusedOf counts and logs what was refused to a POS.
func (o *observer) refusedOf(pos protocol.POSID, what, message string) {
	o.metrics.refused(what)
	if o.limited.tell(o.log, moreLimited) {
		o.log.Warn(message, "pos", pos)
	}
}

// pushed counts what became of a push, and tells of what a limit refused.
func (o *observer) pushed(reply *multisession.Reply, by protocol.POSID, took time.Duration) {
	if isGone(reply.Err) {
		return // it is decided all the same
	}
	if reply.Err != nil {
		if protocol.CodeOf(reply.Err) == protocol.RateLimited {
			o.refusedOf(by, refusedClient, "push refused: this POS pushes from too many clients (limits.clients)")
		}
		if protocol.CodeOf(reply.Err) == protocol.Overloaded && !errors.Is(reply.Err, multisession.ErrHomeAway) {
			o.refusedOf(by, refusedWaiting, "push refused: too much waits to be decided")
		}
		return
	}
	o.metrics.results(reply.Results, took)
	limited := 0
	var first *protocol.Rejection
	for _, r := range reply.Results {
		if r.Status == protocol.Rejected && r.Rejection.Code == protocol.LimitReached {
			if limited++; first == nil {
				first = r.Rejection
			}
		}
	}
	if limited > 0 && o.limited.tell(o.log, moreLimited) {
		o.log.Warn("mutation refused by a limit", "pos", by, "order", first.Order, "message", first.Message, "times", limited)
	}
}

// stopping is why a server that is about to stop ends what is open, and refuses what comes.
const stopping = "the server is shutting down; come back"

// shuttingDown is what a client is told that should come back soon.
func shuttingDown(why string) *protocol.Error {
	return protocol.Errorf(protocol.ShuttingDown, "%s", why).With(protocol.Pause{RetryAfterMS: 1000})
}

// referred gives an internal error a reference, under which it stands in the
// log. What the server's own stop cut short isn't one.
func (o *observer) referred(err error) *protocol.Error {
	e := protocol.AsError(err)
	switch {
	case e.Code != protocol.Internal:
		return e
	case o.closing.Load() && (isGone(err) || errors.Is(err, store.ErrClosed)):
		return shuttingDown(stopping)
	case isGone(err):
		return e
	}
	random := make([]byte, 6)
	_, _ = rand.Read(random)
	told := *e
	entry := protocol.LogEntry{Ref: hex.EncodeToString(random)}
	o.log.Error("internal error", "ref", entry.Ref, "error", e.Error())
	return told.With(entry)
}

// fail answers with a problem (RFC 9457).
func (o *observer) fail(w http.ResponseWriter, err error) {
	e := o.referred(err)
	if pause := e.RetryAfter(); pause > 0 {
		w.Header().Set("Retry-After", strconv.FormatInt(int64((pause+time.Second-1)/time.Second), 10))
	}
	if e.Code == protocol.Unauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if e.Code == protocol.TooLarge || e.Code == protocol.BadRequest || e.Code == protocol.Overloaded {
		// What is left of the body isn't worth reading.
		w.Header().Set("Connection", "close")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(e.Code.HTTPStatus())
	_ = json.NewEncoder(w).Encode(e.Problem())
	if !isGone(err) {
		o.metrics.failed(e.Code)
	}
}

// isGone reports whether a call failed because its caller went away: nobody hears
// the answer, and nothing is wrong with the server.
func isGone(err error) bool { return errors.Is(err, context.Canceled) }

// errorFrame tells of a failure; ref is the JSON of what failed, if it had one.
func (o *observer) errorFrame(ref string, err error) []byte {
	e := o.referred(err)
	o.metrics.failed(e.Code)
	return protocol.AppendErrorFrame(nil, []byte(ref), e)
}

// recoverer turns a panic into an internal error with a reference for the log.
func (o *observer) recoverer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == http.ErrAbortHandler {
				panic(p)
			}
			if p != nil {
				o.log.Error("a request panicked", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				o.fail(w, protocol.Errorf(protocol.Internal, "something went wrong in the server"))
			}
		}()
		next.ServeHTTP(w, r)
	})
}
