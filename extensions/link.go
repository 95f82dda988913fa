package extensions

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/sdk/protocol"
)

// OnError is what happens to a mutation when an extension fails on it.
type OnError string

// The choices.
const (
	// OnErrorMerge: the sale goes on with what the till sent.
	OnErrorMerge OnError = "merge"
	// OnErrorReject: the mutation is refused.
	OnErrorReject OnError = "reject"
)

// link is one extension in the chain.
type link struct {
	Description
	host    Host
	doer    Doer // of its effects; nil: nobody
	onError OnError
	timeout time.Duration
	health  *health
	hidden  map[string]bool // extensions whose lines it isn't handed; nil: none
	log     *slog.Logger

	shadow    *Shadow    // nil: none
	recording *Recording // who notes its runs; nil: nobody
	handed    *runs.Handed
	hide      []string

	mu      sync.RWMutex
	watched map[protocol.Model]map[protocol.Field]bool
}

// runsOn reports whether a hook could give something else now that these keys
// of its record changed, or since the clock went on.
func (l *link) runsOn(model protocol.Model, changed []protocol.Field) bool {
	return l.readsClock(model) || l.reads(model, changed)
}

// readsClock reports whether hooks looked at what counts as always changed.
func (l *link) readsClock(model protocol.Model) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.watched[model][hooks.KeyChance] || slices.ContainsFunc(l.Reads[model], protocol.CountsAsClock)
}

// reads reports whether hooks read one of these keys of their record: declared,
// or in any run. What they write counts too: else a till's value for it would stand.
func (l *link) reads(model protocol.Model, changed []protocol.Field) bool {
	if len(changed) == 0 {
		return false
	}
	declared, writes := l.Reads[model], l.Writes[model]
	l.mu.RLock()
	defer l.mu.RUnlock()
	watched := l.watched[model]
	for _, f := range changed {
		if _, own := l.Fields[model][f]; own || watched[f] || slices.Contains(declared, f) || slices.Contains(writes, f) {
			return true
		}
		if f == protocol.KeyLines && model == protocol.ModelOrder && len(l.Reads[protocol.ModelOrderline]) > 0 {
			return true
		}
	}
	return false
}

// looksAt reports whether hooks on a line read one of these keys of its order:
// declared or found at load, or read by them earlier. r may be the order, too:
// then any line counts.
func (l *link) looksAt(r *hooks.Change, changed []protocol.Field) bool {
	if len(changed) == 0 || !l.Hooks[protocol.ModelOrderline] {
		return false
	}
	changed = slices.DeleteFunc(slices.Clone(changed), func(f protocol.Field) bool { return !hooks.RunsLines(f) })
	return len(changed) > 0 &&
		(slices.ContainsFunc(changed, func(f protocol.Field) bool { return slices.Contains(l.ReadsOfOrder, f) }) || r.ReadOrder(l.Name, changed))
}

// prices reports whether hooks may change what an order costs by more than its
// own fields.
func (l *link) prices() bool { return len(l.Writes) > 0 || l.Lines }

// couples reports whether something of an order may run hooks on its lines: then
// what hooks write is looked at once more.
func (l *link) couples(m *hooks.Mutation) bool {
	return l.prices() || l.Hooks[protocol.ModelOrderline] &&
		(len(l.ReadsOfOrder) > 0 || slices.ContainsFunc(m.Orders, func(o *hooks.Change) bool { return o.ReadOrder(l.Name, nil) }))
}

// watch notes the keys that a run has read.
func (l *link) watch(r *hooks.Change, result *hooks.Result) {
	model := r.Head().Model
	if len(result.ReadOfOrder) > 0 {
		r.NoteReads(l.Name, result.ReadOfOrder)
	}
	l.mu.RLock()
	fresh := slices.ContainsFunc(result.Read, func(f protocol.Field) bool { return !l.watched[model][f] })
	l.mu.RUnlock()
	if !fresh {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.watched[model] == nil {
		l.watched[model] = map[protocol.Field]bool{}
	}
	for _, f := range result.Read {
		l.watched[model][f] = true
	}
}

// run calls the host within the extension's time and counts what it took.
func (l *link) run(ctx context.Context, b *Batch) (results []hooks.Result, took time.Duration, err error) {
	began := time.Now()
	b.Limit = l.timeout
	if deadline, has := ctx.Deadline(); has {
		b.Limit = min(b.Limit, max(deadline.Sub(began).Round(time.Millisecond), time.Millisecond))
	}
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	results, err = l.host.Run(ctx, b)
	took = time.Since(began)
	l.health.spent(took, len(b.Records))
	if err == nil && len(results) != len(b.Records) {
		err = fmt.Errorf("it answered for %d of %d records", len(results), len(b.Records))
	}
	return results, took, err
}
