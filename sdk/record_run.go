package sdk

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// HookRecord is one changed order or orderline, as a host of extensions hands
// it to [HookSet.Run]. It isn't changed.
type HookRecord struct {
	Model protocol.Model
	Order *HookOrder
	Line  protocol.LineID // of an orderline
	N     int             // of an orderline: its place
	// New: there was no such record. Stored is then nil.
	New            bool
	Stored, Merged protocol.Fields
	At             time.Time
	Seed           uint64
}

// HookOrder is the order of a [HookRecord].
type HookOrder struct {
	ID       protocol.OrderID
	Number   protocol.Number
	Run      protocol.Run
	Fields   protocol.Fields // for the hooks of its lines
	Payments []protocol.Payment
	Lines    []protocol.Line // nil: they aren't handed over
	// Ready are the lines instead of Lines, each made once by
	// [HookSet.OrderLine] for many runs. Nothing of it is changed.
	Ready []*OrderLine
}

// HookResult is what the three hooks made of a record.
type HookResult struct {
	Export protocol.Fields
	// Read are the keys that were looked at.
	Read []protocol.Field
	// Reject is the words of a refusal.
	Reject string
	// Err is a failure, in Hook. Of a panic it begins with the file and line
	// that panicked, and Stack tells how it came there.
	Err   error
	Hook  string
	Stack []byte
	// Dropped are values that weren't taken. At is where keys were set that
	// HookSet.Own hasn't, or not with such values.
	Dropped []Dropped
	At      map[protocol.Field]string
}

// readChance is read by hooks that look at the clock or at chance.
const readChance protocol.Field = "$chance"

// hookRun is one run of the hooks over one record.
type hookRun struct {
	set    *HookSet
	record *HookRecord
	access *access
	misuse error
	hook   string
	chance *rand.Rand
	// What becomes of the export.
	dropped []Dropped
	at      map[protocol.Field]string
}

// rand is seeded by the mutation, other for each record of it.
func (h *hookRun) rand() *rand.Rand {
	if h.chance == nil {
		id := fnv.New64a()
		_, _ = fmt.Fprint(id, h.record.Order.ID, "/", h.record.Line)
		h.chance = rand.New(rand.NewPCG(h.record.Seed, id.Sum64()))
	}
	return h.chance
}

// Run runs the three hooks on a record, with a fresh instance. An existing
// record is initialized as it is stored and then told the merged data, or
// initialized with the merged data where there is no ApplyMSData; a new one
// is initialized with the merged data and told it too. Then it exports. A
// panic is an error.
func (s *HookSet) Run(r *HookRecord) (result HookResult) {
	h := &hookRun{set: s, record: r, access: &access{readable: s.Readable[r.Model]}}
	defer func() {
		if p := recover(); p != nil {
			result = HookResult{Err: fmt.Errorf("%spanic: %v", placeOf(afterPanic), p), Hook: h.hook, Stack: debug.Stack()}
		}
	}()
	out := Record{&record{fields: protocol.Fields{}, writable: true}, h}
	err := h.hooks(out)
	if err == nil {
		err = h.misuse
	}
	var refusal *Refusal
	switch {
	case errors.As(err, &refusal):
		return HookResult{Reject: cmp.Or(refusal.Words, "this change is not allowed"), Hook: h.hook}
	case err != nil:
		return HookResult{Err: err, Hook: h.hook}
	}
	return HookResult{Export: out.r.fields, Read: protocol.SortedKeys(h.access.read), Dropped: h.dropped, At: h.at}
}

func (h *hookRun) hooks(out Record) error {
	stored, merged := h.shaped(h.record.Stored), h.shaped(h.record.Merged)
	instance := h.instance(stored, merged)
	tags, err := tagsOf(instance)
	if err != nil {
		return err
	}
	applier, applies := instance.(Applier)
	first := stored
	if h.record.New || !applies {
		first = merged
	}
	h.hook = protocol.HookInit
	if err := tags.fill(instance, first); err != nil {
		return err
	}
	if init, ok := instance.(Initializer); ok {
		if err := init.InitFromJSON(first); err != nil {
			return err
		}
	}
	if applies {
		h.hook = protocol.HookApply
		if err := tags.fill(instance, merged); err != nil {
			return err
		}
		if err := applier.ApplyMSData(merged); err != nil {
			return err
		}
	}
	h.hook = protocol.HookExport
	if err := tags.export(instance, merged, out); err != nil {
		return err
	}
	if exporter, ok := instance.(Exporter); ok {
		return exporter.ExportAsJSON(out)
	}
	return nil
}

// instance is a fresh one of the vendor's, bound to the record.
func (h *hookRun) instance(stored, merged Record) any {
	r := h.record
	b := base{run: h, isNew: r.New, stored: stored, merged: merged}
	if r.Model == protocol.ModelOrder {
		o := h.set.Order()
		*o.orderBase() = OrderBase{base: b, order: r.Order}
		return o
	}
	l := h.set.Orderline()
	parent := Record{&record{
		fields: r.Order.Fields, shape: orderShape{r.Order}, access: &access{readable: h.set.Readable[protocol.ModelOrder], unwatched: true},
	}, h}
	*l.orderlineBase() = OrderlineBase{
		base: b, id: r.Line, n: r.N,
		order: &OrderBase{base: base{run: h, stored: parent, merged: parent}, order: r.Order},
	}
	return l
}

// shaped is a record's fields as its hooks read them.
func (h *hookRun) shaped(fields protocol.Fields) Record {
	r := &record{fields: fields, access: h.access}
	if h.record.Model == protocol.ModelOrder {
		r.shape = orderShape{h.record.Order}
	} else {
		r.shape = lineShape{h.record.Line, h.record.N, fields}
	}
	return Record{r, h}
}
