package check

import (
	"context"
	"fmt"
	"time"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// all runs every probe on each model that has hooks.
func (p *probing) all(ctx context.Context, race bool) error {
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		if !p.d.Hooks[model] {
			continue
		}
		of := probe{probing: p, model: model, own: protocol.SortedKeys(p.d.Fields[model])}
		of.first, of.second = of.values()
		of.records(ctx)
		same, err := of.repeats(ctx)
		if err != nil {
			return err
		}
		if same {
			of.twice(ctx)
		}
		of.alone(ctx)
		of.unusual(ctx)
		of.outcomes(ctx)
		if race {
			of.atOnce(ctx)
		} else {
			of.large(ctx) // the race detector takes its time
		}
		of.reads()
	}
	return ctx.Err()
}

// probe is of one model.
type probe struct {
	*probing
	model protocol.Model
	own   []protocol.Field
	// first and second are values of the fields that tills set, two of each.
	first, second protocol.Fields
}

func (p *probe) values() (first, second protocol.Fields) {
	first, second = protocol.Fields{}, protocol.Fields{}
	for _, f := range p.own {
		info := p.d.Fields[p.model][f]
		if two := samples(info.FieldSpec); two != nil && !info.Derived {
			first[f], second[f] = two[0], two[1]
		}
	}
	return first, second
}

func copied(fields protocol.Fields) protocol.Fields { return with(protocol.Fields{}, fields) }

// name is the model as people call it.
func (p *probe) name() string {
	if p.model == protocol.ModelOrder {
		return "an order"
	}
	return "a line"
}

// records: as sales have them, with and without what tills set, open and closed.
func (p *probe) records(ctx context.Context) {
	full := func(c *change) { c.stored, c.merged = copied(p.first), copied(p.first) }
	for _, record := range []struct {
		what string
		set  func(*change)
	}{
		{"that is new and has none of its fields", func(c *change) { c.stored = nil }},
		{"that has none of its fields", func(*change) {}},
		{"that is new and has its fields", func(c *change) { full(c); c.stored = nil }},
		{"that is paid", func(c *change) { full(c); c.state = protocol.Paid }},
		{"that is cancelled", func(c *change) { c.state = protocol.Cancelled }},
		{"that has no lines", func(c *change) { full(c); c.lines = 0 }},
	} {
		c := p.change(p.model, p.name()+" "+record.what)
		record.set(&c)
		if c.lines > 0 || p.model == protocol.ModelOrder {
			p.run(ctx, c)
		}
	}
}

// exported are the own fields of an export.
func (p *probe) exported(result hooks.Result) protocol.Fields {
	own := protocol.Fields{}
	for _, f := range p.own {
		if v, is := result.Export[f]; is {
			own[f] = v
		}
	}
	return own
}

// differs is the first field that two exports give another value.
func (p *probe) differs(a, b protocol.Fields) (protocol.Field, bool) {
	for _, f := range p.own {
		if a[f] != b[f] {
			return f, true
		}
	}
	return "", false
}

// repeats: the same record gives the same, whenever and after whatever else.
func (p *probe) repeats(ctx context.Context) (same bool, err error) {
	c := p.change(p.model, p.name()+" whose fields a till sets")
	c.stored, c.merged = copied(p.first), copied(p.second)
	one, ok := p.run(ctx, c)
	if !ok {
		return false, nil
	}
	for i := range 3 {
		other := c
		other.order, other.merged = protocol.OrderID(fmt.Sprintf("order-%d", i+2)), copied(p.first)
		p.run(ctx, other)
	}
	again, ok := p.run(ctx, c)
	if !ok {
		return false, nil
	}
	if f, is := p.differs(p.exported(one), p.exported(again)); is {
		return false, p.notSame(ctx, c, f, p.exported(one)[f], p.exported(again)[f])
	}
	later := c
	later.at = noon.Add(5 * time.Hour)
	if result, ok := p.run(ctx, later); ok {
		p.moved(notes.Clock, one, result, "it is decided five hours after it was tapped")
	}
	// Chance may give a field its value once.
	c.stored = with(copied(c.merged), p.exported(one))
	c.merged, c.legal = copied(c.stored), false
	kept, ok := p.run(ctx, c)
	c.seed = 99
	if result, again := p.run(ctx, c); ok && again {
		p.moved(notes.Chance, kept, result, "another tap makes it")
	}
	return true, nil
}

// moved: the same change gives a field another value for no reason of the record's.
func (p *probe) moved(code notes.Code, one, other hooks.Result, why string) {
	if f, is := p.differs(p.exported(one), p.exported(other)); is {
		p.find(notes.Note{Code: code, Model: p.model, Field: f, Message: fmt.Sprintf("the same change gives %s another value (%s, not %s) if %s", f, shown(p.exported(other)[f]), shown(p.exported(one)[f]), why)})
	}
}

// notSame tells what a program keeps from chance: a fresh one that does the same
// as this one did at first remembers something.
func (p *probe) notSame(ctx context.Context, c change, f protocol.Field, one, again protocol.Value) error {
	n := notes.Note{Code: notes.Chance, Model: p.model, Field: f, Message: fmt.Sprintf("the same record gives %s as %s, and then as %s", f, shown(one), shown(again))}
	if err := p.host.Close(); err != nil {
		return err
	}
	host, err := p.again()
	if err != nil {
		return err
	}
	p.host = host
	var values [2]protocol.Value
	for i := range values {
		result, ok := p.run(ctx, c)
		if !ok {
			return nil
		}
		values[i] = p.exported(result)[f]
	}
	if values[0] != values[1] && again != one {
		n.Code = notes.ModuleState
	}
	if values[0] == values[1] && values[0] == one {
		n.Code = notes.ModuleState
	}
	p.find(n)
	return nil
}

func shown(v protocol.Value) string {
	if v == "" {
		return "nothing"
	}
	return fmt.Sprintf("%.40s", string(v))
}

// twice: hooks that run again on what they made leave it alone.
func (p *probe) twice(ctx context.Context) {
	c := p.change(p.model, p.name()+" whose fields a till sets")
	c.stored, c.merged = copied(p.first), copied(p.second)
	one, ok := p.run(ctx, c)
	if !ok {
		return
	}
	made := with(copied(c.merged), p.exported(one))
	for f, v := range made {
		info := p.d.Fields[p.model][f]
		c.legal = c.legal && info.Check(v) == nil
	}
	c.stored, c.merged, c.what = made, copied(made), p.name()+" as the hooks left it"
	result, ok := p.run(ctx, c)
	if !ok {
		return
	}
	for _, f := range p.own {
		if v, given := result.Export[f]; given && v != made[f] && (v != protocol.Null || made[f] != "") {
			p.find(notes.Note{Code: notes.ChangesTwice, Model: p.model, Field: f, Message: fmt.Sprintf("%s is %s when the hooks have run, and %s when they run once more on that", f, shown(made[f]), shown(v))})
		}
	}
}

// alone: a till sets one field, on a record that has all and on one that has none.
func (p *probe) alone(ctx context.Context) {
	for _, f := range p.own {
		typed, set := p.second[f]
		if !set {
			continue
		}
		c := p.change(p.model, fmt.Sprintf("%s whose %s a till sets", p.name(), f))
		c.stored, c.merged = copied(p.first), copied(p.first)
		c.merged[f] = typed
		if result, ok := p.run(ctx, c); ok {
			p.tookOver(f, typed, result)
		}
		c.what = fmt.Sprintf("%s on which a till sets %s alone", p.name(), f)
		c.stored, c.merged = protocol.Fields{}, protocol.Fields{f: typed}
		if result, ok := p.run(ctx, c); ok {
			if v, given := result.Export[f]; given && v == protocol.Null {
				p.find(notes.Note{Code: notes.Wiped, Model: p.model, Field: f, Message: fmt.Sprintf("on %s the hooks clear it, though it is there", c.what)})
			}
		}
	}
}

func (p *probe) tookOver(f protocol.Field, typed protocol.Value, result hooks.Result) {
	v, given := result.Export[f]
	switch {
	case given && v == p.first[f]:
		code, words := notes.TurnedBack, "a till sets %s to %s on a record that exists, and the hooks export what was there before (%s)"
		if !p.read[p.model][f] {
			code = notes.OneWay
		}
		p.find(notes.Note{Code: code, Model: p.model, Field: f, Message: fmt.Sprintf(words, f, shown(typed), shown(v))})
	case given && !p.read[p.model][f]:
		p.find(notes.Note{Code: notes.OneWay, Model: p.model, Field: f, Message: fmt.Sprintf("%s is exported as %s whatever a till sets: no hook reads it", f, shown(v))})
	}
	for _, other := range p.own {
		if _, set := p.first[other]; set && other != f && result.Export[other] == protocol.Null {
			p.find(notes.Note{Code: notes.Wiped, Model: p.model, Field: other, Message: fmt.Sprintf("a till sets %s, and the hooks clear %s", f, other)})
		}
	}
}

// reads says of fields what the runs have shown, where no sources did.
func (p *probe) reads() {
	if p.at.found != nil {
		return
	}
	for i := range p.r.Fields {
		row := &p.r.Fields[i]
		if row.Model == p.model && p.read[p.model][row.Field] {
			row.Init, row.Apply = true, true
		}
	}
}
