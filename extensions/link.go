package extensions

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/manytill/manytill/internal/hooks"
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
	onError OnError
	timeout time.Duration
	health  *health
	log     *slog.Logger

	mu      sync.RWMutex
	watched map[protocol.Model]map[protocol.Field]bool
}

// reads reports whether a hook could give something else now that these
// fields changed: the host knows which keys any run has read.
func (l *link) reads(model protocol.Model, changed []protocol.Field) bool {
	declared, known := l.Reads[model]
	l.mu.RLock()
	defer l.mu.RUnlock()
	watched := l.watched[model]
	if watched[hooks.KeyChance] {
		return true
	}
	for _, f := range changed {
		if _, own := l.Fields[model][f]; own || watched[f] || (known && slices.Contains(declared, f)) {
			return true
		}
		if f == protocol.KeyLines && model == protocol.ModelOrder && len(l.Reads[protocol.ModelOrderline]) > 0 {
			return true
		}
	}
	return false
}

// watch notes the keys that a run has read.
func (l *link) watch(model protocol.Model, read []protocol.Field) {
	l.mu.RLock()
	fresh := slices.ContainsFunc(read, func(f protocol.Field) bool { return !l.watched[model][f] })
	l.mu.RUnlock()
	if !fresh {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.watched[model] == nil {
		l.watched[model] = map[protocol.Field]bool{}
	}
	for _, f := range read {
		l.watched[model][f] = true
	}
}

// run calls the host within the extension's time and counts what it took.
func (l *link) run(ctx context.Context, b *Batch) (results []hooks.Result, err error) {
	began := time.Now()
	b.Limit = l.timeout
	if deadline, has := ctx.Deadline(); has {
		b.Limit = min(b.Limit, max(deadline.Sub(began).Round(time.Millisecond), time.Millisecond))
	}
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	defer func() { l.health.spent(time.Since(began), len(b.Records)) }()
	results, err = l.host.Run(ctx, b)
	if err == nil && len(results) != len(b.Records) {
		err = fmt.Errorf("it answered for %d of %d records", len(results), len(b.Records))
	}
	return results, err
}
