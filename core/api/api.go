package api

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/relay"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Config is what the API works with.
type Config struct {
	Version    string
	Identity   store.Identity
	Store      store.Store
	Hub        *multisession.Hub
	Extensions Extensions
	Traces     Traces
	Limits     Limits
	// Catalogue gives the one of now; nil is an empty one. Tills are told
	// within a second when its ETag is another.
	Catalogue func() *Catalogue
	// Currency is what money is in; the zero value is [protocol.AnyCurrency].
	Currency protocol.Currency
	// TimeZone is the shop's, for what people read; "" is that of each device.
	TimeZone string
	// AllowedOrigins narrows who may call from a browser, besides the server's
	// own pages; empty allows all, since tokens and not cookies authenticate.
	AllowedOrigins Origins
	MetricsPublic  bool
	// BackupDir is the folder of backups; "" is none.
	BackupDir string
	// DatabasePath is the file of the store; "" is none. CertificateEnd is when
	// the certificate that is served now ends, LastBackup when and how large the
	// last backup was that this server didn't make; nil or zero is none. They are
	// for the metrics.
	DatabasePath   string
	CertificateEnd func() time.Time
	LastBackup     func() (at time.Time, bytes int64)
	// EffectsChanged, if set, is called when the operator retried, dropped or
	// released effects.
	EffectsChanged func()
	// Nodes are this process and others that use the store; nil where it is alone.
	Nodes Nodes
	// Relays are the links of shops' servers to this one, and the Homes of Hub; nil is none.
	// Upstream is this one's link to its chain's; nil is none.
	Relays   *relay.Chain
	Upstream *relay.Upstream
	// Pages are the pages for people; nil is none.
	Pages   Pages
	Metrics *Metrics
	Now     func() time.Time
	Log     *slog.Logger
}

// Extensions is what the API shows of the chain that runs now. Safe for
// concurrent use.
type Extensions interface {
	Schema() *protocol.Schema
	// Enabled are in the chain's order. ETag names their set, with its quotes.
	Enabled() []protocol.ExtensionTag
	ETag() string
	// Browser is their JavaScript, for /v1/extensions.js.
	Browser() []byte
	Status() []protocol.ExtensionStatus
	// Disabled are those that are configured and switched off.
	Disabled() []protocol.ExtensionTag
	// Reload reads the configuration anew and swaps the whole chain, or
	// leaves it as it is and says why.
	Reload(context.Context) error
	// Switch enables or disables one in the configuration and reloads: both
	// or neither.
	Switch(ctx context.Context, name string, on bool) error
}

// Nodes are the processes that work on one store. Safe for concurrent use.
type Nodes interface {
	// Name is this one's; "" where it is alone.
	Name() string
	// POSChanged tells the others that a POS lost its token, or was moved.
	POSChanged(protocol.POSID)
	// Trouble says in words why they don't hear of each other at once; "" if they do.
	Trouble() string
	// List are this one, first, and those that it heard of.
	List() []protocol.Node
}

// Traces are the last runs of extensions, while an operator looks at them.
type Traces interface {
	// Trace notes the runs of an extension for a while, Untrace ends that and forgets
	// them. Traced are those behind a seq.
	Trace(extension string, during time.Duration)
	Untrace(extension string)
	Traced(extension string, after int64) (*protocol.TraceResponse, error)
}

// Pages serves files for browsers at these paths.
type Pages interface {
	http.Handler
	Paths() []string
}

// Limits bound what one request may hold.
type Limits struct {
	BodyBytes int64 // of a request or a frame
	Mutations int   // of a push
	Pushes    int   // under way on one socket
	// Rejections are kept of each POS; Clients may push of each.
	Rejections store.RejectionsKept
	Clients    int
	Order      order.Limits
}

// DefaultLimits hold for a server whose operator says nothing else.
var DefaultLimits = Limits{
	BodyBytes: 2 << 20, Mutations: 1000, Pushes: 64, Order: order.DefaultLimits,
	Rejections: store.RejectionsKept{Count: 10_000, Bytes: 64 << 20}, Clients: 50_000,
}

// API serves the protocol. It is an [http.Handler].
type API struct {
	*observer
	hub         *multisession.Hub
	nodes       Nodes
	directory   *directory.Directory
	gate        *gate
	connections *connections
	news        *news
	inbox       *inboxCalls
	handler     http.Handler
	storable    func(context.Context) error
	beaten      atomic.Pointer[time.Time] // when all that is done each second was done last
}

var _ http.Handler = (*API)(nil)

// New wires the API. Its heartbeats run until ctx ends.
func New(ctx context.Context, c Config) *API {
	if c.Currency == (protocol.Currency{}) {
		c.Currency = protocol.AnyCurrency
	}
	if c.Nodes == nil {
		c.Nodes = alone{}
	}
	if c.Relays == nil {
		c.Relays = relay.NewChain(relay.ChainConfig{Version: c.Version, Identity: c.Identity, Store: c.Store, Now: c.Now, Log: c.Log})
	}
	if c.Catalogue == nil {
		c.Catalogue = func() *Catalogue { return noCatalogue }
	}
	o := &observer{log: c.Log, metrics: c.Metrics, now: c.Now}
	in := &intake{observer: o, limits: c.Limits}
	conns := newConnections(o, c.Nodes.Name())
	tickets := newTickets(c.Store, c.Now)
	links := &relayCalls{chain: c.Relays, upstream: c.Upstream, origins: c.AllowedOrigins, intake: in, observer: o, life: ctx}
	who := directory.New(c.Store, c.Hub, c.Now, func(e directory.Event) {
		if e.Relay != "" {
			c.Relays.Revoked(e.Relay)
			return
		}
		defer c.Nodes.POSChanged(e.POS)
		if e.Revoked {
			tickets.drop(e.POS)
			conns.end(e.POS, closeToken, "the token was revoked")
			return
		}
		conns.end(e.POS, closeNoMultiSession, "this POS is in another multi-session now, or in none")
	})
	links.directory = who
	c.Relays.Use(c.Hub, who)
	c.Upstream.Use(c.Hub, who)
	g := &gate{observer: o, directory: who, intake: in, tickets: tickets, strangers: newStrangers(o.strangerDropped)}
	n := &news{extensions: c.Extensions, catalogue: c.Catalogue, connections: conns}
	kept := &backups{store: c.Store, dir: c.BackupDir, now: c.Now, log: c.Log, life: ctx, intake: in}
	if c.EffectsChanged == nil {
		c.EffectsChanged = func() {}
	}
	done := &effectCalls{outbox: c.Store, changed: c.EffectsChanged, now: c.Now}
	h := &handlers{
		info:    &infoCalls{observer: o, gate: g, config: &c},
		metrics: &metricsCalls{observer: o, gate: g, connections: conns, backups: kept, effects: done, config: &c},
		sync:    &syncCalls{observer: o, hub: c.Hub, directory: who, intake: in, connections: conns},
		streams: &streamCalls{observer: o, hub: c.Hub, directory: who, connections: conns, transport: &transport{n, c.Identity.ServerID, serverSentEvents}},
		sockets: &socketCalls{
			observer: o, hub: c.Hub, directory: who, gate: g, intake: in, connections: conns,
			transport: &transport{n, c.Identity.ServerID, webSocketFrames}, origins: c.AllowedOrigins, life: ctx,
		},
		tills:       &tillCalls{observer: o, directory: who, intake: in, tickets: tickets},
		orders:      &orderCalls{observer: o, store: c.Store, hub: c.Hub, directory: who, intake: in},
		inbox:       &inboxCalls{observer: o, store: c.Store, kept: c.Limits.Rejections, resolved: links.resolved, life: ctx},
		admin:       &adminCalls{directory: who, intake: in},
		extensions:  &extensionCalls{extensions: c.Extensions, traces: c.Traces, hub: c.Hub, directory: who, news: n, intake: in},
		connections: conns,
		backups:     kept,
		effects:     done,
		relays:      links,
	}
	front := &router{observer: o, gate: g, origins: c.AllowedOrigins, pages: c.Pages}
	a := &API{
		observer: o, hub: c.Hub, nodes: c.Nodes, directory: who, gate: g, connections: conns, news: n, inbox: h.inbox,
		handler: front.handler(routes(h)), storable: c.Store.Check,
	}
	n.announce()
	a.beaten.Store(new(time.Now()))
	go a.heartbeats(ctx)
	return a
}

// Directory is who may call.
func (a *API) Directory() *directory.Directory { return a.directory }

func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Guard has the server count the connections on which nobody has shown a good
// token.
func (a *API) Guard(s *http.Server) {
	s.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, strangerKey{}, a.gate.strangers.came(conn))
	}
	s.ConnState = a.gate.strangers.state
}

// Trust notes that the connection of a request showed a good secret of another kind
// than a token; Distrust waits, or gives the error to answer with, after a wrong one.
func (a *API) Trust(r *http.Request) { a.gate.strangers.known(strangerOf(r)) }

// Distrust is described at [API.Trust].
func (a *API) Distrust(r *http.Request) error {
	wrong := protocol.Errorf(protocol.Unauthorized, "the secret is wrong").With(protocol.TokenProblem{Reason: "unknown"})
	if err := a.gate.slowed(r.Context(), wrong, r.RemoteAddr); err != error(wrong) {
		return err
	}
	return nil
}

// Drain refuses new work and tells every connection to come back later. Where there are
// other nodes it does so one by one, within [drainTime], so that they don't get all of
// them in one moment; what comes over those that are still open is done.
func (a *API) Drain() {
	a.closing.Store(true)
	if len(a.nodes.List()) > 1 {
		list := a.connections.list()
		for _, s := range list {
			s.end(closeOverloaded, stopping)
			time.Sleep(drainPause(len(list)))
		}
	}
	a.connections.endAll(closeOverloaded, stopping)
}

const (
	// drainTime bounds a drain: a service manager waits some 10 s before it kills.
	drainTime = 5 * time.Second
	// drainEach is what a node takes easily: a hundred tills that come in a second.
	drainEach = 10 * time.Millisecond
)

// drainPause is how long a drain of so many connections waits behind each.
func drainPause(connections int) time.Duration {
	return min(drainEach, drainTime/time.Duration(max(connections, 1)))
}

// Recheck looks at the connections of a POS again, or ("") at all: another node may have
// revoked its token, or moved it.
func (a *API) Recheck(ctx context.Context, pos protocol.POSID) {
	for _, s := range a.connections.list() {
		of := s.about()
		if pos != "" && of.POS.ID != pos {
			continue
		}
		switch now, err := a.directory.Reauthenticate(ctx, of.caller); {
		case protocol.CodeOf(err) == protocol.Unauthorized:
			s.end(closeToken, "the token was revoked")
		case err != nil:
			return // the database is away
		case now.MultiSession == nil || now.MultiSession.ID != of.session.ID:
			s.end(closeNoMultiSession, "this POS is in another multi-session now, or in none")
		}
	}
}

// Announce tells tills at once of other extensions or another catalogue; otherwise they
// hear of it within a second.
func (a *API) Announce() { a.news.announce() }

func (a *API) heartbeats(ctx context.Context) {
	const each = time.Second
	tick := time.NewTicker(each)
	defer tick.Stop()
	var quiet quiet
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			a.connections.beat()
			a.gate.strangers.beat()
			a.inbox.trim()
			a.news.announce()
			a.metrics.hour.beat(a.now())
			a.hub.Sweep()
			quiet.beat(a.metrics.work())
			a.beaten.Store(new(time.Now()))
		}
	}
}

// quiet gives memory back to the system once whenever nothing happens for a
// while: many idle tills should cost what they hold, not what their
// handshakes took.
type quiet struct {
	work  uint64
	beats int
}

func (q *quiet) beat(work uint64) {
	const enough = 3
	if work != q.work {
		q.work, q.beats = work, 0
		return
	}
	if q.beats++; q.beats == enough {
		debug.FreeOSMemory()
	}
}
