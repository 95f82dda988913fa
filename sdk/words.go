package sdk

import (
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// The protocol's words that an extension handles, so that it imports this
// package alone.
type (
	// Order is an order as the protocol has it, Line a product row of it,
	// Payment money that was taken for it.
	Order   = protocol.Order
	Line    = protocol.Line
	Payment = protocol.Payment

	MultiSessionID = protocol.MultiSessionID

	OrderID   = protocol.OrderID
	LineID    = protocol.LineID
	PaymentID = protocol.PaymentID
	// Number is what people call an order; 0 is "New". Run counts the runs of
	// a multi-session.
	Number = protocol.Number
	Run    = protocol.Run
	// State is where an order is in its life.
	State = protocol.State

	// Field names a field, Fields are values by field, Value is any JSON.
	Field  = protocol.Field
	Fields = protocol.Fields
	Value  = protocol.Value

	// Decimal is an exact decimal: what amounts and quantities are.
	Decimal = decimal.Decimal

	// Model is what hooks are defined on.
	Model = protocol.Model
)

// The models.
const (
	ModelOrder     = protocol.ModelOrder
	ModelOrderline = protocol.ModelOrderline
)

// The states of an order; only an open one changes.
const (
	Open      = protocol.Open
	Paid      = protocol.Paid
	Cancelled = protocol.Cancelled
	Abandoned = protocol.Abandoned
)

// Null is the value of a field that was cleared.
const Null = protocol.Null

// ParseDecimal reads a JSON number of any length and rounds it to 15
// significant digits, half to even.
func ParseDecimal(text string) (Decimal, error) { return decimal.Parse(text) }

// DecimalOf rounds a binary float to the decimal that people mean by it.
func DecimalOf(f float64) (Decimal, error) { return decimal.Of(f) }

// Int is n as a JSON number.
func Int(n int) Value { return protocol.Int(n) }
