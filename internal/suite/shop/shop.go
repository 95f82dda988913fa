package shop

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Options say what a shop is made of.
type Options struct {
	Tills []string
	// Hosts are the extensions, in their order. They stay the caller's to close.
	Hosts []extensions.Host
	// Timeout is of one call of an extension.
	Timeout time.Duration
	// Keeper keeps what extensions fail at; nil: nobody does.
	Keeper extensions.Keeper
}

// Shop is a multi-session with its tills.
type Shop struct {
	// Clock is the time of the next tap. It goes on by a second with each, unless
	// Stopped.
	Clock   time.Time
	Stopped bool
	// Gathering keeps taps until Together.
	Gathering bool
	// Timeout is of one call of an extension, from the next restart on.
	Timeout time.Duration
	// Taps are all that were decided, in order.
	Taps []Tap

	id         protocol.MultiSessionID
	store      *mem.Store
	session    *multisession.Session
	extensions *extensions.Extensions
	keeper     extensions.Keeper
	tills      []*Till
	gathered   []queued
	told       []protocol.ExtensionError
	later      time.Duration
	err        error
}

// Opened is when a shop opens.
var Opened = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// opened numbers shops: hosts keep what they were handed by multi-session.
var opened atomic.Int64

// Open opens a shop and its tills.
func Open(o Options) *Shop {
	id := protocol.MultiSessionID(fmt.Sprint("shop-", opened.Add(1)))
	s := &Shop{Clock: Opened, id: id, store: mem.New(), Timeout: o.Timeout, keeper: o.Keeper}
	ctx := context.Background()
	var ids []protocol.POSID
	for _, name := range o.Tills {
		ids = append(ids, protocol.POSID(name))
		s.fail(s.store.PutPOS(ctx, store.POS{ID: protocol.POSID(name), Name: name}))
	}
	s.fail(s.store.PutMultiSession(ctx, store.MultiSession{ID: s.id, Name: "Shop", Active: true}, ids))
	s.Restart(o.Hosts...)
	for _, name := range o.Tills {
		s.ask(&multisession.OpenTill{POS: protocol.POS{ID: protocol.POSID(name), Name: name}})
		s.tills = append(s.tills, newTill(s, name))
	}
	return s
}

// Err is the first thing that went wrong with the shop itself.
func (s *Shop) Err() error { return s.err }

func (s *Shop) fail(err error) {
	if s.err == nil && err != nil {
		s.err = err
	}
}

// kept is a host that a chain leaves open.
type kept struct{ extensions.Host }

func (kept) Close() error { return nil }

// Restart starts the server anew, with these extensions: it knows what is stored,
// and nothing else.
func (s *Shop) Restart(hosts ...extensions.Host) {
	if s.err != nil {
		return
	}
	s.Close()
	log, ctx := slog.New(slog.DiscardHandler), context.Background()
	started, err := extensions.Start(ctx, func(context.Context) (*extensions.Chain, error) {
		var entries []extensions.Entry
		for _, host := range hosts {
			entries = append(entries, extensions.Entry{Host: kept{host}, Source: host.Describe().Name, Timeout: s.Timeout})
		}
		return extensions.BuildKnown(ctx, entries, extensions.Options{
			Budget: time.Hour, Now: func() time.Time { return time.Now().Add(s.later) }, Log: log, Recording: &extensions.Recording{Keeper: s.keeper},
		}, s.store)
	})
	if err != nil {
		s.fail(err)
		return
	}
	identity, err := s.store.Identity(ctx)
	s.fail(err)
	s.extensions = started
	hub := multisession.NewHub(multisession.Config{
		Ledger: s.store, Identity: identity, Bell: wake.NewLocal(), Now: func() time.Time { return s.Clock }, Log: log,
		Rules: multisession.Rules{Limits: limits, Chain: func() multisession.Chain { return started.Chain() }},
	})
	session, _, err := hub.Enter(ctx, s.id)
	s.fail(err)
	s.session = session
}

// Close ends what runs. What is stored can still be looked at.
func (s *Shop) Close() {
	if s.extensions != nil {
		s.told = append(s.told, s.errors()...)
		s.fail(s.extensions.Close())
		s.extensions = nil
	}
}

func (s *Shop) ask(r multisession.Request) multisession.Reply {
	if s.err != nil {
		return multisession.Reply{Err: s.err}
	}
	reply := s.session.DecideNow(r)[0]
	s.fail(reply.Err)
	return reply
}

// Later lets time go by for extensions that were suspended.
func (s *Shop) Later(d time.Duration) { s.later += d }

// Rerun makes up for what extensions missed, as the server does from time to time.
func (s *Shop) Rerun() {
	s.ask(&multisession.Rerun{})
	s.sync()
}

// Missed reports whether there is something to be made up for.
func (s *Shop) Missed() bool { return s.session != nil && s.session.Missed() }

// Errors are what extensions failed with, since the shop was opened.
func (s *Shop) Errors() []protocol.ExtensionError {
	return append(slices.Clip(s.told), s.errors()...)
}

func (s *Shop) errors() (all []protocol.ExtensionError) {
	if s.extensions == nil {
		return nil
	}
	for _, x := range s.extensions.Status() {
		all = append(all, x.Errors...)
	}
	return all
}

// Notes are what there is to say of an extension.
func (s *Shop) Notes(extension string) (words []string) {
	return notes.Words(s.extensions.Chain().Notes(extension))
}

// Schema is the core's fields and the extensions'.
func (s *Shop) Schema() *protocol.Schema { return s.extensions.Schema() }

// Head is how many changes there are.
func (s *Shop) Head() protocol.Seq { return s.session.Feed.Head().Seq }

// Order is one as it is stored; nil if there is none.
func (s *Shop) Order(id protocol.OrderID) *protocol.Order {
	rows, _, err := s.store.Orders(context.Background(), s.id, []protocol.OrderID{id})
	if s.fail(err); err != nil || len(rows) == 0 {
		return nil
	}
	return s.read(&rows[0])
}

// Orders are all of them, by run and number.
func (s *Shop) Orders() (orders []protocol.Order) {
	rows, err := s.store.List(context.Background(), s.id, store.ListFilter{Limit: 10_000})
	s.fail(err)
	for i := range rows {
		if o := s.read(&rows[i]); o != nil {
			orders = append(orders, *o)
		}
	}
	return orders
}

func (s *Shop) read(rows *store.OrderRows) *protocol.Order {
	o := new(protocol.Order)
	raw, err := multisession.OrderJSON(rows)
	if err == nil {
		err = json.Unmarshal(raw, o)
	}
	s.fail(err)
	return o
}

// Effects are all that extensions want done, in the order in which they asked.
func (s *Shop) Effects() []store.EffectRow {
	rows, _, err := s.store.Effects(context.Background(), store.EffectFilter{Limit: 10_000})
	s.fail(err)
	return rows
}

// Answer hands in the outcome of an effect, as the server does when it was done. The
// error says that it isn't wanted, or what the hooks failed with.
func (s *Shop) Answer(order protocol.OrderID, name, key string, result protocol.Value) error {
	rows := s.Effects()
	i := slices.IndexFunc(rows, func(e store.EffectRow) bool { return e.Order == order && e.Name == name && e.Key == key })
	if i < 0 {
		return fmt.Errorf("order %s doesn't want the effect %s with the key %q", order, name, key)
	}
	row := rows[i]
	if row.State == store.EffectWaiting {
		row.State, row.Ends, row.Result = store.EffectAnswered, store.EffectDone, []byte(result)
		if _, err := s.store.SetEffect(context.Background(), row, store.EffectWaiting); err != nil {
			return err
		}
	}
	if s.err != nil {
		return s.err
	}
	reply := s.session.DecideNow(&multisession.EffectOutcome{
		ID: row.ID, Extension: row.Extension, Order: row.Order, State: store.EffectDone,
		Outcome: hooks.Outcome{Name: name, Key: key, Result: result},
	})[0]
	s.sync()
	return reply.Err
}

// Storage is what extensions have stored, as the store has it, by their names and
// keys.
func (s *Shop) Storage() map[string]string {
	snapshot, err := s.store.Load(context.Background(), s.id)
	s.fail(err)
	stored := map[string]string{}
	if err != nil {
		return stored
	}
	for _, v := range snapshot.Values {
		if name, is := strings.CutPrefix(v.Space, "storage:"); is {
			stored[name+" "+v.Key] = string(v.Value)
		}
	}
	return stored
}
