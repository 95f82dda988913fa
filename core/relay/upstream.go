package relay

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// UpstreamConfig is what a shop's end works with.
type UpstreamConfig struct {
	URL string // of the chain's server
	// Token reads the relay's token; it is read anew for each link, so that another one
	// needs no restart.
	Token    func() (string, error)
	TLS      *tls.Config // nil is the system's authorities
	Version  string
	Identity store.Identity
	Store    store.Store
	Limits   order.Limits
	Now      func() time.Time
	Log      *slog.Logger
	// Pause is how long to wait after so many links that came to nothing, and CloseAfter
	// after what time without a link the chain's tills are closed here; nil and 0 are
	// right for a server.
	Pause      func(failures int) time.Duration
	CloseAfter time.Duration
}

// Upstream is a shop's end. Safe for concurrent use.
type Upstream struct {
	config    UpstreamConfig
	hub       *multisession.Hub
	directory *directory.Directory

	mu     sync.Mutex
	link   *shopLink    // nil while there is none
	since  time.Time    // when that began
	name   string       // this shop's, at the chain
	told   string       // the problem that was logged last
	closed bool         // the chain's tills were closed since there is no link
	piece  atomic.Int64 // about how large a piece is, in bytes
}

// NewUpstream is an end that links once it runs. Use must be called before.
func NewUpstream(c UpstreamConfig) *Upstream {
	if c.Pause == nil {
		c.Pause = pause
	}
	if c.CloseAfter == 0 {
		c.CloseAfter = 10 * time.Minute
	}
	u := &Upstream{config: c, since: c.Now()}
	u.piece.Store(firstPiece)
	return u
}

// Use gives the end what is made after it.
func (u *Upstream) Use(hub *multisession.Hub, d *directory.Directory) {
	if u != nil {
		u.hub, u.directory = hub, d
	}
}

// pause grows from half a second to half a minute, by chance.
func pause(failures int) time.Duration {
	most := min(30*time.Second, 500*time.Millisecond<<min(failures, 10))
	return most/2 + rand.N(most/2)
}

// Run keeps a link until ctx ends.
func (u *Upstream) Run(ctx context.Context) {
	for failures := 0; ctx.Err() == nil; failures++ {
		welcomed, err := u.once(ctx)
		if ctx.Err() != nil {
			return
		}
		if welcomed {
			failures = 0
		}
		u.piece.Store(max(leastPiece, u.piece.Load()/4))
		u.problem(err)
		u.closeGuests(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(u.config.Pause(failures)):
		}
	}
}

// once links, and returns when the link has ended.
func (u *Upstream) once(ctx context.Context) (welcomed bool, err error) {
	ws, err := u.dial(ctx)
	if err != nil {
		return false, err
	}
	l := &shopLink{
		link: newLink(ws), upstream: u, outlets: map[protocol.MultiSessionID]*outlet{}, guests: map[protocol.POSID]error{}, news: make(chan struct{}, 1),
	}
	defer context.AfterFunc(ctx, func() { l.end(context.Cause(ctx)) })()
	c := &u.config
	err = l.send(protocol.RelayHello{
		T: protocol.RelayHelloFrame, Relay: protocol.RelayVersion, Version: c.Version, ServerID: c.Identity.ServerID, Epoch: c.Identity.Epoch,
	})
	if err == nil {
		err = l.run(ctx)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if welcomed = u.link == l; welcomed {
		u.link, u.since = nil, c.Now()
	}
	return welcomed, err
}

// welcomed notes that the link is up.
func (u *Upstream) welcomed(l *shopLink, w *protocol.RelayWelcome) {
	u.mu.Lock()
	u.link, u.since, u.name, u.told, u.closed = l, u.config.Now(), w.Name, "", false
	u.mu.Unlock()
	u.config.Log.Info("linked to the chain's server", "upstream", u.config.URL, "as", w.ID, "name", w.Name, "version", w.Version)
}

// problem logs why there is no link, once.
func (u *Upstream) problem(err error) {
	words := u.words(err)
	u.mu.Lock()
	was := u.told
	u.told = words
	u.mu.Unlock()
	if was != words {
		u.config.Log.Warn("no link to the chain's server; tills work on, and it is tried again", "upstream", u.config.URL, "problem", words)
	}
}

// words says what is wrong, and what to do.
func (u *Upstream) words(err error) string {
	var unknown x509.UnknownAuthorityError
	switch code := protocol.CodeOf(err); {
	case code == protocol.Unauthorized:
		return "the chain's server doesn't know this shop's token; it may have been replaced or the relay removed. Have its operator run manytill relay token, and write the new token into upstream.token_file"
	case code == protocol.NotFound:
		return fmt.Sprintf("there is a Manytill at %s that can't link with shops: it is an older version. Update it first", u.config.URL)
	case code != "":
		return protocol.AsError(err).Message
	case errors.As(err, &unknown):
		return fmt.Sprintf("%s has a certificate that isn't trusted here; name its authority's file in upstream.ca_file", u.config.URL)
	}
	return err.Error()
}

// dial opens the WebSocket. The error is a [*protocol.Error] where a Manytill refused.
func (u *Upstream) dial(ctx context.Context) (*websocket.Conn, error) {
	token, err := u.config.Token()
	if err != nil {
		return nil, err
	}
	address, err := url.Parse(u.config.URL)
	if err != nil {
		return nil, err
	}
	address = address.JoinPath("/v1/relay")
	address.Scheme = map[string]string{"http": "ws", "https": "wss"}[address.Scheme]
	dialer := websocket.Dialer{HandshakeTimeout: 10 * time.Second, Proxy: http.ProxyFromEnvironment, TLSClientConfig: u.config.TLS}
	ws, answer, err := dialer.DialContext(ctx, address.String(), http.Header{"Authorization": {"Bearer " + token}})
	if !errors.Is(err, websocket.ErrBadHandshake) {
		if err != nil {
			err = fmt.Errorf("no server answers at %s (is upstream.url right, and the line up?): %w", u.config.URL, err)
		}
		return ws, err
	}
	body, _ := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	var problem protocol.Problem
	if json.Unmarshal(body, &problem) != nil || problem.Code == "" || answer.Header.Get("Server") != "manytill" {
		return nil, fmt.Errorf("%s answers %s, but isn't a Manytill server; check upstream.url", u.config.URL, answer.Status)
	}
	return nil, problem.Failure()
}

// Resolved tells the chain that a rejected mutation was taken out of the inbox here.
func (u *Upstream) Resolved(r *store.Rejection) {
	if u == nil {
		return
	}
	u.mu.Lock()
	l := u.link
	u.mu.Unlock()
	if l != nil && l.outlet(r.MultiSession) != nil {
		_ = l.tellRejections(protocol.RelayResolvedFrame, r.MultiSession, []protocol.RelayRejection{nameOf(r)}) // or the next link does
	}
}

func (u *Upstream) pieceSize() int { return int(u.piece.Load()) }

// closeGuests closes the chain's tills when there was no link for a while: as long as one
// is open here, the run doesn't end. They open again with the next link.
func (u *Upstream) closeGuests(ctx context.Context) {
	u.mu.Lock()
	due := !u.closed && u.config.Now().Sub(u.since) >= u.config.CloseAfter
	u.mu.Unlock()
	if !due {
		return
	}
	all, err := u.directory.ListMultiSessions(ctx)
	for _, ms := range all {
		if _, _, copied := multisession.HomeOf(ms.ID); copied || err != nil {
			continue
		}
		err = u.setTills(ctx, ms.ID, nil, nil)
	}
	u.mu.Lock()
	u.closed = err == nil
	u.mu.Unlock()
}

// setTills opens the tills of the chain that are open there, and closes the others. Those
// that can't be opened are noted.
func (u *Upstream) setTills(ctx context.Context, ms protocol.MultiSessionID, open []protocol.RelayTill, told func(protocol.POSID, error)) error {
	wanted := map[protocol.POSID]bool{}
	for _, till := range open {
		wanted[till.POS.ID] = true
		err := u.directory.Guest(ctx, till.POS, ms)
		if err == nil {
			_, err = u.directory.OpenTill(ctx, till.POS.ID, till.User)
		}
		if code := protocol.CodeOf(err); err != nil && code != protocol.Conflict && code != protocol.BadRequest && code != protocol.NotFound {
			return err
		}
		told(till.POS.ID, err)
	}
	was, err := u.directory.OpenGuests(ctx, ms)
	if protocol.CodeOf(err) == protocol.NotFound {
		return nil // it was deleted
	}
	if err != nil {
		return err
	}
	for _, id := range was {
		if !wanted[id] {
			if _, err := u.directory.CloseTill(ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// Status is how the shop stands with its chain. A nil Upstream is a server without one.
func (u *Upstream) Status() protocol.UpstreamResponse {
	if u == nil {
		return protocol.UpstreamResponse{MultiSessions: []protocol.AdminCopy{}}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	since := protocol.FormatTime(u.since)
	s := protocol.UpstreamResponse{
		URL: u.config.URL, Connected: u.link != nil, Since: &since, Problem: u.told, Name: u.name, MultiSessions: []protocol.AdminCopy{},
	}
	if u.link != nil {
		s.MultiSessions = u.link.status()
	}
	return s
}
