package javascript

import (
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

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

// isReserved reports whether a key of a model can't be claimed by probing.
func isReserved(model protocol.Model, key string) bool {
	core := protocol.CoreSchema()
	fields, base := core.Order, orderBase
	if model == protocol.ModelOrderline {
		fields, base = core.Orderline, lineBase
	}
	_, isCore := fields[protocol.Field(key)]
	return isCore || slices.Contains(base, key) || slices.Contains(oldModule, key) || strings.HasPrefix(key, "mt_")
}
