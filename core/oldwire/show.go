package oldwire

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/manytill/manytill/sdk/protocol"
)

// coreFalse are the fields that an order of an old till always has; nothing is false.
var coreFalse = []protocol.Field{"partner_id", "pricelist_id", "fiscal_position_id"}

// contentOf is an order as the till is to show it.
func (v *visit) contentOf(h *head, hold *holding) content {
	c := content{Order: plain(h.Fields)}
	for _, l := range h.Lines {
		c.Lines = append(c.Lines, line{hold.uid(l.ID), plain(l.Fields)})
	}
	return c
}

// plain are the fields without who changed them.
func plain(fields protocol.Fields) protocol.Fields {
	all := make(protocol.Fields, len(fields))
	for f, value := range fields {
		if f != protocol.FieldMSInfo && f != protocol.FieldRemoved && !value.IsNull() {
			all[f] = value
		}
	}
	return all
}

// whole is the data of a message with an order that the till is shown at a view.
func (v *visit) whole(h *head, hold *holding, shown *view) map[string]any {
	k := v.till.kept
	data := map[string]any{
		"uid": h.ID, "name": "Order " + string(h.ID), "sequence_number": h.Number, "revision_ID": shown.Revision, "run_ID": k.Run,
		"message_ID": k.Messages, "ms_info": v.info(h.Fields), "new_order": false, "order_on_server": true, "to_invoice": false,
		"pos_session_id": k.Session, "statement_ids": []any{}, "creation_date": nil,
	}
	for _, f := range coreFalse {
		data[string(f)] = false
	}
	for f, value := range plain(h.Fields) {
		data[string(f)] = raw(value)
	}
	lines := []any{}
	for _, l := range h.Lines {
		uid := hold.uid(l.ID)
		record := map[string]any{"uid": uid, "id": l.N, "pack_lot_ids": []any{}, "ms_info": v.info(l.Fields), string(fieldDiscount): 0, string(fieldTaxes): taxes(protocol.Null)}
		for f, value := range plain(l.Fields) {
			record[string(f)] = raw(value)
			if f == fieldTaxes {
				record[string(f)] = taxes(value)
			}
		}
		if slices.Contains(shown.Changed, uid) {
			record["is_changed"] = true
		}
		lines = append(lines, []any{0, 0, record})
	}
	data["lines"] = lines
	return data
}

// taxes are ids in the form of Odoo.
func taxes(ids protocol.Value) []any {
	const replace = 6
	if ids.IsNull() {
		ids = "[]"
	}
	return []any{[]any{replace, false, raw(ids)}}
}

// info is who made and changed a record, with Odoo's numbers where they are known.
func (v *visit) info(fields protocol.Fields) map[string]any {
	info := fields.MSInfo()
	author := func(a protocol.Author) map[string]any {
		pos := map[string]any{"id": any(a.POS.ID), "name": a.POS.Name}
		if n := numberOf(a.POS.ID); n != 0 {
			pos["id"] = n
		}
		all := map[string]any{"pos": pos}
		if a.User != nil {
			all["user"] = map[string]any{"id": odooID(a.User.ID), "name": a.User.Name}
		}
		return all
	}
	return map[string]any{"created": author(info.Created), "changed": author(info.Changed)}
}

// odooID is an id as Odoo has it: a number where it is one.
func odooID(id string) any {
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && strconv.FormatInt(n, 10) == id {
		return n
	}
	return id
}

// envelopeOf is a message down. No page has the session 0, so none takes it for an
// echo of its own.
func envelopeOf(action string, data map[string]any) map[string]any {
	return map[string]any{"action": action, "session_id": 0, "login_number": 0, "data": data}
}

func encode(message map[string]any) (json.RawMessage, error) { return json.Marshal(message) }
