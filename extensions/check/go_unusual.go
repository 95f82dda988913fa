package check

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// unusual: values that a till may set and hardly anybody thinks of, and those that
// were stored under an older manifest.
func (p *probe) unusual(ctx context.Context) {
	for _, f := range p.own {
		info := p.d.Fields[p.model][f]
		if info.Derived {
			continue
		}
		for _, v := range append(extremes(info.FieldSpec), strangers...) {
			c := p.change(p.model, fmt.Sprintf("%s whose %s is %.40s", p.name(), f, v))
			c.legal = info.Check(v) == nil
			c.stored, c.merged = copied(p.first), copied(p.first)
			c.merged[f] = v
			if !c.legal {
				c.stored[f] = v
				p.hostile(ctx, c)
				continue
			}
			p.run(ctx, c)
		}
	}
}

// strangers are of types that the field may not have.
var strangers = []protocol.Value{"7", `"text"`, "true", `[{"a":1}]`, `{"a":[1]}`}

// hostile: a hook may fail on a value that no till can set any more, but it must
// not panic or hang.
func (p *probe) hostile(ctx context.Context, c change) {
	before := len(p.r.Findings)
	p.run(ctx, c)
	kept := p.r.Findings[:before]
	for _, f := range p.r.Findings[before:] {
		switch f.Code {
		case notes.Panics, notes.Hangs, notes.EndsProcess:
			kept = append(kept, f)
		}
	}
	p.r.Findings = kept
}

// outcomes: an order is told what came of each effect, also that it was given up.
func (p *probe) outcomes(ctx context.Context) {
	if p.model != protocol.ModelOrder {
		return
	}
	for _, name := range protocol.SortedKeys(p.d.Effects) {
		for _, result := range []protocol.Value{`{"gave_up":true,"error":"for three days"}`, `null`, `[1]`} {
			c := p.change(p.model, fmt.Sprintf("an order that is told of its effect %s: %s", name, result))
			c.state, c.outcome = protocol.Paid, &hooks.Outcome{Name: name, Key: "key", Result: result}
			c.stored, c.merged = copied(p.first), copied(p.first)
			p.hostile(ctx, c)
		}
	}
}

// budget is what a server gives hooks for all records of a change, unless its
// operator gives them more.
const budget = 50 * time.Millisecond

// large: an order of 500 lines, of which the best of several runs counts, and the
// bytes of the first.
func (p *probe) large(ctx context.Context) {
	const tries = 8
	best := patience
	for i := range tries {
		c := p.change(p.model, p.name()+" of 500 lines")
		c.lines, c.stored, c.merged = 500, copied(p.first), copied(p.second)
		before := p.allocated(ctx)
		began := time.Now()
		result, ok := p.run(ctx, c)
		if !ok {
			return
		}
		if after := p.allocated(ctx); i == 0 && before > 0 && after > before+largeRun {
			p.find(notes.Note{Code: notes.Allocates, Model: p.model, Message: fmt.Sprintf("on an order of 500 lines the hooks allocate %s", humanize.IBytes(after-before))})
		}
		// Without the way to the process, where that is known.
		if best = min(best, cmp.Or(result.Took, time.Since(began))); best < budget {
			return
		}
	}
	p.find(notes.Note{Code: notes.Slow, Model: p.model, Message: fmt.Sprintf("on an order of 500 lines the hooks take %s on this machine, and have %s for all records of a change", best.Round(time.Millisecond), budget)})
}

// allocated is what the program has allocated so far; 0 where that isn't known.
func (p *probe) allocated(ctx context.Context) uint64 {
	host, is := p.host.(*goplugin.Host)
	if !is {
		return 0
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	bytes, err := host.Allocated(ctx)
	if err != nil {
		return 0 // the next run of the hooks says why
	}
	return bytes
}

// atOnce: several multi-sessions at once, for the race detector.
func (p *probe) atOnce(ctx context.Context) {
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for j := range 20 {
				c := p.change(p.model, "")
				c.order, c.stored, c.merged = protocol.OrderID(fmt.Sprintf("order-%d-%d", i, j)), copied(p.first), copied(p.second)
				within, cancel := context.WithTimeout(ctx, patience)
				batch := &extensions.Batch{MultiSession: protocol.MultiSessionID(fmt.Sprintf("check-%d", i)), Records: []hooks.Record{p.snapshot(&c)}, Limit: patience}
				_, _ = p.host.Run(within, batch) // what it gives was looked at before
				cancel()
			}
		})
	}
	all.Wait()
}
