package pluginpb

import (
	"strings"

	"github.com/manytill/manytill/sdk"
)

// What both kinds of process read and write alike.

// FieldsOf reads fields that are written flat: name, value, name, value.
func FieldsOf(flat []string) sdk.Fields {
	fields := make(sdk.Fields, len(flat)/2)
	for i := 0; i+1 < len(flat); i += 2 {
		fields[sdk.Field(flat[i])] = sdk.Value(flat[i+1])
	}
	return fields
}

// PaymentsOf are an order's.
func PaymentsOf(o *Order) (payments []sdk.Payment) {
	for _, p := range o.GetPayments() {
		payments = append(payments, sdk.Payment{
			ID: sdk.PaymentID(p.GetId()), Method: p.GetMethod(), Amount: sdk.Value(p.GetAmount()),
			Offline: p.GetOffline(), Ref: p.GetRef(), Needs: sdk.Needs(p.GetNeeds()), At: p.GetAt(),
		})
	}
	return payments
}

// Took makes a result hold what hooks exported and read, and what of it won't
// be taken, with where it stands.
func (x *Result) Took(export sdk.Fields, read []sdk.Field, dropped []sdk.Dropped, at map[sdk.Field]string) {
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
