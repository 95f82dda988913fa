package api

import (
	"net"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/sdk/protocol"
)

// Calls are what the router serves: a method, a space, and a path whose {names} stand for
// anything without a slash.
func Calls(a *API) (calls []string) {
	_ = chi.Walk(a.handler.(chi.Routes), func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		calls = append(calls, method+" "+path)
		return nil
	})
	return calls
}

// FillConnections has a POS hold as many connections as it may; the function
// that it returns ends that.
func FillConnections(a *API, pos protocol.POSID) (back func()) {
	set := func(n int) {
		a.connections.mu.Lock()
		defer a.connections.mu.Unlock()
		a.connections.of[pos] += n
	}
	set(connectionsOfPOS)
	return func() { set(-connectionsOfPOS) }
}

// Fail answers with an error.
func (a *API) Fail(w http.ResponseWriter, err error) { a.fail(w, err) }

// Link is a WebSocket behind its handshake.
type Link struct{ w *webSocket }

// NewLink makes one of a connection.
func NewLink(c net.Conn) Link { return Link{newWebSocket(c, 1<<20)} }

// Write waits until it is written.
func (l Link) Write(b []byte, within time.Duration) error { return l.w.write(b, within) }

// TryWrite writes what fits.
func (l Link) TryWrite(b []byte) (int, error) { return l.w.tryWrite(b) }

// DrainPause is how long a drain of so many connections waits behind each.
func DrainPause(connections int) time.Duration { return drainPause(connections) }
