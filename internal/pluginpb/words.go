package pluginpb

import (
	"strings"
	"time"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// What both kinds of process read and write alike.

// FieldsOf reads fields that are written flat: name, value, name, value.
func FieldsOf(flat []string) protocol.Fields {
	fields := make(protocol.Fields, len(flat)/2)
	for i := 0; i+1 < len(flat); i += 2 {
		fields[protocol.Field(flat[i])] = protocol.Value(flat[i+1])
	}
	return fields
}

// Snapshot is the order as hooks look at it, without its lines.
func (x *Order) Snapshot() *hooks.Snapshot {
	return &hooks.Snapshot{
		RecordHead: hooks.RecordHead{
			Model: protocol.ModelOrder, Order: protocol.OrderID(x.GetId()), Number: protocol.Number(x.GetNumber()), Run: protocol.Run(x.GetRun()),
		},
		Merged: FieldsOf(x.GetFields()), Payments: paymentsOf(x),
	}
}

// Snapshot is a record of that order, as hooks look at it.
func (x *Record) Snapshot(of *hooks.Snapshot) *hooks.Snapshot {
	r := *of
	r.Model, r.Line, r.N, r.New = protocol.Model(x.GetModel()), protocol.LineID(x.GetLine()), int(x.GetN()), x.GetNew()
	r.At, r.Seed = time.Unix(0, x.GetAt()).UTC(), x.GetSeed()
	r.Merged = FieldsOf(x.GetMerged())
	if !r.New {
		r.Stored = FieldsOf(x.GetStored())
	}
	if r.Model == protocol.ModelOrderline {
		r.Parent = of
	}
	return &r
}

func paymentsOf(o *Order) (payments []protocol.Payment) {
	for _, p := range o.GetPayments() {
		payments = append(payments, protocol.Payment{
			NewPayment: protocol.NewPayment{
				ID: protocol.PaymentID(p.GetId()), Method: p.GetMethod(), Amount: protocol.Value(p.GetAmount()), Offline: p.GetOffline(), Ref: p.GetRef(),
			},
			Needs: protocol.Needs(p.GetNeeds()), At: p.GetAt(),
		})
	}
	return payments
}

// Took makes a result hold what hooks exported and read, and what of it won't
// be taken, with where it stands.
func (x *Result) Took(export protocol.Fields, read []protocol.Field, dropped []hooks.Dropped, at map[protocol.Field]string) {
	x.Export = make([]string, 0, 2*len(export))
	for f, v := range export {
		x.Export = append(x.Export, string(f), string(v))
	}
	for _, f := range read {
		x.Read = append(x.Read, string(f))
	}
	for _, d := range dropped {
		x.Dropped = append(x.Dropped, &Dropped{
			Model: string(d.Model), Field: Cut(string(d.Field)), Hook: d.Hook, Why: d.Why, Detail: Cut(d.Detail), At: Cut(d.At),
		})
	}
	for f, place := range at {
		x.At = append(x.At, Cut(string(f)), Cut(place))
	}
}

// longestMessage that a hook's refusal or error may have, in bytes.
const longestMessage = 2000

// Cut makes a vendor's words fit, and UTF-8.
func Cut(words string) string {
	if len(words) > longestMessage {
		words = words[:longestMessage] + "…"
	}
	return strings.ToValidUTF8(words, "?")
}
