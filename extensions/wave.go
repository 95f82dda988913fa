package extensions

import (
	"context"
	"slices"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Run runs the extensions over a wave, one after the other: the hooks of lines,
// then those of their orders. Where lines' hooks read their order, a second pass
// in the same order runs each hook that read what another one has changed since
// it ran. There is no third. It ends within the chain's budget.
// What older versions of extensions wrote it migrates first.
func (c *Chain) Run(ctx context.Context, wave *hooks.Wave) { c.run(ctx, wave, nil) }

// run also tells what came of each record; told may be nil.
func (c *Chain) run(ctx context.Context, wave *hooks.Wave, told observer) {
	c.using.RLock()
	defer c.using.RUnlock()
	w := &run{chain: c, wave: wave, outer: ctx, end: func() {}, observer: told}
	defer func() { w.end() }()
	w.migrate()
	w.pass()
	if len(w.writes) > 0 {
		w.second = map[*hooks.Mutation]bool{}
		for _, m := range wave.Mutations {
			w.second[m] = slices.ContainsFunc(c.links, func(l *link) bool { return l.couples(m) })
		}
		w.pass()
		w.unrest()
	}
	w.finish()
	w.handOver()
}

// run is one wave under way.
type run struct {
	chain *Chain
	wave  *hooks.Wave
	outer context.Context
	ctx   context.Context // see within
	end   func()
	// turn counts the turns of the hooks, of one model of one extension each,
	// through both passes.
	turn   int
	writes map[*hooks.Change][]write
	// second are the mutations that have a second pass; nil in the first.
	second map[*hooks.Mutation]bool
	// born are lines that hooks put, and in which turn; gone are those that they
	// dropped.
	born map[*hooks.Change]int
	gone map[*hooks.Change]bool
	// offers are what shadows are to run on, once the wave is over.
	offers map[*Shadow][]shadowed
	// observer is told what came of each record; nil: nobody.
	observer observer
	quiet    bool // nobody is told of what isn't taken
	// told are the values that aren't taken of the run that is looked at.
	told []hooks.Dropped
	// pulled are lines that the mutation didn't change: they run for what
	// changed of their order alone.
	pulled map[*hooks.Change]bool
	// apart are orders whose data is of another schema than an extension's, which so
	// leaves them alone.
	apart map[*link]map[*hooks.Change]bool
}

// write is what a hook changed of a record, and in which turn.
type write struct {
	field protocol.Field
	turn  int
}

// models in the order of their turns.
var models = []protocol.Model{protocol.ModelOrderline, protocol.ModelOrder}

// turns is how many there are in a pass.
func (w *run) turns() int { return len(models) * len(w.chain.links) }

// within is the context of calls: most waves make none.
func (w *run) within() context.Context {
	if w.ctx == nil {
		ctx, cancel := context.WithTimeout(w.outer, w.chain.budget)
		stop := context.AfterFunc(w.chain.ending, cancel)
		w.ctx, w.end = ctx, func() { stop(); cancel() }
	}
	return w.ctx
}

func (w *run) pass() {
	for _, l := range w.chain.links {
		for _, model := range models {
			if l.Hooks[model] {
				w.hooks(l, model)
			}
			w.turn++
		}
	}
}

// hooks is one turn.
func (w *run) hooks(l *link, model protocol.Model) {
	var all []due
	for _, m := range w.wave.Mutations {
		if m.Veto != nil || w.second != nil && !w.second[m] {
			continue
		}
		if m.Late && !slices.Contains(m.Missed, l.Name) && !slices.Contains(m.Missed, anyExtension) {
			continue
		}
		if model == protocol.ModelOrderline {
			w.pull(l, m)
		}
		for _, r := range records(m, model) {
			if w.gone[r] || w.isApart(l, r) || !w.concerns(l, r) {
				continue
			}
			if d := (due{m, r}); l.health.skips(w.chain.now(), r.Head().Order) {
				w.skip(l, d)
			} else {
				all = append(all, d)
			}
		}
	}
	if len(all) == 0 {
		return
	}
	if w.chain.ending.Err() != nil {
		w.wave.GivenUp = true
		return
	}
	if !l.stores() {
		w.call(w.within(), l, all, nil)
		return
	}
	for _, d := range all { // each finds what the ones before it left
		if d.mutation.Veto == nil && !w.wave.GivenUp {
			w.call(w.within(), l, []due{d}, nil)
		}
	}
}

// pull takes the other lines of an order in, where something of the order
// changed that lines' hooks read.
func (w *run) pull(l *link, m *hooks.Mutation) {
	for _, o := range m.Orders {
		if o.Whole || w.isApart(l, o) || !l.looksAt(o, w.changed(o)) {
			continue
		}
		for _, line := range o.OtherLines() {
			if w.pulled == nil {
				w.pulled = map[*hooks.Change]bool{}
			}
			w.pulled[line] = true
			m.Lines = append(m.Lines, line)
		}
		o.Whole = true
	}
}

// concerns reports whether an extension's hooks could give something else than
// what stands.
func (w *run) concerns(l *link, r *hooks.Change) bool {
	if r.Of != nil && l.looksAt(r, w.changed(r.Of)) {
		return true
	}
	model, changed := r.Head().Model, w.changed(r)
	switch {
	case !w.pulled[r] && (w.second == nil || w.unseen(r, w.turn-w.turns())):
		return r.Head().New || *r.Ran != w.chain.generation || l.runsOn(model, changed)
	case w.pulled[r] && *r.Ran != w.chain.generation && len(changed) > 0:
		return true // nobody knows what would run of it
	}
	return l.reads(model, changed)
}

// unseen reports whether a line wasn't there yet in a turn.
func (w *run) unseen(r *hooks.Change, turn int) bool {
	born, put := w.born[r]
	return put && born > turn
}

// changed are the keys of a record that changed since a hook could last look
// at them: in the first pass all, in the second what others wrote since its
// first turn.
func (w *run) changed(r *hooks.Change) []protocol.Field {
	if w.second == nil {
		return r.Changed
	}
	return w.since(r, w.turn-w.turns())
}

// since are the keys of a record that hooks wrote after a turn.
func (w *run) since(r *hooks.Change, turn int) (fields []protocol.Field) {
	for _, wrote := range w.writes[r] {
		if wrote.turn > turn {
			fields = append(fields, wrote.field)
		}
	}
	return fields
}

// wrote notes what a hook changed of a record.
func (w *run) wrote(r *hooks.Change, f protocol.Field) {
	if w.writes == nil {
		w.writes = map[*hooks.Change][]write{}
	}
	r.Changed = append(r.Changed, f)
	w.writes[r] = append(w.writes[r], write{f, w.turn})
	if r.Of != nil {
		w.wroteLines(r.Of)
	}
}

// wroteLines notes that a hook changed lines of an order.
func (w *run) wroteLines(o *hooks.Change) {
	if w.writes == nil {
		w.writes = map[*hooks.Change][]write{}
	}
	if !slices.Contains(o.Changed, protocol.KeyLines) {
		o.Changed = append(o.Changed, protocol.KeyLines)
	}
	w.writes[o] = append(w.writes[o], write{protocol.KeyLines, w.turn})
}

// unrest finds what still moves after the second pass: hooks that read what
// another one wrote since. It stands, and counts as changed at the record's next
// change.
func (w *run) unrest() {
	for i, l := range w.chain.links {
		for j, model := range models {
			if !l.Hooks[model] {
				continue
			}
			turn := w.turns() + len(models)*i + j
			for _, m := range w.wave.Mutations {
				if !w.second[m] || m.Veto != nil {
					continue
				}
				for _, r := range records(m, model) {
					if w.gone[r] || w.isApart(l, r) {
						continue
					}
					if w.unseen(r, turn) || l.reads(model, w.since(r, turn)) || r.Of != nil && l.looksAt(r, w.since(r.Of, turn)) {
						r.Restless = true
						l.drop(hooks.Dropped{Why: restless}, "")
					}
				}
			}
		}
	}
}

const restless = "its hooks don't come to rest: what they read changes again after they ran twice over one change, since each of several hooks answers to what the others write; what stands now is looked at again at the next change"

// finish notes what ran.
func (w *run) finish() {
	for _, m := range w.wave.Mutations {
		w.paidWithout(m)
		for _, r := range records(m, "") {
			switch {
			case len(r.Missed) > 0, r.Restless, w.anyApart(r):
				*r.Ran = 0 // a failed call is never taken for "no change"
			case !w.pulled[r]: // what ran over a pulled one may be dropped with the mutation
				*r.Ran = w.chain.generation
			}
		}
		for _, name := range m.Missed {
			known := name == anyExtension || slices.ContainsFunc(w.chain.links, func(l *link) bool { return l.Name == name })
			if !known && len(m.Orders) > 0 {
				m.Orders[0].Missed = append(m.Orders[0].Missed, name) // it waits until the extension is back
			}
		}
	}
}

// paidWithout flags an order that is closed with payments while an extension that
// writes what it costs has missed something of it.
func (w *run) paidWithout(m *hooks.Mutation) {
	if m.Late || m.Veto != nil {
		return
	}
	for _, o := range m.Orders {
		head := o.Head()
		if head.State == protocol.Open || len(o.OrderPayments()) == 0 {
			continue
		}
		missed := slices.Concat(o.MissedBefore, o.Missed)
		for _, line := range m.Lines {
			if line.Of == o {
				missed = append(missed, line.Missed...)
			}
		}
		for _, l := range w.chain.links {
			if l.prices() && slices.Contains(missed, l.Name) {
				m.Reviews = append(m.Reviews, hooks.Review{Order: head.Order, Review: protocol.Review{
					Extension: l.Name, Message: "this extension failed or was suspended, and the order was closed before it worked again: what it costs may be wrong",
				}})
			}
		}
	}
}

// records are a mutation's of one model; of both where it is empty.
func records(m *hooks.Mutation, model protocol.Model) []*hooks.Change {
	switch model {
	case protocol.ModelOrderline:
		return m.Lines
	case protocol.ModelOrder:
		return m.Orders
	}
	return append(slices.Clone(m.Lines), m.Orders...)
}

// due is a record that an extension must look at, and whose it is.
type due struct {
	mutation *hooks.Mutation
	change   *hooks.Change
}

func (d due) head() *hooks.RecordHead { return d.change.Head() }
