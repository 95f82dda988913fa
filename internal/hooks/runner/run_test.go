package runner_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runner"
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// told notes what its hooks were called with.
type told struct {
	sdk.OrderBase
	calls []string
	note  string
}

func (o *told) say(hook string, r sdk.Record) error {
	err := r.Get("note", &o.note)
	o.calls = append(o.calls, hook+":"+o.note)
	return err
}

func (o *told) InitFromJSON(j sdk.Record) error { return o.say("init", j) }

func (o *told) ExportAsJSON(out sdk.Record) error {
	return errors.Join(out.Set("calls", o.calls), out.Set("note", o.note))
}

type toldApply struct{ told }

func (o *toldApply) ApplyMSData(d sdk.Record) error { return o.say("apply", d) }

// set is hooks that run on a snapshot and its lines.
type set struct{ runner.Set }

func (s *set) Run(r *hooks.Snapshot) hooks.Result {
	var ready []*runner.Line
	for _, l := range r.OrderLines() {
		ready = append(ready, runner.NewLine(l))
	}
	return s.Set.Run(r, ready)
}

func orders[T sdk.OrderHooks](fresh func() T) *set {
	return &set{runner.Set{Order: func() sdk.OrderHooks { return fresh() }}}
}

func existing(stored, merged protocol.Fields) *hooks.Snapshot {
	return &hooks.Snapshot{
		RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: "o1", New: stored == nil}, Stored: stored, Merged: merged,
	}
}

// Which hook is called with what, on a record that exists and on a new one.
func TestWhichHookIsToldWhat(t *testing.T) {
	apply := orders(func() *toldApply { return new(toldApply) })
	bare := orders(func() *told { return new(told) })
	stored, merged := protocol.Fields{"note": `"s"`}, protocol.Fields{"note": `"m"`}
	for name, c := range map[string]struct {
		set   *set
		r     *hooks.Snapshot
		calls protocol.Value
	}{
		"existing":                      {apply, existing(stored, merged), `["init:s","apply:m"]`},
		"new":                           {apply, existing(nil, merged), `["init:m","apply:m"]`},
		"existing, without ApplyMSData": {bare, existing(stored, merged), `["init:m"]`},
		"new, without ApplyMSData":      {bare, existing(nil, merged), `["init:m"]`},
	} {
		t.Run(name, func(t *testing.T) {
			result := c.set.Run(c.r)
			require.NoError(t, result.Err)
			require.Equal(t, protocol.Fields{"calls": c.calls, "note": `"m"`}, result.Export)
			require.Equal(t, []protocol.Field{"note"}, result.Read)
		})
	}
}

// tagged needs no hook; mending takes over by its tags and looks at them.
type tagged struct {
	sdk.OrderBase
	Note string   `sync:"note"`
	Tags []string `sync:"tags"`
}

type mending struct {
	sdk.OrderBase
	Note string `sync:"note"`
}

func (o *mending) ApplyMSData(d sdk.Record) error {
	var before string
	if err := o.Stored().Get("note", &before); err != nil {
		return err
	}
	if o.Note == "no" {
		return sdk.Reject("not this")
	}
	o.Note = before + ">" + o.Note
	return nil
}

func TestTags(t *testing.T) {
	pure := orders(func() *tagged { return new(tagged) })
	require.Empty(t, pure.Models(), "nothing to run")
	require.NoError(t, pure.Check())
	result := pure.Run(existing(protocol.Fields{}, protocol.Fields{"note": `"a"`}))
	require.Equal(t, protocol.Fields{"note": `"a"`}, result.Export, "what the record doesn't have isn't made up")

	apply := orders(func() *mending { return new(mending) })
	require.Equal(t, []protocol.Model{protocol.ModelOrder}, apply.Models())
	require.Equal(t, protocol.Fields{"note": `"s>m"`}, apply.Run(existing(protocol.Fields{"note": `"s"`}, protocol.Fields{"note": `"m"`})).Export)
	result = apply.Run(existing(nil, protocol.Fields{"note": `"no"`}))
	require.Equal(t, "not this", result.Reject)
	require.Nil(t, result.Export)

	wrong := apply.Run(existing(nil, protocol.Fields{"note": `7`}))
	require.EqualError(t, wrong.Err, protocol.HookInit+": note: it holds 7, which doesn't fit into a string")
}

// Structs that cannot work, and what is said of them.
func TestCheck(t *testing.T) {
	type hidden struct {
		sdk.OrderBase
		note string `sync:"note"`
	}
	type unnamed struct {
		sdk.OrderBase
		Note string `sync:""`
	}
	type twice struct {
		sdk.OrderBase
		Note string `sync:"note"`
		Text string `sync:"note"`
	}
	type pointed struct{ *sdk.OrderBase }
	for says, set := range map[string]*set{
		"begin its name with a capital letter":  orders(func() *hidden { return &hidden{note: "x"} }),
		"names no field":                        orders(func() *unnamed { return new(unnamed) }),
		`twice.Note and Text have the same tag`: orders(func() *twice { return new(twice) }),
		"must embed sdk.OrderBase itself":       orders(func() *pointed { return new(pointed) }),
		"must return a pointer to a new struct": {
			runner.Set{Order: func() sdk.OrderHooks { return nil }},
		},
	} {
		require.ErrorContains(t, set.Check(), says)
	}
}

// looking is a line's hooks that look around.
type looking struct {
	sdk.OrderlineBase
	look func(*looking, sdk.Record, sdk.Record) error
	data sdk.Record
}

func (l *looking) ApplyMSData(d sdk.Record) error    { l.data = d; return nil }
func (l *looking) ExportAsJSON(out sdk.Record) error { return l.look(l, l.data, out) }

func lines(look func(*looking, sdk.Record, sdk.Record) error) *set {
	return &set{runner.Set{Orderline: func() sdk.OrderlineHooks { return &looking{look: look} }}}
}

func line() *hooks.Snapshot {
	order := &hooks.Snapshot{
		RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: "o1", Number: 12, Run: 3, At: time.Unix(7, 0), Seed: 9},
		Merged:     protocol.Fields{"partner_id": "5"},
		Payments:   []protocol.Payment{{NewPayment: protocol.NewPayment{ID: "p1", Method: "cash", Amount: "3"}}},
		Lines:      func() []protocol.Line { return []protocol.Line{{ID: "l1", N: 4, Fields: protocol.Fields{"qty": "2"}}} },
	}
	l := *order
	l.Model, l.Line, l.N, l.Parent = protocol.ModelOrderline, "l1", 4, order
	l.Stored, l.Merged = protocol.Fields{"qty": "1"}, protocol.Fields{"qty": "2", "tax_ids": "[1,2]"}
	return &l
}

// copied exports what it finds under keys, as it stands.
func copied(r, out sdk.Record, keys ...protocol.Field) error {
	for _, key := range keys {
		var v protocol.Value
		if err := r.Get(key, &v); err != nil {
			return err
		}
		if err := out.Set(key, v); err != nil {
			return err
		}
	}
	return nil
}

func TestTheShapeIsOdoos(t *testing.T) {
	result := lines(func(_ *looking, d, out sdk.Record) error { return copied(d, out, "id", "uid", "tax_ids", "qty") }).Run(line())
	require.NoError(t, result.Err)
	require.Equal(t, protocol.Fields{"id": "4", "uid": `"l1"`, "tax_ids": "[[6,false,[1,2]]]", "qty": "2"}, result.Export)

	r := line().Parent
	r.Stored, r.Merged = protocol.Fields{}, protocol.Fields{}
	result = orders(func() *shaped { return new(shaped) }).Run(r)
	require.NoError(t, result.Err)
	require.Equal(t, protocol.Fields{
		"uid": `"o1"`, "name": `"Order 12"`, "sequence_number": "12", "lines": `[[0,0,{"id":4,"qty":2,"tax_ids":[[6,false,[]]],"uid":"l1"}]]`,
		"statement_ids": `[[0,0,{"amount":3,"id":"p1","method":"cash","name":"cash"}]]`,
	}, result.Export)
}

type shaped struct {
	sdk.OrderBase
}

func (o *shaped) ExportAsJSON(out sdk.Record) error {
	return copied(o.Merged(), out, "uid", "name", "sequence_number", "lines", "statement_ids")
}

func TestWhatALineSees(t *testing.T) {
	result := lines(func(l *looking, d, out sdk.Record) error {
		var partner, qty int
		require.NoError(t, l.Order().Merged().Get("partner_id", &partner))
		require.NoError(t, l.Order().Lines()[0].Get("qty", &qty))
		require.Equal(t, []any{protocol.LineID("l1"), 4, protocol.OrderID("o1"), protocol.Number(12), protocol.Run(3), 5, 2, false},
			[]any{l.UID(), l.N(), l.Order().UID(), l.Order().Number(), l.Order().Run(), partner, qty, l.IsNew()})
		require.Equal(t, protocol.PaymentID("p1"), l.Order().Payments()[0].ID)
		return out.Set("a", nil)
	}).Run(line())
	require.NoError(t, result.Err)
	require.Equal(t, protocol.Fields{"a": protocol.Null}, result.Export)
	require.Equal(t, []protocol.Field{"mt_number", "mt_run"}, result.Read, "what is the order's isn't a key of the line")
	require.Equal(t, []protocol.Field{"partner_id", "mt_number", "mt_run"}, result.ReadOfOrder)
}

// keysOf is a line whose order is being paid.
func keysOf() *hooks.Snapshot {
	l := line()
	for _, head := range []*hooks.RecordHead{&l.RecordHead, &l.Parent.RecordHead} {
		head.State, head.Tapped, head.Mutation = protocol.Paid, time.Unix(5, 250_000_000), "c1/7"
	}
	l.Payments[0].By, l.Payments[0].At = &protocol.By{POS: &protocol.POS{ID: "1", Name: "Bar"}}, "1970-01-01T00:00:05Z"
	return l
}

// wholeOrder exports its record's own keys.
type wholeOrder struct{ sdk.OrderBase }

func (o *wholeOrder) ExportAsJSON(out sdk.Record) error {
	for key := range o.Merged().Fields() {
		if protocol.IsKeyMT(key) {
			return errors.New("they are no fields")
		}
	}
	return copied(o.Merged(), out, protocol.KeysMT()...)
}

// A record says how its order will be, and which change it is.
func TestKeysMT(t *testing.T) {
	want := protocol.Fields{
		"mt_state": `"paid"`, "mt_number": "12", "mt_run": "3", "mt_tapped_at": `"1970-01-01T00:00:05.25Z"`, "mt_mutation": `"c1/7"`,
		"mt_payments": `[{"amount":3,"at":"1970-01-01T00:00:05Z","by":{"pos":{"id":"1","name":"Bar"},"user":null},"id":"p1","method":"cash"}]`,
	}
	for name, c := range map[string]struct {
		result        hooks.Result
		read, ofOrder []protocol.Field
	}{
		"an order's": {
			orders(func() *wholeOrder { return new(wholeOrder) }).Run(keysOf().Parent),
			[]protocol.Field{"partner_id", "mt_state", "mt_number", "mt_run", "mt_payments", hooks.KeyChance},
			nil,
		},
		"a line's": {
			lines(func(_ *looking, d, out sdk.Record) error { return copied(d, out, protocol.KeysMT()...) }).Run(keysOf()),
			[]protocol.Field{"mt_state", "mt_number", "mt_run", "mt_payments", hooks.KeyChance},
			[]protocol.Field{"mt_state", "mt_number", "mt_run"},
		},
		"a line's order's": {
			lines(func(l *looking, _, out sdk.Record) error {
				return copied(l.Order().Merged(), out, protocol.KeysMT()...)
			}).Run(keysOf()),
			[]protocol.Field{"mt_state", "mt_number", "mt_run", "mt_payments", hooks.KeyChance},
			[]protocol.Field{"mt_state", "mt_number", "mt_run"},
		},
		"of the lines of a line's order": {
			lines(func(l *looking, _, out sdk.Record) error {
				return copied(l.Order().Lines()[0], out, protocol.KeysMT()...)
			}).Run(keysOf()),
			[]protocol.Field{"mt_state", "mt_number", "mt_run", "mt_payments", hooks.KeyChance},
			[]protocol.Field{"mt_state", "mt_number", "mt_run"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, c.result.Err)
			require.Equal(t, want, c.result.Export)
			require.Equal(t, c.read, c.result.Read)
			require.Equal(t, c.ofOrder, c.result.ReadOfOrder)
		})
	}

	none := keysOf()
	none.Mutation = ""
	result := lines(func(l *looking, d, out sdk.Record) error {
		require.True(t, d.Has("mt_state"))
		require.False(t, d.Has("mt_mutation"))
		require.Equal(t, []any{protocol.Paid, "", time.Unix(5, 250_000_000).UTC()}, []any{l.Order().State(), l.Mutation(), l.TappedAt()})
		return nil
	}).Run(none)
	require.NoError(t, result.Err)
}

// What a line's hook reads of its order is told; but not its lines and
// payments, nor the clock.
func TestReadOfOrder(t *testing.T) {
	for name, c := range map[string]struct {
		look          func(o *sdk.OrderBase)
		read, ofOrder []protocol.Field
	}{
		"nothing":           {func(*sdk.OrderBase) {}, nil, nil},
		"a key":             {func(o *sdk.OrderBase) { o.Merged().Has("course") }, nil, []protocol.Field{"course"}},
		"stored":            {func(o *sdk.OrderBase) { o.Stored().Has("course") }, nil, []protocol.Field{"course"}},
		"all fields":        {func(o *sdk.OrderBase) { o.Merged().Fields() }, nil, []protocol.Field{"partner_id"}},
		"its id":            {func(o *sdk.OrderBase) { o.UID(); o.Merged().Has("uid") }, nil, nil},
		"its name":          {func(o *sdk.OrderBase) { o.Merged().Has("name") }, nil, []protocol.Field{"name", "mt_number"}},
		"lines":             {func(o *sdk.OrderBase) { o.Lines(); o.Merged().Has("lines") }, nil, nil},
		"payments":          {func(o *sdk.OrderBase) { o.Payments(); o.Merged().Has("statement_ids") }, nil, nil},
		"the clock, by it":  {func(o *sdk.OrderBase) { o.Now() }, []protocol.Field{hooks.KeyChance}, nil},
		"the tap's, by it":  {func(o *sdk.OrderBase) { o.TappedAt() }, []protocol.Field{hooks.KeyChance}, nil},
		"its state, by it":  {func(o *sdk.OrderBase) { o.State() }, []protocol.Field{"mt_state"}, []protocol.Field{"mt_state"}},
		"a key, many times": {func(o *sdk.OrderBase) { o.Merged().Has("a"); o.Merged().Has("a") }, nil, []protocol.Field{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			result := lines(func(l *looking, _, _ sdk.Record) error { c.look(l.Order()); return nil }).Run(keysOf())
			require.NoError(t, result.Err)
			require.Equal(t, c.read, result.Read)
			require.Equal(t, c.ofOrder, result.ReadOfOrder)
		})
	}
}

// The clock is the change's, chance is the mutation's, and having looked at
// them is known.
func TestClockAndChance(t *testing.T) {
	set := lines(func(l *looking, _, out sdk.Record) error {
		return errors.Join(out.Set("at", l.Now()), out.Set("dice", []int{l.Rand().IntN(1e9), l.Rand().IntN(1e9)}))
	})
	one, again := set.Run(line()), set.Run(line())
	require.NoError(t, one.Err)
	require.Equal(t, one, again)
	require.Equal(t, []protocol.Field{"$chance"}, one.Read)
	other := line()
	other.Line = "l2"
	require.NotEqual(t, one.Export["dice"], set.Run(other).Export["dice"])
}

func TestWhatIsNotHandedOver(t *testing.T) {
	set := lines(func(_ *looking, d, out sdk.Record) error { return copied(d, out, "price_unit") })
	set.Readable = map[protocol.Model]map[protocol.Field]bool{protocol.ModelOrderline: {"qty": true}}
	require.ErrorContains(t, set.Run(line()).Err, "price_unit isn't handed over: name it under reads in extension.yaml")

	r := line()
	r.Parent = nil
	result := lines(func(l *looking, _, out sdk.Record) error {
		return copied(l.Order().Merged(), out, "uid", "mt_run", "course")
	}).Run(r)
	require.EqualError(t, result.Err, "export_as_JSON: course isn't handed over: name it under reads in extension.yaml")

	r = line()
	r.Lines = nil
	result = lines(func(l *looking, _, _ sdk.Record) error { l.Order().Lines(); return nil }).Run(r)
	require.ErrorContains(t, result.Err, "the order's lines aren't handed over")
}

// A struct made by hand, in a vendor's test, knows nothing and breaks nothing.
func TestUnbound(t *testing.T) {
	o, l := new(tagged), new(looking)
	require.Empty(t, o.Lines())
	require.Empty(t, o.Payments())
	require.Zero(t, o.UID())
	require.Zero(t, l.Order().Number())
	require.Zero(t, o.State())
	require.Zero(t, o.Mutation())
	require.True(t, l.TappedAt().IsZero())
	require.True(t, o.Now().IsZero())
	require.NotNil(t, o.Rand())
	require.False(t, o.Stored().Has("note"))
}

type unstored struct {
	sdk.OrderBase
	Ratio float64 `sync:"ratio"`
}

func (o *unstored) ApplyMSData(sdk.Record) error { o.Ratio = 1; return nil }
func (o *unstored) ExportAsJSON(out sdk.Record) error {
	return errors.Join(out.Set("ratio", math.NaN()), out.Set("n", "many"), out.Set("own", true))
}

// What JSON hasn't leaves what was there, also where the tag had given a
// value; where a key was set that isn't the extension's is known.
func TestWhatIsNotTaken(t *testing.T) {
	set := orders(func() *unstored { return new(unstored) })
	set.Own = map[protocol.Model]map[protocol.Field]protocol.Type{protocol.ModelOrder: {"ratio": protocol.TypeNumber, "own": protocol.TypeBool, "n": protocol.TypeNumber}}
	result := set.Run(existing(nil, protocol.Fields{}))
	require.NoError(t, result.Err)
	require.Equal(t, protocol.Fields{"n": `"many"`, "own": "true"}, result.Export)
	require.Len(t, result.Dropped, 1)
	d := result.Dropped[0]
	require.Equal(t, []any{protocol.Field("ratio"), protocol.HookExport}, []any{d.Field, d.Hook})
	require.Contains(t, d.Detail, "NaN")
	require.Equal(t, []protocol.Field{"n"}, protocol.SortedKeys(result.At))
}

// inCents migrates a tip in euros.
type inCents struct{ sdk.OrderBase }

func (o *inCents) Migrate(fields sdk.Record, from int) error {
	var euros int
	if err := fields.Get("tip", &euros); err != nil {
		return err
	}
	if err := fields.Set("tip_cents", 100*euros); err != nil {
		return err
	}
	return errors.Join(fields.Set("tip", nil), fields.Set("from", from), fields.Set("note", math.NaN()))
}

func TestMigrate(t *testing.T) {
	set := orders(func() *inCents { return new(inCents) })
	require.NoError(t, set.Check())
	require.Equal(t, []protocol.Model{protocol.ModelOrder}, set.Migrating())
	require.NoError(t, set.CheckSchema(2))
	require.EqualError(t, set.CheckSchema(1), "runner_test.inCents.Migrate is never called: extension.yaml doesn't raise the schema (schema: 2)")
	record := existing(nil, protocol.Fields{"tip": "5", "kept": "true"})
	record.From = 1
	result := set.Run(record)
	require.NoError(t, result.Err)
	require.Equal(t, protocol.Fields{"tip": protocol.Null, "tip_cents": "500", "from": "1", "kept": "true"}, result.Export)
	require.Len(t, result.Dropped, 1, "what JSON hasn't")
	require.Equal(t, protocol.Fields{"tip": "5", "kept": "true"}, record.Merged, "what was handed over stays")

	record.Merged = protocol.Fields{"tip": `"five"`}
	var in *hooks.HookError
	require.ErrorAs(t, set.Run(record).Err, &in)
	require.Equal(t, protocol.HookMigrate, in.Hook)
}
