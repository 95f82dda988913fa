package vm

import (
	"errors"
	"slices"
	"strings"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// export copies what export_as_JSON gave, before anything can change it: what
// a vendor wrote, but of the base's keys only own ones; nil is all.
// It is called within guard.
func (p *pass) export(result goja.Value, own map[string]bool) (protocol.Fields, error) {
	object, ok := result.(*goja.Object)
	if _, callable := goja.AssertFunction(result); !ok || callable || hollow(object) != "" {
		return nil, failure(notes.Place{}, notes.NoReturn, nil, "export_as_JSON gave no object: return the one that super gives, with your keys on it")
	}
	keys, get, base := exportedKeys(object)
	fields := protocol.Fields{}
	for _, key := range keys {
		if slices.Contains(p.writes, protocol.Field(key)) {
			continue
		}
		if isBaseKey(key) && !own[key] {
			if base == nil || IsReserved(p.head.Model, key) {
				p.stranger(key, get(key), base)
				if base == nil || own != nil {
					continue
				}
			}
		}
		if own == nil {
			p.wrote = append(p.wrote, key)
		}
		text, hole, err := encode(p.r, get(key))
		if hole != nil && err == nil {
			p.missing(key, hole)
		}
		var none *noValue
		switch {
		case errors.As(err, &none):
			p.missing(key, none)
		case err != nil:
			return nil, err
		default:
			fields[protocol.Field(key)] = text
		}
	}
	return fields, p.written(object, fields)
}

// written takes what is exported for fields of the core that the extension
// writes, whether it was put on the export or set on the model, where that is
// something else than the base alone gives.
func (p *pass) written(object *goja.Object, fields protocol.Fields) error {
	for _, f := range p.writes {
		value := object.Get(string(f))
		if value == nil || goja.IsUndefined(value) || p.r.isStandIn(value) || !p.differs(p.merged, f, value) {
			continue
		}
		text, _, err := encode(p.r, value)
		var none *noValue
		switch {
		case errors.As(err, &none):
			p.missing(string(f), none)
		case err != nil:
			return err
		default:
			fields[f] = coreValue(f, text)
		}
	}
	return nil
}

// coreValue is a value of a core field as the protocol has it: Odoo writes taxes
// as a command, and none as false or an empty text.
func coreValue(f protocol.Field, text protocol.Value) protocol.Value {
	switch {
	case f == taxIDs:
		if ids, ok := strings.CutPrefix(string(text), "[[6,false,"); ok {
			text = protocol.Value(strings.TrimSuffix(ids, "]]"))
		}
	case text == "false" || text == `""`:
		text = protocol.Null
	}
	return text
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
func (p *pass) missing(key string, none *noValue) {
	if none.what != undefined || none.at != "" {
		p.drop(hooks.Dropped{Field: protocol.Field(key), Hook: protocol.HookExport, Code: string(none.code()), Why: none.why(), Detail: none.where(), At: p.r.spots.of(p.r, p.head.Model, key).String()})
	}
}

// stranger tells of a key of the base's that a vendor wrote, where it says
// something else than the base does. base is nil where all keys are there,
// whoever wrote them.
func (p *pass) stranger(key string, value goja.Value, base *view) {
	f := protocol.Field(key)
	switch {
	case value == nil || goja.IsUndefined(value):
		return
	case protocol.IsCoreField(p.head.Model, f) && f != protocol.FieldMSInfo:
		if !p.differs(p.merged, f, value) {
			return
		}
	case base == nil || base.says(key, value):
		return
	}
	// Why is the chain's to say: it knows whose keys are whose.
	p.drop(hooks.Dropped{Field: f, Hook: protocol.HookExport, At: p.r.spots.of(p.r, p.head.Model, key).String()})
}

// says reports whether the base itself gives that value, as far as that is
// known without working it out.
func (v *view) says(key string, value goja.Value) bool {
	if seen := v.seen[key]; seen != nil {
		return seen.StrictEquals(value)
	}
	switch key {
	case "uid", "id", "name", "sequence_number":
		given, ok := v.r.pass.extra.get(key)
		return ok && given.StrictEquals(value)
	}
	return false
}

// differs reports whether a value for a core field is another than the record
// has, as the base would give it.
func (p *pass) differs(fields protocol.Fields, f protocol.Field, value goja.Value) bool {
	now := fields[f]
	if now.IsNull() {
		now = map[protocol.Field]protocol.Value{"qty": "0", "price_unit": "0", "discount": "0", taxIDs: "[]"}[f]
	}
	if now == "" {
		now = protocol.Null
	}
	text, err := toJSON(p.r, value)
	return err != nil || coreValue(f, text) != now
}

// lost is env.lost of sdk/js/models.
func (r *Runtime) lost(call goja.FunctionCall) goja.Value {
	p, h := r.pass, handedOf(call.Argument(0))
	name := protocol.Field(call.Argument(1).String())
	switch {
	case h == nil || p.record == nil:
	case len(call.Arguments) > 2:
		p.core(h, name, call.Argument(2), "is set by a hook, which has no effect: the core's fields are for tills to write")
	default:
		p.idle(h, name, notes.NoEffect, idleWhy(name))
	}
	return goja.Undefined()
}

// idleWhy says why a method of a model does nothing, and what does.
func idleWhy(method protocol.Field) string {
	switch method {
	case "add_product", "add_orderline", "remove_orderline":
		return "does nothing in a hook: it would be done again in every run. For a line of your own say lines: true in the manifest, and call this.put_line(key, {…}) in an order's hook for every line that there should be"
	}
	return "does nothing in a hook: lines, payments and what the core has no field for are for tills to write; keep what is yours in a field of your own"
}

// core tells of a core field that a hook gives another value than the record
// has; stand-ins are what nobody knows of here.
func (p *pass) core(h *handed, f protocol.Field, value goja.Value, why string) {
	if p.record == nil || !protocol.IsCoreField(h.model(), f) || slices.Contains(p.writes, f) {
		return
	}
	if goja.IsUndefined(value) {
		value = goja.Null()
	}
	if !p.r.isStandIn(value) && p.differs(h.fields, f, value) {
		p.idle(h, f, notes.CoreField, why)
	}
}

func (p *pass) idle(h *handed, f protocol.Field, code notes.Code, why string) {
	p.drop(hooks.Dropped{Code: string(code), Model: h.model(), Field: f, Hook: p.r.host.Get("hook").String(), Why: why, At: p.r.faults.here()})
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

func (p *pass) drop(d hooks.Dropped) { p.dropped = append(p.dropped, d) }

// Names that an extension without a manifest doesn't get: Odoo's own keys, by
// model and generation, and those of the multi-session module of old.
var (
	orderBase = []string{
		"name", "uid", "sequence_number", "amount_paid", "amount_total", "amount_tax", "amount_return", "lines", "statement_ids",
		"pos_session_id", "partner_id", "user_id", "fiscal_position_id", "creation_date", "date_order", "pricelist_id", "server_id",
		"to_invoice", "is_tipped", "tip_amount", "access_token", "to_ship", "shipping_date", "last_order_preparation_change", "ticket_code",
	}
	lineBase = []string{
		"qty", "price_unit", "discount", "product_id", "tax_ids", "id", "uuid", "uid", "pack_lot_ids", "price_subtotal", "price_subtotal_incl",
		"attribute_value_ids", "full_product_name", "price_extra", "customer_note", "price_type", "refunded_orderline_id", "combo_parent_id",
		"combo_line_ids", "skip_change",
	}
	oldModule = []string{"ms_info", "revision_ID", "run_ID", "new_order", "order_on_server", "is_changed"}
)

// isBaseKey: what the base exports itself, on either model.
func isBaseKey(key string) bool {
	return slices.Contains(orderBase, key) || slices.Contains(lineBase, key) || slices.Contains(oldModule, key) || key == "description"
}

// IsReserved reports whether a key of a model can't be claimed by probing.
func IsReserved(model protocol.Model, key string) bool {
	core := protocol.CoreSchema()
	fields, base := core.Order, orderBase
	if model == protocol.ModelOrderline {
		fields, base = core.Orderline, lineBase
	}
	_, isCore := fields[protocol.Field(key)]
	return isCore || slices.Contains(base, key) || slices.Contains(oldModule, key) || strings.HasPrefix(key, "mt_")
}
