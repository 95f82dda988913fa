package client

import (
	"crypto/rand"
	"encoding/base32"
	"strings"

	"github.com/manytill/manytill/sdk"
)

// NewID makes an id that nobody else makes, for clients, orders, lines and
// payments: 80 bits of chance in 16 letters, since ids stand in every change.
func NewID[ID ~string]() ID {
	var b [10]byte
	_, _ = rand.Read(b[:])
	return ID(strings.ToLower(base32.StdEncoding.EncodeToString(b[:])))
}

// Values are fields as Go values. What JSON can't hold is null.
func Values(values map[sdk.Field]any) sdk.Fields {
	fields := make(sdk.Fields, len(values))
	for f, v := range values {
		value, err := sdk.ValueOf(v)
		if err != nil {
			value = sdk.Null
		}
		fields[f] = value
	}
	return fields
}

// NewOrder begins an order. It stays on this till until its first line.
func NewOrder(order sdk.OrderID, set sdk.Fields) sdk.Op {
	return sdk.Op{Op: sdk.OrderCreate, Order: order, Set: set}
}

// SetOrder sets fields of an order; null clears one.
func SetOrder(order sdk.OrderID, set sdk.Fields) sdk.Op {
	return sdk.Op{Op: sdk.OrderSet, Order: order, Set: set}
}

// AddLine adds a line at the end.
func AddLine(order sdk.OrderID, line sdk.LineID, set sdk.Fields) sdk.Op {
	return sdk.Op{Op: sdk.LineAdd, Order: order, Line: line, Set: set}
}

// SetLine sets fields of a line; null clears one.
func SetLine(order sdk.OrderID, line sdk.LineID, set sdk.Fields) sdk.Op {
	return sdk.Op{Op: sdk.LineSet, Order: order, Line: line, Set: set}
}

// Inc adds to a counter, like qty. What all tills add counts.
func Inc(order sdk.OrderID, line sdk.LineID, field sdk.Field, by sdk.Decimal) sdk.Op {
	return sdk.Op{Op: sdk.LineInc, Order: order, Line: line, Field: field, By: sdk.Num(by)}
}

// Remove takes a line off for good.
func Remove(order sdk.OrderID, line sdk.LineID) sdk.Op {
	return sdk.Op{Op: sdk.LineRemove, Order: order, Line: line}
}

// Move moves lines to the end of another order, which is created if need be.
func Move(from, to sdk.OrderID, lines ...sdk.LineID) sdk.Op {
	return sdk.Op{Op: sdk.LineMove, Order: from, To: to, Lines: lines}
}

// Pay adds a payment. Mark it Offline if the money was taken while the server
// couldn't be reached. A negative amount gives money back.
func Pay(order sdk.OrderID, payment sdk.Payment) sdk.Op {
	return sdk.Op{Op: sdk.OrderPay, Order: order, Payment: &payment}
}

// Close ends an order as [sdk.Paid] or [sdk.Cancelled].
func Close(order sdk.OrderID, state sdk.State) sdk.Op {
	return sdk.Op{Op: sdk.OrderClose, Order: order, State: state}
}
