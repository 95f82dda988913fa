package client

import (
	"crypto/rand"
	"encoding/base32"
	"strings"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// NewID makes an id that nobody else makes, for clients, orders, lines and
// payments: 80 bits of chance in 16 letters, since ids stand in every change.
func NewID[ID ~string]() ID {
	var b [10]byte
	_, _ = rand.Read(b[:])
	return ID(strings.ToLower(base32.StdEncoding.EncodeToString(b[:])))
}

// Values are fields as Go values. What JSON can't hold is null.
func Values(values map[protocol.Field]any) protocol.Fields {
	fields := make(protocol.Fields, len(values))
	for f, v := range values {
		value, err := protocol.ValueOf(v)
		if err != nil {
			value = protocol.Null
		}
		fields[f] = value
	}
	return fields
}

// NewOrder begins an order. It stays on this till until its first line.
func NewOrder(order protocol.OrderID, set protocol.Fields) protocol.Op {
	return protocol.OrderCreate{Order: order, Set: set}
}

// SetOrder sets fields of an order; null clears one.
func SetOrder(order protocol.OrderID, set protocol.Fields) protocol.Op {
	return protocol.OrderSet{Order: order, Set: set}
}

// AddLine adds a line at the end.
func AddLine(order protocol.OrderID, line protocol.LineID, set protocol.Fields) protocol.Op {
	return protocol.LineAdd{Order: order, Line: line, Set: set}
}

// SetLine sets fields of a line; null clears one.
func SetLine(order protocol.OrderID, line protocol.LineID, set protocol.Fields) protocol.Op {
	return protocol.LineSet{Order: order, Line: line, Set: set}
}

// Inc adds to a counter, like qty. What all tills add counts.
func Inc(order protocol.OrderID, line protocol.LineID, field protocol.Field, by decimal.Decimal) protocol.Op {
	return protocol.LineInc{Order: order, Line: line, Field: field, By: protocol.Num(by)}
}

// Remove takes a line off for good.
func Remove(order protocol.OrderID, line protocol.LineID) protocol.Op {
	return protocol.LineRemove{Order: order, Line: line}
}

// Move moves lines to the end of another order, which is created if need be.
func Move(from, to protocol.OrderID, lines ...protocol.LineID) protocol.Op {
	return protocol.LineMove{Order: from, To: to, Lines: lines}
}

// Pay adds a payment. Mark it Offline if the money was taken while the server
// couldn't be reached. A negative amount gives money back.
func Pay(order protocol.OrderID, payment protocol.NewPayment) protocol.Op {
	return protocol.OrderPay{Order: order, Payment: payment}
}

// Close ends an order as [protocol.Paid] or [protocol.Cancelled].
func Close(order protocol.OrderID, state protocol.State) protocol.Op {
	return protocol.OrderClose{Order: order, State: state}
}
