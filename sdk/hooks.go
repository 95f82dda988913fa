package sdk

// OrderHooks is a vendor's order: a pointer to a struct that embeds
// [OrderBase] and has any of the three hooks, [Initializer], [Applier] and
// [Exporter]. (The struct [Order] is another thing: an order on the wire.)
//
//	type Order struct {
//		sdk.OrderBase
//		Points int
//	}
//
//	func (o *Order) InitFromJSON(j sdk.Record) error   { return j.Get("points", &o.Points) }
//	func (o *Order) ExportAsJSON(out sdk.Record) error { return out.Set("points", o.Points) }
//
// Exported fields with a tag like `sync:"points"` are filled before
// InitFromJSON and before ApplyMSData, and exported before ExportAsJSON, which
// may Set them anew: then neither of the two needs writing.
type OrderHooks interface{ orderBase() *OrderBase }

// OrderlineHooks is a vendor's orderline: as [OrderHooks], with
// [OrderlineBase].
type OrderlineHooks interface{ orderlineBase() *OrderlineBase }

func (o *OrderBase) orderBase() *OrderBase             { return o }
func (l *OrderlineBase) orderlineBase() *OrderlineBase { return l }

// Initializer fills the model's own fields from a record.
type Initializer interface {
	InitFromJSON(json Record) error
}

// Applier is told of an accepted mutation of the record: data is the whole
// record as it would be after the core's merge. It takes over, adjusts,
// derives, or refuses with [Reject]. Without it an existing record is only
// initialized, from the merged data.
type Applier interface {
	ApplyMSData(data Record) error
}

// Exporter gives the model's own fields. What it doesn't set stays as it is.
type Exporter interface {
	ExportAsJSON(out Record) error
}

// Migrator makes fields that an older version of the extension wrote those of the
// schema that extension.yaml says: fields holds all that the extension has on the
// record, from is the schema that they are of, from 1 on. What it holds when Migrate
// returns is what they become; nil clears. Fields that extension.yaml doesn't name
// any more may stay as they are, or go. It is called on a fresh instance, without a
// record, and must depend on nothing else. After an error the order keeps what it
// has, and no hook runs on it.
//
//	func (o *Order) Migrate(fields sdk.Record, from int) error {
//		var euros sdk.Decimal
//		if err := fields.Get("tip", &euros); err != nil {
//			return err
//		}
//		…
//		return fields.Set("tip", nil)
//	}
type Migrator interface {
	Migrate(fields Record, from int) error
}

// Refusal is what [Reject] returns.
type Refusal struct{ Words string }

// Reject refuses the mutation: return it from a hook. The cashier reads the
// words. It needs `can_reject: true` in extension.yaml. A mutation with a
// payment is never refused: it is applied and flagged for a review.
func Reject(words string) error { return &Refusal{Words: words} }

func (r *Refusal) Error() string { return "rejected: " + r.Words }
