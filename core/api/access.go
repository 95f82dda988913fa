package api

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The access log: at info what changes something that isn't in the orders'
// history (admin calls, tills, connections) and what was refused, at debug all
// other calls. A path holds no secret; a query may (a ticket), and isn't told.

// logCall tells of a call that was answered.
func (a *API) logCall(c *call, rt route, status int, took time.Duration) {
	level, message := slog.LevelDebug, "call"
	changes := c.r.Method != http.MethodGet && c.r.Method != http.MethodHead
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusTooManyRequests:
		if !a.refusals.tell(a.Log, "more was refused") {
			return
		}
		level, message = slog.LevelInfo, "refused"
	case rt.access == byAdmin && changes:
		level, message = slog.LevelInfo, "admin call"
	case strings.HasPrefix(rt.path, "/v1/till/"):
		level, message = slog.LevelInfo, "till"
	}
	ctx := context.Background()
	if !a.Log.Enabled(ctx, level) {
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
	case c.caller.POS.ID != "":
		attributes = append(attributes, slog.String("by", string(c.caller.POS.ID)))
	}
	attributes = append(attributes, slog.String("from", from(c.r)), slog.Duration("took", took))
	a.Log.LogAttrs(ctx, level, message, attributes...)
}

// from is where a request came from, as a proxy before the server tells it, too.
func from(r *http.Request) string {
	if forwarded := r.Header.Get("X-Forwarded-For"); forwarded != "" {
		return r.RemoteAddr + " for " + cut(forwarded, 100)
	}
	return r.RemoteAddr
}

// connected and disconnected tell of a socket or a stream.
func (a *API) connected(who connection, from string) {
	a.Log.Info("connected", about(who, from)...)
}

func (a *API) disconnected(who connection, from string, since time.Time) {
	a.Log.Info("disconnected", append(about(who, from), slog.Duration("after", a.Now().Sub(since).Round(time.Millisecond)))...)
}

func about(who connection, from string) []any {
	return []any{
		slog.String("transport", who.Transport), slog.String("pos", string(who.POS.ID)),
		slog.String("multi_session", string(who.MultiSession)), slog.String("client_id", string(who.ClientID)), slog.String("from", from),
	}
}

// strangerDropped tells of a connection that was dropped for a newer one.
func (a *API) strangerDropped(conn net.Conn) {
	a.Metrics.refused(refusedConnection)
	if a.limited.tell(a.Log, moreLimited) {
		a.Log.Warn("connection dropped: too many are open on which nobody has shown a token", "from", conn.RemoteAddr().String(),
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
