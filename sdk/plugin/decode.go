package plugin

import (
	"strings"

	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/manytill/manytill/sdk"
)

// fieldsOf reads fields that are written flat: name, value, name, value.
func fieldsOf(flat []string) sdk.Fields {
	fields := make(sdk.Fields, len(flat)/2)
	for i := 0; i+1 < len(flat); i += 2 {
		fields[sdk.Field(flat[i])] = sdk.Value(flat[i+1])
	}
	return fields
}

func orderOf(o *pluginpb.Order) *sdk.HookOrder {
	order := &sdk.HookOrder{
		ID: sdk.OrderID(o.GetId()), Number: sdk.Number(o.GetNumber()), Run: sdk.Run(o.GetRun()), Fields: fieldsOf(o.GetFields()),
	}
	for _, p := range o.GetPayments() {
		order.Payments = append(order.Payments, sdk.Payment{
			ID: sdk.PaymentID(p.GetId()), Method: p.GetMethod(), Amount: sdk.Value(p.GetAmount()),
			Offline: p.GetOffline(), Ref: p.GetRef(), Needs: sdk.Needs(p.GetNeeds()), At: p.GetAt(),
		})
	}
	return order
}

// longestMessage that a hook's refusal or error may have, in bytes.
const longestMessage = 2000

// cut makes a vendor's words fit, and UTF-8.
func cut(words string) string {
	if len(words) > longestMessage {
		words = words[:longestMessage] + "…"
	}
	return strings.ToValidUTF8(words, "?")
}
