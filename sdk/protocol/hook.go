package protocol

import "slices"

// Model names what an extension's hooks are defined on.
type Model string

// The models.
const (
	ModelOrder     Model = "order"
	ModelOrderline Model = "orderline"
)

// The hooks' documented names: the three, that of effects, and that of older data.
const (
	HookInit   = "init_from_JSON"
	HookApply  = "apply_ms_data"
	HookExport = "export_as_JSON"
	// HookResult runs instead of HookApply, where an order's model is told what came
	// of an effect.
	HookResult = "effect_result"
	// HookMigrate is no hook of a change: it makes the fields that an earlier schema
	// of its extension wrote those of the schema of now.
	HookMigrate = "migrate"
)

// Keys of an order's record that are no fields: any of its lines, any payment.
const (
	KeyLines    Field = "lines"
	KeyPayments Field = "statement_ids"
)

// WritableFields are the core's fields that an extension's hooks may write, where
// its manifest says so.
func WritableFields(model Model) []Field {
	if model == ModelOrder {
		return []Field{"fiscal_position_id", "partner_id", "pricelist_id"}
	}
	return []Field{"description", "discount", "price_unit", "qty", "tax_ids"}
}

// Keys of an order's record and of its lines' that are no fields either: how
// the order will be after the change, and which change that is.
const (
	KeyMTState    Field = "mt_state"     // a State
	KeyMTNumber   Field = "mt_number"    // a Number; 0 in the change that creates the order
	KeyMTRun      Field = "mt_run"       // a Run
	KeyMTPayments Field = "mt_payments"  // a list of Payment
	KeyMTTappedAt Field = "mt_tapped_at" // RFC 3339: by the till's clock, or the change's time
	KeyMTMutation Field = "mt_mutation"  // "client_id/id"; null in the server's own changes
)

var keysMT = []Field{KeyMTState, KeyMTNumber, KeyMTRun, KeyMTPayments, KeyMTTappedAt, KeyMTMutation}

// KeysMT are all of them; the list is not to be changed.
func KeysMT() []Field { return keysMT }

// IsKeyMT reports whether a key is one of them.
func IsKeyMT(key Field) bool { return slices.Contains(keysMT, key) }

// CountsAsClock reports whether a key counts like the clock: it always changed
// where the record did, and is never a reason to run a record that didn't.
func CountsAsClock(key Field) bool { return key == KeyMTTappedAt || key == KeyMTMutation }
