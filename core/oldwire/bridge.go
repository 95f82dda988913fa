package oldwire

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
	"golang.org/x/time/rate"
)

// Config is what a bridge works with.
type Config struct {
	// Path is where it is served, like /old; the secret is the next part of the path.
	Path, Secret string
	Directory    *directory.Directory
	Hub          *multisession.Hub
	Store        Store
	// Schema is that of the extensions that are enabled now.
	Schema func() *protocol.Schema
	Gate   Gate
	Limits order.Limits
	// BodyBytes bounds a request.
	BodyBytes int64
	// Poll is how long a poll waits; 0 is 50 seconds.
	Poll time.Duration
	Now  func() time.Time
	Log  *slog.Logger
}

// Store is what a bridge needs of a store.
type Store interface {
	store.POSValues
	// Orders is that of [store.Ledger].
	Orders(ctx context.Context, ms protocol.MultiSessionID, ids []protocol.OrderID) ([]store.OrderRows, int, error)
}

// Gate keeps those out who try secrets.
type Gate interface {
	// Trust notes that the connection of a request has shown the right secret.
	Trust(*http.Request)
	// Distrust waits, or gives the error to answer with, after a wrong one.
	Distrust(*http.Request) error
}

const (
	pollTime = 50 * time.Second
	// callTime is how long a call may take; the till gives up after 30 seconds.
	callTime = 25 * time.Second
	// silent is after how long a till that sends nothing counts as closed. An old
	// till never says that it closes; an open page polls each minute, and one that
	// sleeps over lunch must not end the run.
	silent = 4 * time.Hour
)

// Bridge serves old tills. Safe for concurrent use.
type Bridge struct {
	Config
	secret [32]byte
	began  time.Time
	words  *rate.Limiter // of the log: a till repeats what fails
	http   http.Handler
	life   context.Context
	drain  context.CancelFunc

	mu      sync.Mutex
	tills   map[protocol.POSID]*till
	unknown map[string]bool // fields that the log named
	numbers map[protocol.MultiSessionID]numbered
}

// numbered is the highest order number that was seen in a run.
type numbered struct {
	run    protocol.Run
	number protocol.Number
}

// New is a bridge without tills.
func New(c Config) *Bridge {
	if c.Poll == 0 {
		c.Poll = pollTime
	}
	const each, burst = time.Second, 50
	b := &Bridge{
		Config: c, secret: sha256.Sum256([]byte(c.Secret)), began: c.Now(), words: rate.NewLimiter(rate.Every(each), burst),
		tills: map[protocol.POSID]*till{}, unknown: map[string]bool{}, numbers: map[protocol.MultiSessionID]numbered{},
	}
	b.life, b.drain = context.WithCancel(context.Background())
	b.http = b.handler()
	return b
}

func (b *Bridge) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.http.ServeHTTP(w, r) }

// Drain ends the polls that wait, before the server stops.
func (b *Bridge) Drain() { b.drain() }

// Run closes tills that were silent for long, until ctx ends.
func (b *Bridge) Run(ctx context.Context) {
	const each = 5 * time.Minute
	tick := time.NewTicker(each)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			b.CloseSilent(ctx)
		}
	}
}

// CloseSilent closes the tills that were silent for 4 hours.
func (b *Bridge) CloseSilent(ctx context.Context) {
	all, err := b.Directory.ListPOS(ctx)
	if err != nil {
		return // the next time
	}
	for _, p := range all {
		heard := b.began
		if t := b.till(p.ID); t.heard.Load() != nil {
			heard = *t.heard.Load()
		}
		if !p.TillOpen || b.Now().Sub(heard) < silent {
			continue
		}
		if values, err := b.Store.POSValues(ctx, p.ID, tillKey); err != nil || values[tillKey] == nil {
			continue // no old till
		}
		if _, err := b.Directory.CloseTill(ctx, p.ID); err != nil {
			b.Log.Warn("old till: it is silent for hours and can't be closed", "pos", p.ID, "error", err)
			continue
		}
		b.Log.Info("old till closed: it was silent for hours", "pos", p.ID)
	}
}

func (b *Bridge) till(pos protocol.POSID) *till {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.tills[pos]
	if t == nil {
		t = &till{pos: pos, waiting: map[chan struct{}]bool{}}
		b.tills[pos] = t
	}
	return t
}

// warn tells of what an old till did wrong, unless there is too much of it.
func (b *Bridge) warn(message string, args ...any) {
	if b.words.Allow() {
		b.Log.Warn("old till: "+message, args...)
	}
}

// unregistered names a field in the log, once.
func (b *Bridge) unregistered(record string, field protocol.Field) {
	const most = 1000
	name := record + "." + string(field)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.unknown[name] || len(b.unknown) >= most {
		return
	}
	b.unknown[name] = true
	b.Log.Warn("old till: a field isn't registered and is left out; enable the extension that has it, or declare it in a manifest (docs/old-wire.md)", "field", name)
}

// counted notes an order's number.
func (b *Bridge) counted(ms protocol.MultiSessionID, run protocol.Run, n protocol.Number) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if last := b.numbers[ms]; run > last.run || run == last.run && n > last.number {
		b.numbers[ms] = numbered{run, n}
	}
}

// lastNumber is the highest number of a run, as far as it was seen: tills guess the
// next one by it.
func (b *Bridge) lastNumber(ms protocol.MultiSessionID, run protocol.Run) protocol.Number {
	b.mu.Lock()
	defer b.mu.Unlock()
	if last := b.numbers[ms]; last.run == run {
		return last.number
	}
	return 0
}
