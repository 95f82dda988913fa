package vm

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// handed is the JSON that a hook is handed: a record in Odoo's shape, each
// value made when it is looked at, and the hook's own to change. Whoever
// watches knows what was read.
type handed struct {
	r      *Runtime
	fields protocol.Fields
	extra  extra
	reads  *hooks.Reads // of the run that it is of
	as     as
	also   *hooks.Reads          // of the hook that it is handed to, while probing
	own    map[string]goja.Value // nil: deleted
	added  []string
}

// as is whose keys its keys are, where it is noted what was read.
type as int

const (
	asLine   as = iota // one of an order's lines: all of them are the order's key lines
	asRecord           // the record that the hooks run on
	asOrder            // the order of that
)

// extra is what a record has beside its fields.
type extra interface {
	// keys are those that are listed; protocol.KeysMT are found by name only.
	keys() []string
	get(key string) (value goja.Value, ok bool)
}

func (h *handed) Get(key string) goja.Value {
	if value, ok := h.own[key]; ok {
		return value
	}
	if value, ok := h.extra.get(key); ok {
		h.note(key)
		h.keep(key, value)
		return value
	}
	h.note(key)
	text, ok := h.fields[protocol.Field(key)]
	if h.hasTaxes(key) {
		if !ok || text == "" || text == protocol.Null {
			text = "[]"
		}
		text = "[[6,false," + text + "]]"
	} else if !ok || text == "" {
		return nil
	}
	value := h.r.fromJSON(text)
	if kind := text.Kind(); kind == protocol.KindArray || kind == protocol.KindObject {
		h.keep(key, value) // the next look sees what the hook did to it
	}
	return value
}

// taxIDs are handed over as the command that Odoo writes them with, also where
// there are none.
const taxIDs protocol.Field = "tax_ids"

func (h *handed) hasTaxes(key string) bool {
	_, line := h.extra.(lineExtra)
	return line && protocol.Field(key) == taxIDs
}

func (h *handed) note(key string) {
	f := protocol.Field(key)
	switch {
	case h.as == asOrder:
		h.reads.NoteOfOrder(f)
	case h.as == asRecord, protocol.IsKeyMT(f):
		h.reads.Note(f)
	}
	if h.also != nil {
		h.also.Note(f)
	}
}

func (h *handed) keep(key string, value goja.Value) {
	if h.own == nil {
		h.own = map[string]goja.Value{}
	}
	h.own[key] = value
}

func (h *handed) Set(key string, value goja.Value) bool {
	if !h.Has(key) {
		h.added = append(h.added, key)
	}
	h.keep(key, value)
	h.r.pass.core(h, protocol.Field(key), value, "is changed in what a hook is handed, which has no effect: the core's fields are for tills to write")
	return true
}

func (h *handed) Has(key string) bool {
	if value, ok := h.own[key]; ok {
		return value != nil
	}
	h.note(key)
	if _, ok := h.fields[protocol.Field(key)]; ok || h.hasTaxes(key) || protocol.IsKeyMT(protocol.Field(key)) {
		return true
	}
	return slices.Contains(h.extra.keys(), key)
}

func (h *handed) Delete(key string) bool {
	h.keep(key, nil)
	return true
}

// Keys: whoever lists them could do anything with a key that comes later, so
// the record is run again at every change; of a line's order those that there
// are count as read.
func (h *handed) Keys() []string {
	if h.as != asLine {
		h.reads.Note(hooks.KeyChance)
	}
	var keys []string
	has := func(key string) bool {
		value, own := h.own[key]
		return !own || value != nil
	}
	for _, key := range h.extra.keys() {
		if has(key) {
			keys = append(keys, key)
		}
	}
	if h.hasTaxes(string(taxIDs)) && has(string(taxIDs)) {
		keys = append(keys, string(taxIDs))
	}
	for _, field := range protocol.SortedKeys(h.fields) {
		if key := string(field); has(key) && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
		if h.as == asOrder {
			h.reads.NoteOfOrder(field)
		}
	}
	for _, key := range h.added {
		if h.own[key] != nil && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// lineExtra is a line's id and place, and what record says of its order.
type lineExtra struct {
	r      *Runtime
	record hooks.Record
	id     protocol.LineID
	n      int
}

var lineKeys = []string{"id", "uid"}

func (e lineExtra) keys() []string { return lineKeys }

func (e lineExtra) get(key string) (goja.Value, bool) {
	switch key {
	case "id":
		return e.r.ToValue(e.n), true
	case "uid":
		return e.r.ToValue(string(e.id)), true
	}
	return e.r.keyMT(e.record, key)
}

// keyMT is one of protocol.KeysMT.
func (r *Runtime) keyMT(record hooks.Record, key string) (goja.Value, bool) {
	value, known, err := hooks.KeyMT(record, protocol.Field(key))
	r.must(err)
	if !known {
		return nil, false
	}
	return r.fromJSON(value), true
}

// orderExtra is an order's id, name, lines and payments.
type orderExtra struct {
	r        *Runtime
	record   hooks.Record
	head     *hooks.RecordHead
	payments []protocol.Payment
}

var orderKeys = []string{"uid", "name", "sequence_number", "lines", "statement_ids"}

func (e orderExtra) keys() []string { return orderKeys }

func (e orderExtra) get(key string) (goja.Value, bool) {
	switch key {
	case "uid":
		return e.r.ToValue(string(e.head.Order)), true
	case "name":
		if e.head.Number == 0 {
			return e.r.ToValue("New"), true
		}
		return e.r.ToValue(fmt.Sprintf("Order %d", e.head.Number)), true
	case "sequence_number":
		return e.r.ToValue(int64(e.head.Number)), true
	case "lines":
		return e.lines(), true
	case "statement_ids":
		return e.paid(), true
	}
	return e.r.keyMT(e.record, key)
}

// IsHanded reports whether the host itself says what stands under a key.
func IsHanded(model protocol.Model, key string) bool {
	keys := orderKeys
	if model == protocol.ModelOrderline {
		keys = lineKeys
	}
	return slices.Contains(keys, key) || protocol.IsKeyMT(protocol.Field(key))
}

// lines are the order's as [0, 0, {…}].
func (e orderExtra) lines() goja.Value {
	lines, reads := e.record.OrderLines(), &e.r.pass.reads
	triples := make([]any, len(lines))
	for i, line := range lines {
		triples[i] = e.r.NewArray(0, 0, e.r.NewDynamicObject(
			&handed{r: e.r, fields: line.Fields, extra: lineExtra{e.r, e.record, line.ID, line.N}, reads: reads, as: asLine}))
	}
	return e.r.NewArray(triples...)
}

func (e orderExtra) paid() goja.Value {
	r := e.r
	triples := make([]any, len(e.payments))
	for i, p := range e.payments {
		o := r.NewObject()
		r.must(o.Set("id", string(p.ID)))
		r.must(o.Set("name", p.Method))
		r.must(o.Set("method", p.Method))
		r.must(o.Set("amount", r.fromJSON(p.Amount)))
		triples[i] = r.NewArray(0, 0, o)
	}
	return r.NewArray(triples...)
}

// fromJSON makes a canonical value one of the runtime's.
func (r *Runtime) fromJSON(text protocol.Value) goja.Value {
	switch text.Kind() {
	case protocol.KindNone:
		return goja.Undefined()
	case protocol.KindNull:
		return goja.Null()
	case protocol.KindBool:
		return r.ToValue(text == "true")
	case protocol.KindString:
		return r.ToValue(text.String())
	case protocol.KindNumber:
		if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
			return r.ToValue(n)
		}
		f, _ := strconv.ParseFloat(string(text), 64)
		return r.ToValue(f)
	}
	value, err := r.parse(goja.Undefined(), r.ToValue(string(text)))
	if err != nil {
		panic(err)
	}
	return value
}
