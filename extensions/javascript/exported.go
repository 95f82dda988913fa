package javascript

import (
	"errors"
	"strings"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// export copies what export_as_JSON gave, before anything can change it: what
// a vendor wrote, but of the base's keys only own ones; nil is all.
// It is called within guard.
func (r *runtime) export(result goja.Value, own map[string]bool) (protocol.Fields, error) {
	object, ok := result.(*goja.Object)
	if _, callable := goja.AssertFunction(result); !ok || callable || hollow(object) != "" {
		return nil, errors.New("export_as_JSON gave no object: return the one that super gives, with your keys on it")
	}
	keys, get, base := exportedKeys(object)
	fields := protocol.Fields{}
	for _, key := range keys {
		if isBaseKey(key) && !own[key] {
			if base == nil || isReserved(r.model(), key) {
				r.stranger(key, get(key), base)
				if base == nil || own != nil {
					continue
				}
			}
		}
		if own == nil {
			r.wrote = append(r.wrote, key)
		}
		text, hole, err := r.encode(get(key))
		if hole != nil && err == nil {
			r.missing(key, hole)
		}
		var none *noValue
		switch {
		case errors.As(err, &none):
			r.missing(key, none)
		case err != nil:
			return nil, err
		default:
			fields[protocol.Field(key)] = text
		}
	}
	return fields, nil
}

// exportedKeys are those that a vendor wrote, where that is known; of another
// object all that it has. base is what was written on.
func exportedKeys(object *goja.Object) (keys []string, get func(string) goja.Value, base *view) {
	if object.ExportType() == viewType {
		v, _ := object.Export().(*view)
		return v.order, func(key string) goja.Value { return v.written[key] }, v
	}
	return object.Keys(), object.Get, nil
}

// missing tells of an exported value that JSON hasn't. Without undefined the
// first record of every till would be told of.
func (r *runtime) missing(key string, none *noValue) {
	if none.what != undefined || none.at != "" {
		r.drop(hooks.Dropped{Field: protocol.Field(key), Hook: protocol.HookExport, Why: none.why(), Detail: none.where(), At: r.spots.of(r, r.model(), key)})
	}
}

// stranger tells of a key of the base's that a vendor wrote, where it says
// something else than the base does. base is nil where all keys are there,
// whoever wrote them.
func (r *runtime) stranger(key string, value goja.Value, base *view) {
	f := protocol.Field(key)
	switch {
	case value == nil || goja.IsUndefined(value):
		return
	case protocol.IsCoreField(r.model(), f) && f != protocol.FieldMSInfo:
		if !r.differs(r.merged, f, value) {
			return
		}
	case base == nil || base.says(key, value):
		return
	}
	// Why is the chain's to say: it knows whose keys are whose.
	r.drop(hooks.Dropped{Field: f, Hook: protocol.HookExport, At: r.spots.of(r, r.model(), key)})
}

// says reports whether the base itself gives that value, as far as that is
// known without working it out.
func (v *view) says(key string, value goja.Value) bool {
	if seen := v.seen[key]; seen != nil {
		return seen.StrictEquals(value)
	}
	switch key {
	case "uid", "id", "name", "sequence_number":
		given, ok := v.r.extra.get(key)
		return ok && given.StrictEquals(value)
	}
	return false
}

// differs reports whether a value for a core field is another than the record
// has, as the base would give it.
func (r *runtime) differs(fields protocol.Fields, f protocol.Field, value goja.Value) bool {
	now := fields[f]
	if now.IsNull() {
		now = map[protocol.Field]protocol.Value{"qty": "0", "price_unit": "0", "discount": "0", taxIDs: "[]"}[f]
	}
	if now == "" {
		now = protocol.Null
	}
	text, err := r.toJSON(value)
	switch {
	case err != nil:
		return true
	case f == taxIDs:
		if ids, ok := strings.CutPrefix(string(text), "[[6,false,"); ok {
			text = protocol.Value(strings.TrimSuffix(ids, "]]"))
		}
	case text == "false" || text == `""`:
		text = protocol.Null // Odoo's words for none
	}
	return text != now
}

// lost is env.lost of sdk/js/models.
func (r *runtime) lost(call goja.FunctionCall) goja.Value {
	h := handedOf(call.Argument(0))
	name := protocol.Field(call.Argument(1).String())
	switch {
	case h == nil || r.record == nil:
	case len(call.Arguments) > 2:
		r.core(h, name, call.Argument(2), "is set by a hook, which has no effect: the core's fields are for tills to write")
	default:
		r.idle(h, name, "does nothing in a hook: lines, payments and what the core has no field for are for tills to write; keep what is yours in a field of your own")
	}
	return goja.Undefined()
}

// core tells of a core field that a hook gives another value than the record
// has; stand-ins are what nobody knows of here.
func (r *runtime) core(h *handed, f protocol.Field, value goja.Value, why string) {
	if r.record == nil || !protocol.IsCoreField(h.model(), f) {
		return
	}
	if goja.IsUndefined(value) {
		value = goja.Null()
	}
	if !r.isStandIn(value) && r.differs(h.fields, f, value) {
		r.idle(h, f, why)
	}
}

func (r *runtime) idle(h *handed, f protocol.Field, why string) {
	r.drop(hooks.Dropped{Model: h.model(), Field: f, Hook: r.host.Get("hook").String(), Why: why, At: r.here()})
}

func handedOf(value goja.Value) *handed {
	if o, ok := value.(*goja.Object); ok && o.ExportType() == handedType {
		h, _ := o.Export().(*handed)
		return h
	}
	return nil
}

func (h *handed) model() protocol.Model {
	if _, line := h.extra.(lineExtra); line {
		return protocol.ModelOrderline
	}
	return protocol.ModelOrder
}

func (r *runtime) drop(d hooks.Dropped) { r.dropped = append(r.dropped, d) }
