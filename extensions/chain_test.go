package extensions_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/hookstest"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// fake is a host whose hooks are Go funcs.
type fake struct {
	extensions.Description
	hook   func(hooks.Record) hooks.Result
	whole  error // of Run itself
	calls  int   // of Run
	runs   []string
	closed bool
}

func (f *fake) Describe() extensions.Description { return f.Description }
func (f *fake) Close() error                     { f.closed = true; return nil }

func (f *fake) Run(ctx context.Context, b *extensions.Batch) ([]hooks.Result, error) {
	f.calls++
	if f.whole != nil {
		return nil, f.whole
	}
	results := make([]hooks.Result, len(b.Records))
	for i, r := range b.Records {
		f.runs = append(f.runs, string(r.Head().Order)+"/"+string(r.Head().Line))
		results[i] = f.hook(r)
	}
	return results, nil
}

func spec(t protocol.Type) extensions.FieldInfo {
	return extensions.FieldInfo{FieldSpec: protocol.FieldSpec{Type: t, Merge: protocol.Last}}
}

// extension owns note on orders and lines, and exports what its hook gives.
func extension(name string, hook func(hooks.Record) hooks.Result, fields ...protocol.Field) *fake {
	own := map[protocol.Field]extensions.FieldInfo{}
	for _, f := range fields {
		own[f] = spec(protocol.TypeString)
	}
	return &fake{hook: hook, Description: extensions.Description{
		Name: name, Version: "1", CanReject: true, Manifest: true,
		Fields: map[protocol.Model]map[protocol.Field]extensions.FieldInfo{protocol.ModelOrder: own, protocol.ModelOrderline: own},
		Hooks:  map[protocol.Model]bool{protocol.ModelOrder: true, protocol.ModelOrderline: true},
	}}
}

type kit struct {
	t     *testing.T
	clock time.Time
	chain *extensions.Chain
	// recording notes the runs of chains that are built; nil: nobody does.
	recording *extensions.Recording
}

func build(t *testing.T, entries ...extensions.Entry) *kit {
	k := &kit{t: t, clock: time.Unix(1_790_000_000, 0)}
	chain, err := k.build(entries...)
	require.NoError(t, err)
	k.chain = chain
	return k
}

// started is a chain as it runs in a server, with its log.
func started(t *testing.T, log io.Writer, entries ...extensions.Entry) (*extensions.Extensions, *kit) {
	k := &kit{t: t, clock: time.Unix(1_790_000_000, 0)}
	e, err := extensions.Start(t.Context(), func(context.Context) (*extensions.Chain, error) {
		return extensions.Build(entries, extensions.Options{Now: func() time.Time { return k.clock }, Log: slog.New(slog.NewTextHandler(log, nil))})
	})
	require.NoError(t, err)
	k.chain = e.Chain()
	return e, k
}

func (k *kit) build(entries ...extensions.Entry) (*extensions.Chain, error) {
	return extensions.Build(entries, extensions.Options{Recording: k.recording, Now: func() time.Time { return k.clock }, Log: slog.New(slog.DiscardHandler)})
}

func entry(f *fake) extensions.Entry { return extensions.Entry{Host: f, Source: f.Name + ".js"} }

// record is an existing order whose fields were changed.
func record(id protocol.OrderID, stored, merged protocol.Fields, changed ...protocol.Field) (*hooks.Change, protocol.Fields) {
	set := protocol.Fields{}
	ran := new(uint64)
	return &hooks.Change{
		Record:  &hooks.Snapshot{RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: id, New: stored == nil}, Stored: stored, Merged: merged},
		Draft:   &hookstest.Draft{OnSet: func(f protocol.Field, v protocol.Value) { set[f], merged[f] = v, v }},
		Changed: changed, Ran: ran,
	}, set
}

func (k *kit) run(records ...*hooks.Change) []*hooks.Mutation {
	w := &hooks.Wave{}
	for _, r := range records {
		w.Mutations = append(w.Mutations, &hooks.Mutation{Orders: []*hooks.Change{r}})
	}
	k.chain.Run(context.Background(), w)
	return w.Mutations
}

func export(f protocol.Fields) func(hooks.Record) hooks.Result {
	return func(hooks.Record) hooks.Result { return hooks.Result{Export: f} }
}

func TestExportJoinsTheChange(t *testing.T) {
	host := extension("a", export(protocol.Fields{"note": `"x"`, "same": `"s"`, "qty": "7", "gone": protocol.Null}), "note", "same", "gone")
	k := build(t, entry(host))
	r, set := record("o1", protocol.Fields{}, protocol.Fields{"same": `"s"`, "qty": "1", "gone": `"g"`}, "qty")
	k.run(r)
	require.Equal(t, protocol.Fields{"note": `"x"`, "gone": protocol.Null}, set, "own fields that differ, and nothing else")
}

func TestOneWayAndDerived(t *testing.T) {
	host := extension("a", export(protocol.Fields{"plain": `"1"`, "oneway": `"1"`, "derived": `"1"`, "kept": `"1"`}), "plain", "oneway", "derived", "kept")
	for f, change := range map[protocol.Field]func(*extensions.FieldInfo){
		"oneway":  func(i *extensions.FieldInfo) { i.OneWay = true },
		"derived": func(i *extensions.FieldInfo) { i.OneWay, i.Derived = true, true },
		"kept":    func(i *extensions.FieldInfo) { i.NotTakenOver = true },
	} {
		info := host.Fields[protocol.ModelOrder][f]
		change(&info)
		host.Fields[protocol.ModelOrder][f] = info
	}
	k := build(t, entry(host))
	r, set := record("o1", protocol.Fields{}, protocol.Fields{}, "plain")
	k.run(r)
	require.Equal(t, protocol.Fields{"plain": `"1"`, "derived": `"1"`}, set)
	r, set = record("o2", nil, protocol.Fields{}, "plain")
	k.run(r)
	require.Equal(t, protocol.Fields{"plain": `"1"`, "derived": `"1"`, "kept": `"1"`}, set, "a new record has nothing to take over")
}

// Who reads another's field runs after it, and again when it changed that.
func TestRunsAgainForAnEarlierOne(t *testing.T) {
	n := 0
	first := extension("first", func(hooks.Record) hooks.Result {
		n++
		return hooks.Result{Export: protocol.Fields{"total": protocol.Text(fmt.Sprint(n))}, Read: []protocol.Field{"qty"}}
	}, "total")
	second := extension("second", func(r hooks.Record) hooks.Result {
		return hooks.Result{Export: protocol.Fields{"label": r.MergedFields()["total"]}, Read: []protocol.Field{"total"}}
	}, "label")
	k := build(t, entry(first), entry(second))
	r, set := record("o1", protocol.Fields{}, protocol.Fields{})
	k.run(r)
	require.Equal(t, protocol.Fields{"total": `"1"`, "label": `"1"`}, set)
	r.Changed = []protocol.Field{"qty"}
	k.run(r)
	require.Equal(t, protocol.Fields{"total": `"2"`, "label": `"2"`}, set)
	r.Changed = []protocol.Field{"other"}
	k.run(r)
	require.Equal(t, []int{2, 2}, []int{first.calls, second.calls})
}

// One call for all records of a wave; none where fields are only declared.
func TestOneCallForAWave(t *testing.T) {
	host := extension("a", export(nil), "note")
	declared := extension("declared", nil, "more")
	declared.Hooks = nil
	k := build(t, entry(host), entry(declared))
	require.True(t, k.chain.Active())
	var all []*hooks.Change
	for _, id := range []protocol.OrderID{"o1", "o2", "o3", "o4"} {
		r, _ := record(id, nil, protocol.Fields{})
		all = append(all, r)
	}
	k.run(all...)
	require.Equal(t, 1, host.calls)
	require.Equal(t, []string{"o1/", "o2/", "o3/", "o4/"}, host.runs)
	require.Zero(t, declared.calls)
	only := build(t, entry(declared))
	require.False(t, only.chain.Active(), "no code runs")
	require.Contains(t, only.chain.Schema().Order, protocol.Field("more"))
}

// Five failures on three orders suspend for 30 seconds, then for twice that,
// and so on; what works once begins anew. No call is made meanwhile.
func TestSuspensionDoubles(t *testing.T) {
	bad := func(hooks.Record) hooks.Result { return hooks.Result{Err: errors.New("boom")} }
	host := extension("a", bad, "note")
	k := build(t, entry(host))
	r, _ := record("o1", nil, protocol.Fields{})
	other, _ := record("o2", nil, protocol.Fields{})
	third, _ := record("o3", nil, protocol.Fields{})
	fail := func() {
		for _, one := range []*hooks.Change{r, other, r, other, third} {
			k.run(one)
		}
	}
	for _, pause := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
		fail()
		calls := host.calls
		k.clock = k.clock.Add(pause - time.Second)
		require.False(t, k.chain.Ready([]string{"*"}))
		k.run(r)
		require.Equal(t, calls, host.calls)
		k.clock = k.clock.Add(2 * time.Second)
		require.True(t, k.chain.Ready([]string{"*"}))
	}
	host.hook = export(nil)
	k.run(r)
	host.hook = bad
	fail()
	k.clock = k.clock.Add(31 * time.Second)
	require.True(t, k.chain.Ready([]string{"*"}))
}

// One order that makes a hook fail never suspends the extension: it alone is
// left out for a while, and its veto holds for all others.
func TestOneOrderSuspendsNothing(t *testing.T) {
	host := extension("a", func(r hooks.Record) hooks.Result {
		if r.Head().Order == "bad" {
			return hooks.Result{Err: errors.New("boom")}
		}
		return hooks.Result{Reject: "no"}
	}, "note")
	e, k := started(t, io.Discard, entry(host))
	bad, _ := record("bad", nil, protocol.Fields{})
	for range 20 {
		k.run(bad)
	}
	require.Equal(t, 5, host.calls, "after five failures it is left out")
	require.True(t, k.chain.Ready([]string{"*"}), "the extension isn't suspended")
	good, _ := record("good", nil, protocol.Fields{})
	require.Equal(t, "no", k.run(good)[0].Veto.Message)
	status := e.Status()[0]
	require.Equal(t, []protocol.OrderID{"bad"}, status.SkippedOrders)
	require.Equal(t, map[string]uint64{"": 5, "suspended": 15}, status.Failures)
	require.Len(t, status.Errors, 1, "the same error is one entry")
	require.EqualValues(t, 5, status.Errors[0].Count)

	k.clock = k.clock.Add(31 * time.Second)
	host.hook = export(protocol.Fields{"note": `"x"`})
	k.run(bad)
	require.Equal(t, 7, host.calls, "it is tried again later")
	require.Empty(t, e.Status()[0].SkippedOrders)
}

// An order that takes the extension's process along is left out sooner and for
// longer; what can't be asked meanwhile is no failure.
func TestACostlyOrderIsLeftOut(t *testing.T) {
	away := false
	host := extension("a", func(r hooks.Record) hooks.Result {
		switch {
		case r.Head().Order == "bad":
			return hooks.Result{Err: fmt.Errorf("hangs: %w", extensions.ErrCostly)}
		case away:
			return hooks.Result{Err: fmt.Errorf("%w: it starts", extensions.ErrUnasked)}
		}
		return hooks.Result{Reject: "no"}
	}, "note")
	var log bytes.Buffer
	e, k := started(t, &log, entry(host))
	for _, pause := range []time.Duration{2, 4, 8} { // minutes
		bad, _ := record("bad", nil, protocol.Fields{})
		for range 10 {
			k.run(bad)
		}
		require.Equal(t, []protocol.OrderID{"bad"}, e.Status()[0].SkippedOrders)
		away = true
		for i := range 10 {
			r, _ := record(protocol.OrderID(fmt.Sprint("o", i)), nil, protocol.Fields{})
			k.run(r)
			require.NotEmpty(t, r.Missed, "it is made up for")
		}
		away = false
		good, _ := record("good", nil, protocol.Fields{})
		require.Equal(t, "no", k.run(good)[0].Veto.Message)
		k.clock = k.clock.Add(pause*time.Minute - time.Second)
		require.Equal(t, []protocol.OrderID{"bad"}, e.Status()[0].SkippedOrders)
		k.clock = k.clock.Add(2 * time.Second)
		require.Empty(t, e.Status()[0].SkippedOrders)
	}
	require.EqualValues(t, 4, e.Status()[0].Failures[""], "twice, then once each time")
	require.Equal(t, 3, strings.Count(log.String(), "orders go on without an extension"), "once a minute")
}

// The same error again and again is one entry; what came first in an illness
// isn't pushed out by what follows.
func TestErrorsKeepTheCause(t *testing.T) {
	n := 0
	host := extension("a", func(hooks.Record) hooks.Result {
		n++
		return hooks.Result{Err: fmt.Errorf("error %d", n)}
	}, "note")
	var log bytes.Buffer
	e, k := started(t, &log, entry(host))
	for i := range 60 {
		r, _ := record(protocol.OrderID(fmt.Sprint("o", i)), nil, protocol.Fields{})
		k.run(r)
		k.clock = k.clock.Add(31 * time.Second)
	}
	errs := e.Status()[0].Errors
	require.Len(t, errs, 20)
	require.Equal(t, "error 1", errs[0].Message)
	require.Equal(t, fmt.Sprint("error ", n), errs[19].Message)

	host.hook = func(hooks.Record) hooks.Result { return hooks.Result{Err: errors.New("the same")} }
	log.Reset()
	k.clock = k.clock.Add(time.Hour)
	from := k.clock
	for range 4 {
		r, _ := record("o1", nil, protocol.Fields{})
		k.run(r)
		k.clock = k.clock.Add(time.Second)
	}
	newest := e.Status()[0].Errors[19]
	require.Equal(t, "the same", newest.Message)
	require.EqualValues(t, 4, newest.Count)
	require.Equal(t, protocol.FormatTime(from), newest.First)
	require.Equal(t, protocol.FormatTime(from.Add(3*time.Second)), newest.At)
	require.Equal(t, 1, strings.Count(log.String(), "the same"), "logged once in a minute")
}

// A call that ran out of time is tried once more, alone, before it counts.
func TestTimeOutIsTriedAgain(t *testing.T) {
	late := fmt.Errorf("stopped: %w", context.DeadlineExceeded)
	for name, slow := range map[string]int{"a busy moment": 1, "a loop": 1000} {
		left := slow
		host := extension("a", func(r hooks.Record) hooks.Result {
			if r.Head().Order == "slow" && left > 0 {
				left--
				return hooks.Result{Err: late}
			}
			return hooks.Result{Export: protocol.Fields{"note": `"x"`}}
		}, "note")
		e, k := started(t, io.Discard, entry(host))
		r, set := record("slow", nil, protocol.Fields{})
		other, otherSet := record("other", nil, protocol.Fields{})
		k.run(r, other)
		require.Equal(t, 2, host.calls, name)
		require.Len(t, otherSet, 1, name)
		require.Len(t, set, map[int]int{1: 1, 1000: 0}[slow], name)
		require.Len(t, e.Status()[0].Errors, map[int]int{1: 0, 1000: 1}[slow], name)
	}
}

// Of two time-outs the words are those of the first, which had all of the time,
// unless only the second knows the hook.
func TestWordsOfTwoTimeOuts(t *testing.T) {
	late := func(words string) error { return fmt.Errorf("%s: %w", words, context.DeadlineExceeded) }
	in := func(words string) error { return &hooks.HookError{Hook: protocol.HookApply, Err: late(words)} }
	busy := fmt.Errorf("%w: %w", extensions.ErrBusy, late("busy"))
	for name, c := range map[string]struct {
		first, second error
		told          string
	}{
		"both in a hook":      {in("1s"), in("10ms"), "apply_ms_data: 1s"},
		"the first in a hook": {in("1s"), late("0s"), "apply_ms_data: 1s"},
		"in no hook":          {late("1s"), late("0s"), "1s"},
		"the second in one":   {late("1s"), in("10ms"), "apply_ms_data: 10ms"},
		"busy at first":       {busy, late("50ms"), "50ms"},
		"another error then":  {in("1s"), errors.New("boom"), "boom"},
	} {
		errs := []error{c.first, c.second}
		host := extension("a", nil, "note")
		host.hook = func(hooks.Record) hooks.Result { return hooks.Result{Err: errs[host.calls-1]} }
		e, k := started(t, io.Discard, entry(host))
		r, _ := record("o1", nil, protocol.Fields{})
		k.run(r)
		require.Len(t, e.Status()[0].Errors, 1, name)
		require.Contains(t, e.Status()[0].Errors[0].Message, c.told, name)
	}
}

// Money is a fact: neither on_error: reject nor a time-out refuses a payment.
func TestPaymentsAreNeverRefused(t *testing.T) {
	for name, err := range map[string]error{"an error": errors.New("boom"), "a time-out": context.DeadlineExceeded} {
		host := extension("a", func(hooks.Record) hooks.Result { return hooks.Result{Err: err} }, "note")
		k := build(t, extensions.Entry{Host: host, OnError: extensions.OnErrorReject})
		for range 7 { // suspended in the end
			r, _ := record("o1", nil, protocol.Fields{})
			m := &hooks.Mutation{Orders: []*hooks.Change{r}, Stands: true}
			k.chain.Run(context.Background(), &hooks.Wave{Mutations: []*hooks.Mutation{m}})
			require.Nil(t, m.Veto, name)
			require.Equal(t, "o1", string(m.Reviews[0].Order), name)
			require.Equal(t, "a", m.Reviews[0].Extension, name)
		}
	}
}

// A key first exported in work is told of once, and never claimed; values for
// others' fields are dropped and counted.
func TestStrangers(t *testing.T) {
	host, other := extension("a", export(protocol.Fields{"later": "1", "theirs": `"mine"`, "note": `"x"`, "follows": `"o9"`}), "note"), extension("b", export(nil), "theirs")
	var b bytes.Buffer
	e, k := started(t, &b, entry(host), entry(other))
	for range 3 {
		r, set := record("o1", nil, protocol.Fields{})
		k.run(r)
		require.Equal(t, protocol.Fields{"note": `"x"`}, set)
	}
	s := e.Status()[0]
	require.EqualValues(t, 9, s.Dropped)
	require.Len(t, s.Notes, 3)
	require.Contains(t, s.Notes[0], "order.follows is exported, and is the core's")
	require.Contains(t, s.Notes[1], "order.later is exported, and its manifest doesn't name it")
	require.Contains(t, s.Notes[2], "order.theirs is exported, and belongs to the extension b")
	require.Equal(t, 1, strings.Count(b.String(), "field=order.later"))
	require.NotContains(t, e.Schema().Order, protocol.Field("later"))
}

// A hook that drops ever other keys fills neither memory nor log; all are
// counted. The same field for another reason is told of by itself.
func TestNotesAreFew(t *testing.T) {
	n := 0
	host := extension("a", func(hooks.Record) hooks.Result {
		n++
		return hooks.Result{Export: protocol.Fields{protocol.Field(fmt.Sprint("k", n)): "1"}, Dropped: []hooks.Dropped{
			{Field: "note", Hook: protocol.HookExport, Why: "is exported as NaN", Detail: fmt.Sprint("at .", n), At: "a.js:3:1"},
			{Field: "note", Hook: protocol.HookExport, Why: "is exported as a function"},
			{Field: protocol.Field(strings.Repeat("x", 1<<20)), Hook: protocol.HookExport, Why: "is exported as NaN"},
		}}
	}, "note")
	var log bytes.Buffer
	e, k := started(t, &log, entry(host))
	for range 1000 {
		r, _ := record("o1", nil, protocol.Fields{})
		k.run(r)
	}
	s := e.Status()[0]
	require.EqualValues(t, 4000, s.Dropped)
	require.Len(t, s.Notes, 51)
	require.Equal(t, "a.js:3:1: order.note is exported as NaN (export_as_JSON, at .1)", s.Notes[0])
	require.Equal(t, "order.note is exported as a function (export_as_JSON)", s.Notes[1])
	require.Equal(t, "953 more values were not taken, of other fields or for other reasons: only 50 are noted", s.Notes[50])
	require.Equal(t, 51, strings.Count(log.String(), "\n"))
	require.Less(t, log.Len()+len(strings.Join(s.Notes, "")), 50_000)
}

// What a one-way field or one that isn't taken over is given is counted too.
func TestOneWayIsCounted(t *testing.T) {
	host := extension("a", export(protocol.Fields{"one": `"1"`, "kept": `"new"`}), "one", "kept")
	for f, info := range map[protocol.Field]extensions.FieldInfo{"one": {OneWay: true}, "kept": {NotTakenOver: true}} {
		info.FieldSpec = spec(protocol.TypeString).FieldSpec
		host.Fields[protocol.ModelOrder][f] = info
	}
	host.NotTaken = map[protocol.Model][]protocol.Field{protocol.ModelOrder: {"kept"}}
	e, k := started(t, io.Discard, entry(host))
	for range 2 {
		r, set := record("o1", protocol.Fields{"kept": `"old"`}, protocol.Fields{})
		k.run(r)
		require.Empty(t, set)
	}
	s := e.Status()[0]
	require.EqualValues(t, 4, s.Dropped)
	require.Len(t, s.Notes, 1, "what the notes of the load say isn't said again")
	require.Contains(t, s.Notes[0], "order.one is one-way, as no hook reads it: what tills set stands; if only the hooks give it a value, say derived: true")
}

// What a till cleared, and apply_ms_data left as it was, stays cleared; a
// default of the hook's may come in its place.
func TestCleared(t *testing.T) {
	host := extension("a", export(protocol.Fields{"note": `"old"`}), "note")
	k := build(t, entry(host))
	r, set := record("o1", protocol.Fields{"note": `"old"`}, protocol.Fields{}, "note")
	k.run(r)
	require.Empty(t, set)
	r, set = record("o1", protocol.Fields{"note": `"older"`}, protocol.Fields{}, "note")
	k.run(r)
	require.Equal(t, protocol.Fields{"note": `"old"`}, set)
}

// A hook that would give the same again isn't run.
func TestPurity(t *testing.T) {
	host := extension("a", func(r hooks.Record) hooks.Result {
		return hooks.Result{Export: r.MergedFields(), Read: []protocol.Field{"note"}}
	}, "note")
	k := build(t, entry(host))
	r, _ := record("o1", protocol.Fields{}, protocol.Fields{}, "qty")
	k.run(r)
	require.Equal(t, 1, host.calls, "it never ran over this record")
	k.run(r)
	require.Equal(t, 1, host.calls, "the quantity is nothing that it reads")
	r.Changed = []protocol.Field{"note"}
	k.run(r)
	require.Equal(t, 2, host.calls)
	host.hook = func(hooks.Record) hooks.Result {
		return hooks.Result{Read: []protocol.Field{hooks.KeyChance}}
	}
	k.run(r)
	r.Changed = []protocol.Field{"qty"}
	k.run(r)
	require.Equal(t, 4, host.calls, "who looked at the clock must be asked again")
	k.chain, _ = k.build(entry(host))
	r.Changed = nil
	k.run(r)
	require.Equal(t, 5, host.calls, "another chain never ran over it")
}

func TestVeto(t *testing.T) {
	no := extension("no", func(r hooks.Record) hooks.Result {
		if r.Head().Order == "bad" || r.Head().Order == "paid" {
			return hooks.Result{Reject: "not today"}
		}
		return hooks.Result{Export: protocol.Fields{"note": `"x"`}}
	}, "note")
	later := extension("later", export(nil), "other")
	k := build(t, entry(no), entry(later))
	good, set := record("good", nil, protocol.Fields{})
	bad, _ := record("bad", nil, protocol.Fields{})
	paid, _ := record("paid", nil, protocol.Fields{})
	w := &hooks.Wave{Mutations: []*hooks.Mutation{
		{Orders: []*hooks.Change{bad}}, {Orders: []*hooks.Change{good}}, {Orders: []*hooks.Change{paid}, Stands: true},
	}}
	k.chain.Run(context.Background(), w)
	require.Equal(t, &protocol.Rejection{Code: protocol.Vetoed, Extension: "no", Message: "not today", Order: "bad"}, w.Mutations[0].Veto)
	require.Nil(t, w.Mutations[1].Veto)
	require.NotEmpty(t, set)
	require.Nil(t, w.Mutations[2].Veto, "money is a fact")
	require.Equal(t, []hooks.Review{{Order: "paid", Review: protocol.Review{Extension: "no", Message: "not today"}}}, w.Mutations[2].Reviews)
	require.Equal(t, []string{"good/", "paid/"}, later.runs, "a vetoed mutation is out")

	no.CanReject = false
	k = build(t, entry(no))
	bad, _ = record("bad", nil, protocol.Fields{})
	require.Nil(t, k.run(bad)[0].Veto, "Reject without can_reject is an error")
	no.hook = func(hooks.Record) hooks.Result {
		return hooks.Result{Reject: "not today", RejectHook: protocol.HookApply, RejectAt: "no.js:3:5: "}
	}
	e, k := started(t, io.Discard, entry(no))
	k.run(bad)
	require.Equal(t, protocol.HookApply, e.Status()[0].Errors[0].Hook)
	require.Equal(t, "apply_ms_data: no.js:3:5: it rejects, but its manifest doesn't say can_reject: true", e.Status()[0].Errors[0].Message)
}

func TestFailure(t *testing.T) {
	boom := errors.New("boom")
	host := extension("a", func(r hooks.Record) hooks.Result {
		return hooks.Result{Err: &hooks.HookError{Hook: protocol.HookApply, Err: boom}}
	}, "note")
	k := build(t, entry(host))
	r, set := record("o1", protocol.Fields{}, protocol.Fields{"note": `"till"`}, "note")
	for range 5 {
		require.Nil(t, k.run(r)[0].Veto, "the sale goes on")
	}
	require.Empty(t, set)
	require.Equal(t, 5, host.calls)
	k.run(r)
	require.Equal(t, 5, host.calls, "five failures in a minute: left out")
	k.clock = k.clock.Add(31 * time.Second)
	host.hook = export(protocol.Fields{"note": `"hook"`})
	r.Changed = nil
	k.run(r)
	require.Equal(t, 6, host.calls, "a failed call is never taken for no change")
	require.Equal(t, protocol.Fields{"note": `"hook"`}, set)

	strict := extension("b", func(hooks.Record) hooks.Result { return hooks.Result{Err: boom} }, "note")
	k = build(t, extensions.Entry{Host: strict, OnError: extensions.OnErrorReject})
	r, _ = record("o1", protocol.Fields{}, protocol.Fields{})
	require.Equal(t, protocol.Vetoed, k.run(r)[0].Veto.Code)
}

// One poisonous record doesn't take the others along.
func TestPoison(t *testing.T) {
	host := extension("a", nil, "note")
	host.hook = func(r hooks.Record) hooks.Result {
		return hooks.Result{Export: protocol.Fields{"note": `"ok"`}}
	}
	picky := &pickyHost{fake: host}
	k := build(t, extensions.Entry{Host: picky})
	good, set := record("good", nil, protocol.Fields{})
	bad, badSet := record("bad", nil, protocol.Fields{})
	k.run(bad, good)
	require.Equal(t, protocol.Fields{"note": `"ok"`}, set)
	require.Empty(t, badSet)
}

// pickyHost dies of any batch that holds the order bad.
type pickyHost struct{ *fake }

func (p *pickyHost) Run(ctx context.Context, b *extensions.Batch) ([]hooks.Result, error) {
	for _, r := range b.Records {
		if r.Head().Order == "bad" {
			return nil, errors.New("died")
		}
	}
	return p.fake.Run(ctx, b)
}

func TestWrongType(t *testing.T) {
	host := extension("a", export(protocol.Fields{"note": "7"}), "note")
	e, k := started(t, io.Discard, entry(host))
	for range 2 {
		r, set := record("o1", nil, protocol.Fields{})
		k.run(r)
		require.Empty(t, set)
	}
	s := e.Status()[0]
	require.EqualValues(t, 2, s.Dropped)
	require.Len(t, s.Notes, 1)
	require.Contains(t, s.Notes[0], "order.note is exported and not taken: it must be of type string (export_as_JSON, was 7)")
	require.Equal(t, protocol.Running, s.State)
}

func TestBuildRefuses(t *testing.T) {
	k := &kit{t: t}
	named := func(name string, change func(*fake), fields ...protocol.Field) extensions.Entry {
		f := extension(name, export(nil), fields...)
		if change != nil {
			change(f)
		}
		return entry(f)
	}
	probed := func(f *fake) { f.Manifest = false }
	after := func(names ...string) func(*fake) { return func(f *fake) { f.After = names } }
	for name, c := range map[string]struct {
		entries []extensions.Entry
		says    []string
	}{
		"claimed twice":    {[]extensions.Entry{named("a", nil, "note"), named("b", nil, "note")}, []string{"a", "b", "note", "manifests"}},
		"found twice":      {[]extensions.Entry{named("a", probed, "note"), named("b", probed, "note", "more")}, []string{"a and b", "yield: [note]"}},
		"same name":        {[]extensions.Entry{named("a", nil), named("a", nil)}, []string{"a.js", "unique"}},
		"a core field":     {[]extensions.Entry{named("a", nil, "follows")}, []string{"a", "follows", "core"}},
		"a cycle":          {[]extensions.Entry{named("a", after("b")), named("b", after("a")), named("c", nil)}, []string{"a, b"}},
		"after a stranger": {[]extensions.Entry{named("a", after("x"))}, []string{"a", "x", "enabled"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := k.build(c.entries...)
			require.Error(t, err)
			for _, word := range c.says {
				require.Contains(t, err.Error(), word)
			}
		})
	}
}

// What an extension reads and nobody has is told: it may be a typing error.
func TestReadsThatNobodyHas(t *testing.T) {
	a := extension("a", export(nil), "note")
	a.Reads = map[protocol.Model][]protocol.Field{
		protocol.ModelOrder: {"partner_id", "lines", "mt_state", "theirs", "note", "prtner_id"}, protocol.ModelOrderline: {"qty", "id", "uid", "mt_run", "discuont", "mt_stat"},
	}
	var log bytes.Buffer
	e, _ := started(t, &log, entry(a), entry(extension("b", export(nil), "theirs")))
	notes := e.Status()[1].Notes
	require.Len(t, notes, 3, "%v", notes)
	require.Contains(t, notes[0], "it reads the order field prtner_id, which neither the core nor an extension has")
	require.Contains(t, notes[1], "the orderline field discuont")
	require.Contains(t, notes[2], "the orderline field mt_stat,")
	require.Equal(t, 3, strings.Count(log.String(), "a field that doesn't exist"))
}

func TestOrderAndYield(t *testing.T) {
	var ran []string
	hook := func(name string) func(hooks.Record) hooks.Result {
		return func(hooks.Record) hooks.Result {
			ran = append(ran, name)
			return hooks.Result{}
		}
	}
	a, b, c := extension("a", hook("a"), "x"), extension("b", hook("b"), "note"), extension("c", hook("c"), "note")
	a.After = []string{"c"}
	b.Reads = map[protocol.Model][]protocol.Field{protocol.ModelOrder: {"x"}}
	k := build(t, entry(a), entry(b), extensions.Entry{Host: c, Yield: []protocol.Field{"note"}})
	r, _ := record("o1", nil, protocol.Fields{})
	k.run(r)
	require.Equal(t, []string{"c", "a", "b"}, ran, "after, then who reads another's field")
	require.Equal(t, "b", k.chain.Schema().Order["note"].Owner)
}

// A broken new chain leaves the old one running; a good one is swapped whole.
func TestReload(t *testing.T) {
	k := &kit{t: t}
	first, second := extension("a", export(nil), "note"), extension("b", export(nil), "more")
	next := func() (*extensions.Chain, error) { return k.build(entry(first)) }
	e, err := extensions.Start(t.Context(), func(context.Context) (*extensions.Chain, error) { return next() })
	require.NoError(t, err)
	etag := e.ETag()
	next = func() (*extensions.Chain, error) { return k.build(entry(second), entry(second)) }
	require.Error(t, e.Reload(t.Context()))
	require.Equal(t, etag, e.ETag())
	next = func() (*extensions.Chain, error) { panic("a fault") }
	require.EqualError(t, e.Reload(t.Context()), "loading the extensions failed: a fault")
	require.Equal(t, etag, e.ETag())
	require.Contains(t, e.Schema().Order, protocol.Field("note"))
	next = func() (*extensions.Chain, error) { return k.build(entry(second)) }
	require.NoError(t, e.Reload(t.Context()))
	require.NotEqual(t, etag, e.ETag())
	require.Equal(t, []protocol.ExtensionTag{{Name: "b", Version: "1"}}, e.Enabled())
	require.NotContains(t, e.Schema().Order, protocol.Field("note"))
	require.NoError(t, e.Close())
	require.True(t, second.closed)
	require.Equal(t, protocol.Running, e.Status()[0].State)
}

// What a busy machine, or an extension that was still at other orders, didn't
// run is no failure of the extension's; it is made up for.
func TestBusyMachine(t *testing.T) {
	f := extension("a", nil, "note")
	causes := []error{extensions.ErrBusy, extensions.ErrUnasked}
	f.hook = func(r hooks.Record) hooks.Result {
		return hooks.Result{Err: fmt.Errorf("%w: %w", causes[len(r.Head().Order)%2], context.DeadlineExceeded)}
	}
	e, k := started(t, io.Discard, entry(f))
	for i := range 20 {
		r, _ := record(protocol.OrderID(fmt.Sprint("o", i)), protocol.Fields{}, protocol.Fields{"note": `"x"`}, "note")
		k.run(r)
		require.NotEmpty(t, r.Missed)
	}
	require.Equal(t, protocol.Running, e.Status()[0].State)
	require.Empty(t, e.Status()[0].Errors)
}

// A field that a reload lost is told.
func TestReloadThatLosesAField(t *testing.T) {
	k := &kit{t: t}
	next := extension("a", export(nil), "note", "more")
	e, err := extensions.Start(t.Context(), func(context.Context) (*extensions.Chain, error) { return k.build(entry(next)) })
	require.NoError(t, err)
	next = extension("a", export(nil), "note")
	require.NoError(t, e.Reload(t.Context()))
	require.Contains(t, strings.Join(e.Status()[0].Notes, "\n"), "order.more is no field of it any more")
	require.NotContains(t, strings.Join(e.Status()[0].Notes, "\n"), "order.note")
}
