package extensions_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/hookstest"
	_ "github.com/manytill/manytill/internal/seeds"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// memOrder is an order with lines, as an engine hands it to the chain.
type memOrder struct {
	id     protocol.OrderID
	fields protocol.Fields
	lines  []protocol.Fields
	ran    []*uint64                           // the order's, then the lines'
	reads  map[int]map[string][]protocol.Field // of lines, by extension
	// Lines that extensions put, and what they put each time.
	own       []protocol.LineID
	ownFields []protocol.Fields
	puts      [][]hooks.PutLine
	effects   []hooks.Effect
}

func newMemOrder(id protocol.OrderID, fields protocol.Fields, lines ...protocol.Fields) *memOrder {
	o := &memOrder{id: id, fields: fields, lines: lines, reads: map[int]map[string][]protocol.Field{}}
	for range len(lines) + 1 {
		o.ran = append(o.ran, new(uint64))
	}
	return o
}

func (o *memOrder) clone() *memOrder {
	c := newMemOrder(o.id, maps.Clone(o.fields))
	for i, l := range o.lines {
		c.lines = append(c.lines, maps.Clone(l))
		c.ran = append(c.ran, new(uint64))
		*c.ran[i+1] = *o.ran[i+1]
	}
	*c.ran[0] = *o.ran[0]
	return c
}

// liveRecord is a record whose merged fields are those of now.
type liveRecord struct {
	head   hooks.RecordHead
	of     *liveRecord
	order  *memOrder
	fields protocol.Fields
}

func (r *liveRecord) Head() *hooks.RecordHead           { return &r.head }
func (r *liveRecord) StoredFields() protocol.Fields     { return protocol.Fields{} }
func (r *liveRecord) MergedFields() protocol.Fields     { return r.fields }
func (r *liveRecord) OrderPayments() []protocol.Payment { return nil }
func (r *liveRecord) OrderLines() (lines []protocol.Line) {
	for i, l := range r.order.lines {
		lines = append(lines, protocol.Line{ID: lineID(i), N: i + 1, Fields: l})
	}
	for i, id := range r.order.own {
		lines = append(lines, protocol.Line{ID: id, Fields: r.order.ownFields[i]})
	}
	return lines
}
func (r *liveRecord) EachLine([]protocol.Field, hooks.VisitLine) {}
func (r *liveRecord) OrderRecord() hooks.Record {
	if r.of == nil {
		return nil
	}
	return r.of
}

func lineID(i int) protocol.LineID { return protocol.LineID("l" + strconv.Itoa(i)) }

// read reports whether a line's hooks have read one of these keys.
func (o *memOrder) read(line int, extension string, keys []protocol.Field) bool {
	return slices.ContainsFunc(o.reads[line][extension], func(f protocol.Field) bool { return keys == nil || slices.Contains(keys, f) })
}

// change is a mutation that changed these keys of the order, and one field of
// some lines.
func (o *memOrder) change(keys []protocol.Field, lines map[int]protocol.Field) *hooks.Mutation {
	r := &liveRecord{head: hooks.RecordHead{Model: protocol.ModelOrder, Order: o.id, State: protocol.Open}, order: o, fields: o.fields}
	if len(lines) > 0 {
		keys = append(keys, protocol.KeyLines)
	}
	draft := &hookstest.Draft{
		OnSet: func(f protocol.Field, v protocol.Value) { o.fields[f] = v },
		OnReadOrder: func(extension string, keys []protocol.Field) bool {
			return slices.ContainsFunc(slices.Collect(maps.Keys(o.reads)), func(i int) bool { return o.read(i, extension, keys) })
		},
	}
	c := &hooks.Change{Record: r, Draft: draft, Changed: keys, Ran: o.ran[0]}
	line := func(i int, changed ...protocol.Field) *hooks.Change {
		head := hooks.RecordHead{Model: protocol.ModelOrderline, Order: o.id, Line: lineID(i), N: i + 1, State: protocol.Open}
		return &hooks.Change{
			Record: &liveRecord{head, r, o, o.lines[i]}, Of: c, Changed: changed, Ran: o.ran[i+1], Draft: &hookstest.Draft{
				OnSet:       func(f protocol.Field, v protocol.Value) { o.lines[i][f] = v },
				OnReadOrder: func(extension string, keys []protocol.Field) bool { return o.read(i, extension, keys) },
				OnNoteReads: func(extension string, keys []protocol.Field) {
					if o.reads[i] == nil {
						o.reads[i] = map[string][]protocol.Field{}
					}
					o.reads[i][extension] = append(o.reads[i][extension], keys...)
				},
			},
		}
	}
	m := &hooks.Mutation{Orders: []*hooks.Change{c}}
	draft.OnPutLines = func(extension string, puts []hooks.PutLine) *hooks.Putting {
		o.puts = append(o.puts, puts)
		done := &hooks.Putting{}
		for _, put := range puts {
			id := protocol.OwnLineID(extension, put.Key)
			i := slices.Index(o.own, id)
			switch {
			case put.Keep, i >= 0 && maps.Equal(o.ownFields[i], put.Fields):
				continue
			case i < 0:
				o.own, o.ownFields = append(o.own, id), append(o.ownFields, put.Fields)
				i = len(o.own) - 1
			}
			head := hooks.RecordHead{Model: protocol.ModelOrderline, Order: o.id, Line: id, State: protocol.Open, New: true}
			done.Changed = append(done.Changed, &hooks.Change{
				Record: &liveRecord{head, r, o, o.ownFields[i]}, Of: c, Changed: protocol.SortedKeys(put.Fields), Ran: new(uint64),
				Draft: &hookstest.Draft{OnSet: func(f protocol.Field, v protocol.Value) { o.ownFields[i][f] = v }},
			})
		}
		return done
	}
	draft.OnEffect = func(extension string, e hooks.Effect) string {
		o.effects = append(o.effects, e)
		if e.Key == "refused" {
			return "it was asked for before"
		}
		return ""
	}
	draft.OnOtherLines = func() (others []*hooks.Change) {
		for i := range o.lines {
			if _, touched := lines[i]; !touched {
				others = append(others, line(i))
			}
		}
		return others
	}
	for i := range o.lines {
		if f, touched := lines[i]; touched {
			m.Lines = append(m.Lines, line(i, f))
		}
	}
	return m
}

// settled lets a chain run over orders as they are, so that only what changes
// later runs.
func settled(chain *extensions.Chain, orders ...*memOrder) {
	for _, o := range orders {
		all := map[int]protocol.Field{}
		for i := range o.lines {
			all[i] = "qty"
		}
		for range 4 {
			chain.Run(context.Background(), &hooks.Wave{Mutations: []*hooks.Mutation{o.change([]protocol.Field{"course", "name"}, all)}})
		}
	}
}

// fire: lines are fired when their order's course is theirs.
func fire() *fake {
	f := extension("fire", func(r hooks.Record) hooks.Result {
		if r.Head().Model == protocol.ModelOrder {
			return hooks.Result{}
		}
		fired := "false"
		if r.OrderRecord().MergedFields()["course"] == r.MergedFields()["at"] {
			fired = "true"
		}
		return hooks.Result{Export: protocol.Fields{"fired": protocol.Text(fired)}, Read: []protocol.Field{"at"}, ReadOfOrder: []protocol.Field{"course"}}
	}, "fired")
	delete(f.Hooks, protocol.ModelOrder)
	return f
}

// A line's hook runs again when a key of its order that it read changed, on all
// lines; what else changes of the order runs none of them.
func TestLineReadsItsOrder(t *testing.T) {
	f := fire()
	k := build(t, entry(f))
	o := newMemOrder("o1", protocol.Fields{"course": `"1"`}, protocol.Fields{"at": `"1"`}, protocol.Fields{"at": `"2"`}, protocol.Fields{"at": `"2"`})
	settled(k.chain, o)
	require.Equal(t, []protocol.Value{`"true"`, `"false"`, `"false"`}, o.values("fired"))
	f.runs = nil

	run := func(keys []protocol.Field, lines map[int]protocol.Field) *hooks.Wave {
		w := &hooks.Wave{Mutations: []*hooks.Mutation{o.change(keys, lines)}}
		k.chain.Run(context.Background(), w)
		return w
	}
	run([]protocol.Field{"name"}, nil)
	run([]protocol.Field{}, map[int]protocol.Field{1: "qty"})
	require.Empty(t, f.runs, "what it doesn't read runs nothing")
	o.fields["course"] = `"2"`
	w := run([]protocol.Field{"course"}, nil)
	require.Equal(t, []string{"o1/l0", "o1/l1", "o1/l2"}, f.runs)
	require.Equal(t, []protocol.Value{`"false"`, `"true"`, `"true"`}, o.values("fired"))
	require.Len(t, w.Mutations[0].Lines, 3)

	// A chain that never saw a run goes by what is known of each line.
	f.runs = nil
	fresh := build(t, entry(f))
	delete(o.reads, 1)
	fresh.chain.Run(context.Background(), &hooks.Wave{Mutations: []*hooks.Mutation{o.change([]protocol.Field{"course"}, nil)}})
	require.Equal(t, []string{"o1/l0", "o1/l2"}, f.runs)
	declared := fire()
	declared.ReadsOfOrder = []protocol.Field{"course"}
	build(t, entry(declared)).chain.Run(context.Background(), &hooks.Wave{Mutations: []*hooks.Mutation{o.change([]protocol.Field{"course"}, nil)}})
	require.Len(t, declared.runs, 3)
}

func (o *memOrder) values(f protocol.Field) (list []protocol.Value) {
	for _, l := range o.lines {
		list = append(list, l[f])
	}
	return list
}

// What an order's hook writes reaches the lines in the same change, and what
// lines' hooks write then reaches the order's hook.
func TestSecondPass(t *testing.T) {
	f := fire()
	kitchen := extension("kitchen", func(r hooks.Record) hooks.Result {
		if r.Head().Model == protocol.ModelOrderline {
			return hooks.Result{}
		}
		fired := 0
		for _, l := range r.OrderLines() {
			if l.Fields["fired"] == `"true"` {
				fired++
			}
		}
		course := r.MergedFields()["wanted"]
		return hooks.Result{Export: protocol.Fields{"course": course, "count": protocol.Text(strconv.Itoa(fired))}, Read: []protocol.Field{"wanted", protocol.KeyLines}}
	}, "course", "count")
	delete(kitchen.Hooks, protocol.ModelOrderline)
	f.Fields[protocol.ModelOrder] = nil
	k := build(t, entry(f), entry(kitchen))
	o := newMemOrder("o1", protocol.Fields{"wanted": `"1"`}, protocol.Fields{"at": `"1"`}, protocol.Fields{"at": `"2"`}, protocol.Fields{"at": `"2"`})
	settled(k.chain, o)
	f.runs, kitchen.runs = nil, nil
	o.fields["wanted"] = `"2"`
	k.chain.Run(context.Background(), &hooks.Wave{Mutations: []*hooks.Mutation{o.change([]protocol.Field{"wanted"}, nil)}})
	require.Equal(t, []protocol.Value{`"false"`, `"true"`, `"true"`}, o.values("fired"))
	require.Equal(t, protocol.Value(`"2"`), o.fields["count"])
	require.Len(t, f.runs, 3, "in the second pass")
	require.Equal(t, []string{"o1/", "o1/"}, kitchen.runs)
}

// Hooks that answer each other end after two passes; the operator is told, and
// the record is looked at again at its next change.
func TestDoesNotComeToRest(t *testing.T) {
	count := func(name string, own, other protocol.Field) *fake {
		f := extension(name, func(r hooks.Record) hooks.Result {
			n, _ := strconv.Atoi(r.MergedFields()[other].String())
			return hooks.Result{Export: protocol.Fields{own: protocol.Text(strconv.Itoa(n + 1))}, Read: []protocol.Field{other}}
		}, own)
		delete(f.Hooks, protocol.ModelOrderline)
		return f
	}
	a, b := count("a", "x", "y"), count("b", "y", "x")
	looks := fire() // without it there is no second pass
	var log bytes.Buffer
	e, k := started(t, &log, entry(a), entry(b), entry(looks))
	o := newMemOrder("o1", protocol.Fields{"course": `"1"`}, protocol.Fields{})
	m := o.change([]protocol.Field{"course"}, map[int]protocol.Field{0: "at"})
	k.chain.Run(context.Background(), &hooks.Wave{Mutations: []*hooks.Mutation{m}})
	require.Len(t, a.runs, 2)
	require.Len(t, b.runs, 2)
	require.Equal(t, protocol.Fields{"course": `"1"`, "x": `"3"`, "y": `"4"`}, o.fields)
	require.True(t, m.Orders[0].Restless)
	require.Contains(t, fmt.Sprint(e.Status()[0].Notes), "don't come to rest")
	require.Contains(t, log.String(), "don't come to rest")
	k.chain.Run(context.Background(), &hooks.Wave{Mutations: []*hooks.Mutation{o.change([]protocol.Field{"name"}, nil)}})
	require.Len(t, a.runs, 4, "it counts as changed")
}

// Of an order that ended earlier only those run that missed it, and only their
// derived fields are taken. A veto comes too late.
func TestLateRun(t *testing.T) {
	book := extension("book", export(protocol.Fields{"plain": `"1"`, "derived": `"1"`}), "plain", "derived")
	info := book.Fields[protocol.ModelOrder]["derived"]
	info.Derived = true
	book.Fields[protocol.ModelOrder]["derived"] = info
	other := extension("other", export(protocol.Fields{"seen": `"1"`}), "seen")
	no := extension("no", export(nil))
	no.hook = func(hooks.Record) hooks.Result { return hooks.Result{Reject: "no"} }
	k := build(t, entry(book), entry(other), entry(no))
	o := newMemOrder("o1", protocol.Fields{}, protocol.Fields{})
	m := o.change(nil, map[int]protocol.Field{0: "qty"})
	m.Late, m.Stands, m.Missed = true, true, []string{"book", "away", "no"}
	k.chain.Run(context.Background(), &hooks.Wave{Mutations: []*hooks.Mutation{m}})
	require.Equal(t, protocol.Fields{"derived": `"1"`}, o.fields)
	require.Equal(t, protocol.Fields{"derived": `"1"`}, o.lines[0])
	require.Empty(t, other.runs)
	require.Empty(t, m.Reviews)
	require.Nil(t, m.Veto)
	require.Equal(t, []string{"away"}, m.Orders[0].Missed, "it waits until the extension is there")
	require.False(t, k.chain.Ready([]string{"away"}))
	require.True(t, k.chain.Ready([]string{"away", "book"}))
}

// A random chain ends in two passes, and in the same state whatever the waves.
func TestPassesWhateverTheWaves(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(rt, "extensions")
		fields := []protocol.Field{"course", "name", "qty", "f0", "f1", "f2", "f3"}
		some := rapid.SampledFrom(fields)
		type wiring struct{ lineOwn, lineOrder, orderOwn, orderLines protocol.Field }
		wires := make([]wiring, n)
		for i := range wires {
			wires[i] = wiring{some.Draw(rt, "line"), some.Draw(rt, "of order"), some.Draw(rt, "order"), some.Draw(rt, "of lines")}
		}
		calls := map[string]int{}
		chain := func() *extensions.Chain {
			var entries []extensions.Entry
			for i, wire := range wires {
				own := protocol.Field("f" + strconv.Itoa(i))
				f := extension(fmt.Sprint("e", i), func(r hooks.Record) hooks.Result {
					head := r.Head()
					calls[fmt.Sprint(i, head.Model, head.Order, head.Line)]++
					sum, reads := 0, []protocol.Field{}
					plus := func(v protocol.Value) {
						x, _ := strconv.Atoi(v.String())
						sum += x + 1
					}
					result := hooks.Result{}
					if head.Model == protocol.ModelOrderline {
						plus(r.MergedFields()[wire.lineOwn])
						plus(r.OrderRecord().MergedFields()[wire.lineOrder])
						reads, result.ReadOfOrder = append(reads, wire.lineOwn), []protocol.Field{wire.lineOrder}
					} else {
						plus(r.MergedFields()[wire.orderOwn])
						for _, l := range r.OrderLines() {
							plus(l.Fields[wire.orderLines])
						}
						reads = append(reads, wire.orderOwn, protocol.KeyLines)
					}
					result.Read, result.Export = reads, protocol.Fields{own: protocol.Text(strconv.Itoa(sum % 7))}
					return result
				}, own)
				entries = append(entries, entry(f))
			}
			return build(t, entries...).chain
		}
		orders := make([]*memOrder, rapid.IntRange(1, 3).Draw(rt, "orders"))
		for i := range orders {
			orders[i] = newMemOrder(protocol.OrderID(fmt.Sprint("o", i)), protocol.Fields{}, protocol.Fields{}, protocol.Fields{})
		}
		apart := make([]*memOrder, len(orders))
		for i, o := range orders {
			apart[i] = o.clone()
		}
		one, each := chain(), chain()
		for range rapid.IntRange(1, 4).Draw(rt, "changes") {
			together := &hooks.Wave{}
			clear(calls)
			for i, o := range orders {
				f := rapid.SampledFrom([]protocol.Field{"course", "name"}).Draw(rt, "key")
				v := protocol.Text(strconv.Itoa(rapid.IntRange(0, 5).Draw(rt, "value")))
				lines := map[int]protocol.Field{}
				if rapid.Bool().Draw(rt, "line too") {
					lines[0] = "qty"
				}
				for _, o := range []*memOrder{o, apart[i]} {
					o.fields[f] = v
					if len(lines) > 0 {
						o.lines[0]["qty"] = v
					}
				}
				together.Mutations = append(together.Mutations, o.change([]protocol.Field{f}, lines))
				each.Run(context.Background(), &hooks.Wave{Mutations: []*hooks.Mutation{apart[i].change([]protocol.Field{f}, lines)}})
			}
			for what, n := range calls {
				require.LessOrEqual(rt, n, 2, what)
			}
			one.Run(context.Background(), together)
			for i := range orders {
				require.Equal(rt, orders[i].fields, apart[i].fields)
				require.Equal(rt, orders[i].lines, apart[i].lines)
			}
		}
	})
}

// A core field has one writer.
func TestOneWriter(t *testing.T) {
	a, b := extension("a", export(nil)), extension("b", export(nil))
	for _, f := range []*fake{a, b} {
		f.Writes = map[protocol.Model][]protocol.Field{protocol.ModelOrderline: {"price_unit"}}
	}
	_, err := (&kit{t: t}).build(entry(a), entry(b))
	require.ErrorContains(t, err, "a and b both write the orderline field price_unit, which has one writer: disable one of them")
}

// putting puts lines that hook says, of each order.
func putting(name string, hook func(hooks.Record) hooks.Result) *fake {
	f := extension(name, hook)
	f.Lines = true
	delete(f.Hooks, protocol.ModelOrderline)
	return f
}

// An extension is handed the tills' lines and those of extensions before it,
// never its own. Hooks on lines run on those that are put, also where they stand
// before in the chain.
func TestLinesThatArePut(t *testing.T) {
	count := func(r hooks.Record) hooks.Result {
		n := protocol.Int(len(r.OrderLines()))
		return hooks.Result{Lines: []hooks.PutLine{{Key: "x", Fields: protocol.Fields{"qty": n}}}, Read: []protocol.Field{protocol.KeyLines}}
	}
	noted := extension("noted", func(r hooks.Record) hooks.Result {
		return hooks.Result{Export: protocol.Fields{"note": protocol.Text("on " + string(r.Head().Line))}}
	}, "note")
	delete(noted.Hooks, protocol.ModelOrder)
	first, second := putting("first", count), putting("second", count)
	k := build(t, entry(noted), entry(first), entry(second))
	require.Equal(t, []string{"first", "second"}, k.chain.Putters())
	o := newMemOrder("o1", protocol.Fields{}, protocol.Fields{})
	for range 3 {
		m := o.change(nil, map[int]protocol.Field{0: "qty"})
		k.chain.Run(context.Background(), &hooks.Wave{Mutations: []*hooks.Mutation{m}})
	}
	require.Equal(t, []protocol.LineID{"mt:first:x", "mt:second:x"}, o.own)
	require.Equal(t, []protocol.Value{"1", "2"}, []protocol.Value{o.ownFields[0]["qty"], o.ownFields[1]["qty"]}, "a charge isn't charged on itself")
	require.Equal(t, protocol.Value(`"on mt:first:x"`), o.ownFields[0]["note"])
	require.Equal(t, protocol.Value(`"on mt:second:x"`), o.ownFields[1]["note"])
}

// A put whose values aren't valid stays as it was, and is noted; a run that failed
// drops nothing; too much is a failure.
func TestLinesThatAreNotPut(t *testing.T) {
	var result hooks.Result
	f := putting("bottle", func(hooks.Record) hooks.Result { return result })
	var log bytes.Buffer
	e, k := started(t, &log, entry(f))
	o := newMemOrder("o1", protocol.Fields{})
	run := func(r hooks.Result) *hooks.Mutation {
		result, o.puts = r, nil
		m := o.change([]protocol.Field{"x"}, nil)
		*o.ran[0] = 0
		k.chain.Run(context.Background(), &hooks.Wave{Mutations: []*hooks.Mutation{m}})
		return m
	}
	put := func(key string, fields protocol.Fields) hooks.PutLine { return hooks.PutLine{Key: key, Fields: fields} }
	run(hooks.Result{Lines: []hooks.PutLine{
		put("a", protocol.Fields{"qty": `"many"`}), put("b", protocol.Fields{"others": "1"}), put("c", protocol.Fields{"qty": "1"}), put("c", protocol.Fields{"qty": "2", "description": protocol.Null}),
	}})
	require.Equal(t, [][]hooks.PutLine{{{Key: "a", Fields: protocol.Fields{}, Keep: true}, {Key: "b", Fields: protocol.Fields{}, Keep: true}, put("c", protocol.Fields{"qty": "2"})}}, o.puts)
	notes := fmt.Sprint(e.Status()[0].Notes)
	require.Contains(t, notes, "orderline.qty is put and not taken: it must be of type number: the line isn't put, and one that is there stays as it was (put_line, key a)")
	require.Contains(t, notes, "orderline.others is neither the core's nor its own")

	for _, failing := range []hooks.Result{
		{Err: errors.New("no")},
		{Reject: "no"},
		{Lines: []hooks.PutLine{put("", nil)}},
		{Lines: []hooks.PutLine{put("big", protocol.Fields{"description": protocol.Text(strings.Repeat("x", 300<<10))})}},
	} {
		m := run(failing)
		require.Empty(t, o.puts, "nothing is dropped")
		require.True(t, m.Veto != nil || len(m.Orders[0].Missed) == 1)
	}
	run(hooks.Result{})
	require.Equal(t, [][]hooks.PutLine{{}}, o.puts, "none should be there")
}

// Effects that the manifest describes are taken with the run; what isn't whole is
// a failure, and leaves nothing of the run.
func TestEffectsAreTaken(t *testing.T) {
	var result hooks.Result
	f := extension("book", func(hooks.Record) hooks.Result { return result }, "x")
	f.Effects = map[string]hooks.EffectSpec{"book": {}}
	delete(f.Hooks, protocol.ModelOrderline)
	var log bytes.Buffer
	e, k := started(t, &log, entry(f))
	run := func(effects ...hooks.Effect) (*memOrder, *hooks.Mutation) {
		o := newMemOrder("o1", protocol.Fields{})
		result = hooks.Result{Export: protocol.Fields{"x": `"1"`}, Effects: effects}
		m := o.change([]protocol.Field{"x"}, nil)
		k.chain.Run(context.Background(), &hooks.Wave{Mutations: []*hooks.Mutation{m}})
		return o, m
	}
	good := hooks.Effect{Name: "book", Key: "é", Data: `{}`}
	o, _ := run(good, hooks.Effect{Name: "book", Key: "refused", Data: `1`})
	require.Len(t, o.effects, 2)
	require.Contains(t, fmt.Sprint(e.Status()[0].Notes), "the effect book isn't taken: it was asked for before")
	for words, bad := range map[string]hooks.Effect{
		`effect "other": its manifest describes no effect of that name`: {Name: "other", Key: "1"},
		"a key is a text of 1 to 200 characters":                        {Name: "book"},
		"has 65537 bytes as JSON":                                       {Name: "book", Key: "1", Data: protocol.Value(strings.Repeat("1", 65537))},
	} {
		o, m := run(good, bad)
		require.Empty(t, o.effects)
		require.Empty(t, o.fields)
		require.Equal(t, []string{"book"}, m.Orders[0].Missed)
		require.Contains(t, fmt.Sprint(e.Status()[0].Errors), words)
	}
}
