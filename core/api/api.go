package api

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Config is what the API works with.
type Config struct {
	Version    string
	Identity   store.Identity
	Store      store.Store
	Rooms      *multisession.Rooms
	Extensions Extensions
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
	AllowedOrigins []Origin
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
	Config
	directory   *directory.Directory
	tickets     *tickets
	connections *connections
	backups     *backups
	handler     http.Handler
	closing     atomic.Bool
	trimming    atomic.Bool
	strangers   *strangers
	guesses     guesses
	bodies      bodies
	turns       turns
	refusals    refusals // of tokens
	limited     refusals // of what is beyond a limit
	announcing  sync.Mutex
	etags       atomic.Pointer[etags] // that were announced
	background  context.Context       // of what outlives a request
}

// New wires the API. Its heartbeats run until ctx ends.
func New(ctx context.Context, c Config) *API {
	a := &API{
		Config: c, tickets: newTickets(c.Now), connections: newConnections(),
		backups: &backups{dir: c.BackupDir}, background: ctx,
	}
	a.strangers = newStrangers(a.strangerDropped)
	if a.Currency == (protocol.Currency{}) {
		a.Currency = protocol.AnyCurrency
	}
	a.directory = directory.New(c.Store, c.Rooms, c.Now, func(e directory.Event) {
		if e.Revoked {
			a.tickets.drop(e.POS)
			a.connections.end(e.POS, closeToken, "the token was revoked")
			return
		}
		a.connections.end(e.POS, closeNoMultiSession, "this POS is in another multi-session now, or in none")
	})
	a.announce()
	a.handler = a.router()
	go a.heartbeats(ctx)
	return a
}

// Directory is who may call.
func (a *API) Directory() *directory.Directory { return a.directory }

func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Drain refuses new work and tells every connection to come back later.
func (a *API) Drain() {
	a.closing.Store(true)
	a.connections.endAll(closeOverloaded, "the server is shutting down; come back")
}

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
			a.strangers.beat()
			a.trimInbox()
			a.announce()
			a.Metrics.hour.beat(a.Now())
			a.Rooms.Sweep()
			quiet.beat(a.Metrics.work())
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
