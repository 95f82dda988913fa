package runner

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/protocol"
)

// Panic is the panic of a hook. Its words begin with the file and line that
// panicked, where they are known; Stack tells how it came there.
type Panic struct {
	words string
	Stack []byte
}

func (p *Panic) Error() string { return p.words }

// newPanic is called while a panic is recovered.
func newPanic(p any) *Panic {
	return &Panic{fmt.Sprintf("%spanic: %v", placeOf(afterPanic), p), debug.Stack()}
}

// Safely makes an error of a panic.
func Safely(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = newPanic(p)
		}
	}()
	return f()
}

// run is one run of the hooks over one record. It is the sdk.HookRun of the
// record itself.
type run struct {
	set    *Set
	record hooks.Record
	head   *hooks.RecordHead
	puts   []hooks.PutLine
	wants  *hooks.Wanting // made when a hook wants any
	lines  []*Line        // of the order; nil: they aren't handed over
	reads  hooks.Reads
	misuse error
	hook   string
	chance *rand.Rand
	stores *storage // made when a hook asks
	stored *record
	merged *record
	// What becomes of the export.
	dropped []hooks.Dropped
	at      map[protocol.Field]string
}

// Run runs the three hooks on a record, with a fresh instance. An existing
// record is initialized as it is stored and then told the merged data, or
// initialized with the merged data where there is no ApplyMSData; a new one
// is initialized with the merged data and told it too. Then it exports. A
// panic is a Panic.
//
// lines are the order's, an orderline's order's too; nil where they aren't
// handed over. Those of r aren't looked at.
//
// An order that is told of an effect's outcome is initialized as it is stored, told
// by EffectResult, and exports; without EffectResult nothing runs.
func (s *Set) Run(r hooks.Record, lines []*Line) (result hooks.Result) {
	h := &run{set: s, record: r, head: r.Head(), lines: lines}
	h.reads.Line = h.head.Model == protocol.ModelOrderline
	defer func() {
		if p := recover(); p != nil {
			result = h.failed(newPanic(p))
		}
	}()
	out := &record{run: h, fields: protocol.Fields{}, writable: true}
	err := h.hooks(out)
	if err == nil {
		err = h.misuse
	}
	var refusal *sdk.Refusal
	switch {
	case errors.As(err, &refusal):
		return hooks.Result{Reject: cmp.Or(refusal.Words, "this change is not allowed"), RejectHook: h.hook, LookedAt: h.stores.lookedAt()}
	case err != nil:
		return h.failed(err)
	}
	return hooks.Result{
		Export: out.fields, Lines: h.puts, Effects: h.wants.All(), Left: h.stores.left(), LookedAt: h.stores.lookedAt(), Read: h.reads.Own, ReadOfOrder: h.reads.OfOrder, Dropped: h.dropped, At: h.at,
	}
}

func (h *run) failed(err error) hooks.Result {
	return hooks.Result{Err: &hooks.HookError{Hook: h.hook, Err: err}, LookedAt: h.stores.lookedAt()}
}

func (h *run) hooks(out *record) error {
	if h.head.From > 0 {
		return h.migrate(out)
	}
	h.stored, h.merged = h.shaped(h.record.StoredFields()), h.shaped(h.record.MergedFields())
	instance := h.instance()
	tags, err := tagsOf(instance)
	if err != nil {
		return err
	}
	if h.head.Outcome != nil {
		return h.tell(instance, tags, out)
	}
	applier, applies := instance.(sdk.Applier)
	first := h.stored
	if h.head.New || !applies {
		first = h.merged
	}
	if err := h.init(instance, tags, first); err != nil {
		return err
	}
	if applies {
		h.hook = protocol.HookApply
		if err := tags.fill(instance, h.merged); err != nil {
			return err
		}
		if err := applier.ApplyMSData(h.merged); err != nil {
			return err
		}
	}
	return h.export(instance, tags, out)
}

// migrate makes the record's fields those of the schema of now.
func (h *run) migrate(out *record) error {
	h.hook = protocol.HookMigrate
	migrator, migrates := h.instance().(sdk.Migrator)
	if !migrates {
		return nil
	}
	maps.Copy(out.fields, h.record.MergedFields())
	return migrator.Migrate(out, h.head.From)
}

// tell runs the hooks of an order that is told what came of an effect.
func (h *run) tell(instance any, tags tags, out *record) error {
	receiver, receives := instance.(sdk.EffectReceiver)
	if !receives {
		return nil
	}
	h.merged = h.stored
	if err := h.init(instance, tags, h.stored); err != nil {
		return err
	}
	h.hook = protocol.HookResult
	if err := receiver.EffectResult(h.head.Outcome.Name, h.head.Outcome.Key, h.head.Outcome.Result); err != nil {
		return err
	}
	return h.export(instance, tags, out)
}

func (h *run) init(instance any, tags tags, from *record) error {
	h.hook = protocol.HookInit
	if err := tags.fill(instance, from); err != nil {
		return err
	}
	if init, ok := instance.(sdk.Initializer); ok {
		return init.InitFromJSON(from)
	}
	return nil
}

func (h *run) export(instance any, tags tags, out *record) error {
	h.hook = protocol.HookExport
	if err := tags.export(instance, h.merged, out); err != nil {
		return err
	}
	if exporter, ok := instance.(sdk.Exporter); ok {
		return exporter.ExportAsJSON(out)
	}
	return nil
}

// instance is a fresh one of the vendor's, bound to the record.
func (h *run) instance() any {
	if h.head.Model == protocol.ModelOrder {
		o := h.set.Order()
		sdk.BindOrder(o, h)
		return o
	}
	l := h.set.Orderline()
	sdk.BindOrderline(l, protocol.Line{ID: h.head.Line, N: h.head.N}, h, h.orderOfLine())
	return l
}

// shaped is a record's fields as its hooks read them.
func (h *run) shaped(fields protocol.Fields) *record {
	r := &record{run: h, fields: fields, readable: h.set.Readable[h.head.Model], note: h.reads.Note}
	if h.head.Model == protocol.ModelOrder {
		r.shape = orderShape{h}
	} else {
		r.shape = lineShape{h, h.head.Line, h.head.N, fields}
	}
	return r
}

func (h *run) Stored() sdk.Record { return h.stored }
func (h *run) Merged() sdk.Record { return h.merged }
func (h *run) IsNew() bool        { return h.head.New }

func (h *run) Now() time.Time {
	h.reads.Note(hooks.KeyChance)
	return h.head.At
}

// Rand is seeded by the mutation, other for each record of it.
func (h *run) Rand() *rand.Rand {
	h.reads.Note(hooks.KeyChance)
	if h.chance == nil {
		id := fnv.New64a()
		_, _ = fmt.Fprint(id, h.head.Order, "/", h.head.Line)
		h.chance = rand.New(rand.NewPCG(h.head.Seed, id.Sum64()))
	}
	return h.chance
}

func (h *run) UID() protocol.OrderID { return h.head.Order }

func (h *run) Lines() []sdk.OrderLine {
	h.reads.Note(protocol.KeyLines)
	return h.looks()
}

func (h *run) Payments() []protocol.Payment {
	h.reads.Note(protocol.KeyPayments)
	return slices.Clone(h.record.OrderPayments())
}

// PutLine is sdk.LinePutter's.
func (h *run) PutLine(key string, fields any) error {
	if !h.set.Lines {
		return errors.New("put lines only where extension.yaml says lines: true")
	}
	if n := utf8.RuneCountInString(key); n == 0 || n > protocol.MaxOwnKey {
		return fmt.Errorf("put a line: a key has 1 to %d characters, this one %d", protocol.MaxOwnKey, n)
	}
	v, err := protocol.ValueOf(fields)
	if err != nil {
		return fmt.Errorf("put line %s: %w", key, err)
	}
	line := hooks.PutLine{Key: key}
	if v.Kind() != protocol.KindObject || v.Decode(&line.Fields) != nil {
		return fmt.Errorf("put line %s: its fields are an object, such as a map or a struct, not %.40s", key, v)
	}
	h.puts = append(h.puts, line)
	return nil
}

// Effect implements [sdk.WantingRun].
func (h *run) Effect(name, key string, data any) error {
	if h.head.Model != protocol.ModelOrder {
		return nil // a line's order, which is only looked at
	}
	v, err := protocol.ValueOf(data)
	if err != nil {
		return fmt.Errorf("effect %.80q: its data for the key %.40q can't be stored: %w", name, key, err)
	}
	if v == "" { // a Value of nothing
		v = protocol.Null
	}
	if h.wants == nil {
		h.wants = hooks.NewWanting(h.set.Effects)
	}
	return h.wants.Add(hooks.Effect{Name: name, Key: key, Data: v})
}

// looks is what a hook sees of the order's lines.
func (h *run) looks() []sdk.OrderLine {
	if h.lines == nil {
		h.misuse = errLines
		return nil
	}
	seen, list := make([]seenLine, len(h.lines)), make([]sdk.OrderLine, len(h.lines))
	for i, l := range h.lines {
		seen[i] = seenLine{l, h}
		list[i] = sdk.OrderLine{ID: l.ID, N: l.N, Record: &seen[i]}
	}
	return list
}

var errLines = errors.New("the order's lines aren't handed over: name the fields that you need under reads in extension.yaml, like reads: {orderline: [qty, price_unit]}")

// parent is the sdk.HookRun of a line's order. What a line reads of its order
// isn't a key of the line; lines and payments are none at all (hooks.RunsLines).
type parent struct {
	*run
	fields *record
}

func (h *run) orderOfLine() *parent {
	p := &parent{run: h, fields: &record{run: h, shape: orderShape{h}, readable: h.set.Readable[protocol.ModelOrder], note: h.reads.NoteOfOrder}}
	if of := h.record.OrderRecord(); of != nil {
		p.fields.fields = of.MergedFields()
	} else {
		p.fields.readable = map[protocol.Field]bool{}
	}
	return p
}

func (p *parent) Stored() sdk.Record           { return p.fields }
func (p *parent) Merged() sdk.Record           { return p.fields }
func (p *parent) IsNew() bool                  { return false }
func (p *parent) Lines() []sdk.OrderLine       { return p.looks() }
func (p *parent) Payments() []protocol.Payment { return slices.Clone(p.record.OrderPayments()) }

// drop notes a value that isn't taken, of a record of that shape.
func (h *run) drop(of shape, d hooks.Dropped) {
	if h == nil {
		return
	}
	d.Hook = h.hook
	if of != nil {
		d.Model = of.model()
	}
	if d.At == "" {
		d.At = strings.TrimSuffix(placeOf(""), ": ")
	}
	h.dropped = append(h.dropped, d)
}

// exports notes where a key is set that isn't the extension's, or doesn't hold
// such a value: it won't be taken.
func (h *run) exports(key protocol.Field, v protocol.Value, at string) {
	fields, known := h.set.Own[h.head.Model]
	if kind, own := fields[key]; !known || (own && (&protocol.FieldSpec{Type: kind}).Check(v) == nil) {
		return
	}
	if at == "" {
		at = strings.TrimSuffix(placeOf(""), ": ")
	}
	if h.at == nil {
		h.at = map[protocol.Field]string{}
	}
	h.at[key] = at
}
