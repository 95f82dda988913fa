package extensions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

// Loader reads the operator's configuration and makes a chain of it.
type Loader func(context.Context) (*Chain, error)

// Extensions is the chain that runs now, and how it is replaced. Safe for
// concurrent use.
type Extensions struct {
	load    Loader
	current atomic.Pointer[Chain]
	loading sync.Mutex
	closing sync.WaitGroup

	mu sync.Mutex
	// replaced still answer decisions that began with them.
	replaced []*Chain
}

// Start makes the first chain; an error here is for the server to end with.
func Start(ctx context.Context, load Loader) (*Extensions, error) {
	chain, err := loaded(ctx, load)
	if err != nil {
		return nil, err
	}
	e := &Extensions{load: load}
	e.current.Store(chain)
	return e, nil
}

// Chain is the one that runs now.
func (e *Extensions) Chain() *Chain { return e.current.Load() }

// Host is an extension's in the chain that runs now; nil if it isn't enabled.
func (e *Extensions) Host(extension string) Host {
	for _, l := range e.Chain().links {
		if l.Name == extension {
			return l.host
		}
	}
	return nil
}

// Reload builds a new chain and swaps it in as a whole. A broken one leaves
// the old one running.
func (e *Extensions) Reload(ctx context.Context) error { return e.Swap(ctx, e.load) }

// Swap is Reload by another loader, this once.
func (e *Extensions) Swap(ctx context.Context, load Loader) error {
	e.loading.Lock()
	defer e.loading.Unlock()
	chain, err := loaded(ctx, load)
	if err != nil {
		return err
	}
	lost(e.current.Load(), chain)
	e.retire(e.current.Swap(chain))
	return nil
}

// retire closes a chain that was replaced after a while; earlier where there
// are several, as each has its processes.
func (e *Extensions) retire(old *Chain) {
	time.AfterFunc(goodbye, func() { _ = old.Close() })
	e.mu.Lock()
	defer e.mu.Unlock()
	e.replaced = append(e.replaced, old)
	if most := 2; len(e.replaced) > most {
		eldest := e.replaced[0]
		e.replaced = slices.Delete(e.replaced, 0, 1)
		e.closing.Go(func() { _ = eldest.Close() }) // it may have to wait for a hook
	}
}

// lost notes fields that an extension had before a reload and hasn't now.
func lost(old, now *Chain) {
	for _, l := range now.links {
		i := slices.IndexFunc(old.links, func(o *link) bool { return o.Name == l.Name })
		if i < 0 || l.SchemaVersion != old.links[i].SchemaVersion {
			continue // those of another schema are migrated, or left alone
		}
		for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
			for _, f := range protocol.SortedKeys(old.links[i].Fields[model]) {
				if _, has := l.Fields[model][f]; has {
					continue
				}
				note := notes.Note{
					Code: notes.FieldLost, Model: model, Field: f,
					Message: fmt.Sprintf("%s.%s is no field of it any more since this reload: what is stored stays, and no hook writes it", model, f),
				}
				l.Notes = append(slices.Clip(l.Notes), note)
				l.log.Warn("an extension lost a field", "extension", l.Name, "note", note.String(), "code", note.Code)
			}
		}
	}
}

// loaded is what a loader makes. A panic of it is an error: whoever asks for a
// reload, a signal or a call, gets the same words, and the old chain runs on.
func loaded(ctx context.Context, load Loader) (chain *Chain, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("loading the extensions failed: %v", p)
		}
	}()
	return load(ctx)
}

// goodbye is how long a replaced chain still answers decisions that began
// with it.
const goodbye = 5 * time.Second

// GiveUp ends all calls under way, and makes none any more: the server ends, and
// waits for no hook. What wasn't decided by then isn't; tills ask again.
func (e *Extensions) GiveUp() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range append(slices.Clone(e.replaced), e.current.Load()) {
		c.giveUp()
	}
}

// Close ends the hosts, also those that were replaced.
func (e *Extensions) Close() error {
	e.GiveUp()
	e.loading.Lock()
	defer e.loading.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	errs := []error{e.current.Load().Close()}
	for _, old := range e.replaced {
		errs = append(errs, old.Close())
	}
	e.closing.Wait()
	return errors.Join(errs...)
}

// Close ends the hosts when no wave is under way.
func (c *Chain) Close() error {
	c.using.Lock()
	defer c.using.Unlock()
	c.giveUp()
	if c.closed {
		return nil
	}
	c.closed = true
	var errs []error
	for _, l := range c.links {
		if err := l.host.Close(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", l.Name, err))
		}
		if l.shadow == nil {
			continue
		}
		if err := l.shadow.Close(); err != nil {
			errs = append(errs, fmt.Errorf("%s, its new version: %w", l.Name, err))
		}
	}
	return errors.Join(errs...)
}

// Schema is the core's fields and the extensions'.
func (e *Extensions) Schema() *protocol.Schema { return e.Chain().Schema() }

// ETag names the set of enabled extensions.
func (e *Extensions) ETag() string { return e.Chain().etag }

// Browser is the extensions' JavaScript.
func (e *Extensions) Browser() []byte { return e.Chain().browser }

// Enabled are in the chain's order.
func (e *Extensions) Enabled() []protocol.ExtensionTag {
	tags := []protocol.ExtensionTag{}
	for _, l := range e.Chain().links {
		tags = append(tags, protocol.ExtensionTag{Name: l.Name, Version: l.Version})
	}
	return tags
}

// Status says how each does.
func (e *Extensions) Status() []protocol.ExtensionStatus {
	c := e.Chain()
	list := []protocol.ExtensionStatus{}
	for _, l := range c.links {
		s := protocol.ExtensionStatus{
			Name: l.Name, Version: l.Version, Notes: notes.Words(l.Notes), Stores: l.stores(),
			Fields: protocol.ExtensionFields{
				Order: protocol.SortedKeys(l.Fields[protocol.ModelOrder]), Orderline: protocol.SortedKeys(l.Fields[protocol.ModelOrderline]),
			},
		}
		l.health.status(c.now(), &s)
		if l.shadow != nil {
			s.Shadow = l.shadow.shown()
		}
		if p, ok := l.host.(Process); ok {
			ended(p, &s)
		}
		list = append(list, s)
	}
	return list
}

// Notes are what there is to say of an extension: what was found when it was
// loaded, and what came since.
func (c *Chain) Notes(name string) []notes.Note {
	for _, l := range c.links {
		if l.Name == name {
			l.health.mu.Lock()
			defer l.health.mu.Unlock()
			return slices.Concat(l.Notes, l.health.notes)
		}
	}
	return nil
}

// Process is what a host that is a process of its own also tells.
type Process interface {
	// Ended says why the process isn't there, since when, and whether it stays
	// so; "" while it is there.
	Ended() (why string, since time.Time, down bool)
}

// ended tells of a process that isn't there, also before a call missed it.
func ended(p Process, s *protocol.ExtensionStatus) {
	why, since, down := p.Ended()
	if why == "" {
		return
	}
	if down {
		s.State = protocol.Down
	} else if s.State == protocol.Running {
		s.State = protocol.Failed
	}
	if slices.ContainsFunc(s.Errors, func(e protocol.ExtensionError) bool { return e.Message == why }) {
		return
	}
	at := protocol.FormatTime(since)
	s.Errors = append(s.Errors, protocol.ExtensionError{At: at, First: at, Count: 1, Message: why})
}
