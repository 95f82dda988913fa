package machine

import (
	"unicode/utf8"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/internal/view"
)

// tidy checks the shape of an op and rounds its numbers to what the wire
// takes. It copies what it changes.
func tidy(op *sdk.Op, at string) error {
	if !sdk.ValidID(op.Order) {
		return badID(at + ".order")
	}
	switch op.Op {
	case sdk.OrderCreate, sdk.OrderSet, sdk.LineAdd, sdk.LineSet:
		if err := tidySet(op, at); err != nil {
			return err
		}
	case sdk.OrderPay:
		return tidyPayment(op, at)
	case sdk.OrderClose:
		if op.State != sdk.Paid && op.State != sdk.Cancelled {
			return sdk.Errorf(sdk.Invalid, "%s.state must be paid or cancelled", at)
		}
	case sdk.LineInc:
		if err := tidyNumber(&op.By, at+".by"); err != nil {
			return err
		}
	case sdk.LineMove:
		return tidyMove(op, at)
	case sdk.LineRemove:
	default:
		return sdk.Errorf(sdk.UnknownOp, "%s.op %q is no op", at, op.Op)
	}
	switch op.Op {
	case sdk.LineAdd, sdk.LineSet, sdk.LineInc, sdk.LineRemove:
		if !sdk.ValidID(op.Line) {
			return badID(at + ".line")
		}
	}
	if op.Op == sdk.LineAdd && view.OfExtension(op.Line) {
		return sdk.Errorf(sdk.Invalid, "%s.line begins with mt:, as those of extensions do; choose another id", at)
	}
	return nil
}

func tidySet(op *sdk.Op, at string) error {
	set := make(sdk.Fields, len(op.Set))
	for f, v := range op.Set {
		if v == "" {
			v = sdk.Null
		}
		canonical, err := sdk.ParseValue([]byte(v))
		if err != nil {
			return sdk.Errorf(sdk.Invalid, "%s.set.%s: %s", at, f, err)
		}
		set[f] = canonical
	}
	op.Set = set
	return nil
}

// What a payment's texts may hold, in characters. A server refuses more, and
// the money would be in no order.
const (
	maxMethod = 64
	maxRef    = 2000
)

func tidyPayment(op *sdk.Op, at string) error {
	if op.Payment == nil || !sdk.ValidID(op.Payment.ID) {
		return badID(at + ".payment.id")
	}
	if n := utf8.RuneCountInString(op.Payment.Method); n == 0 || n > maxMethod {
		return sdk.Errorf(sdk.Invalid, "%s.payment.method must have 1 to %d characters", at, maxMethod)
	}
	if utf8.RuneCountInString(op.Payment.Ref) > maxRef {
		return sdk.Errorf(sdk.Invalid, "%s.payment.ref must have %d characters at most", at, maxRef)
	}
	// By, At and Needs are the server's to say.
	p := sdk.Payment{
		ID: op.Payment.ID, Method: op.Payment.Method, Amount: op.Payment.Amount,
		Offline: op.Payment.Offline, Ref: op.Payment.Ref,
	}
	op.Payment = &p
	return tidyNumber(&p.Amount, at+".payment.amount")
}

func tidyMove(op *sdk.Op, at string) error {
	if !sdk.ValidID(op.To) || op.To == op.Order {
		return sdk.Errorf(sdk.Invalid, "%s.to must be the id of another order", at)
	}
	if len(op.Lines) == 0 {
		return sdk.Errorf(sdk.Invalid, "%s.lines must name at least one line", at)
	}
	for _, id := range op.Lines {
		if !sdk.ValidID(id) {
			return badID(at + ".lines")
		}
	}
	return nil
}

func tidyNumber(v *sdk.Value, at string) error {
	n, err := sdk.ParseDecimal(string(*v))
	if err != nil {
		return sdk.Errorf(sdk.Invalid, "%s: %s", at, err)
	}
	*v = sdk.Num(n)
	return nil
}

func badID(at string) error {
	return sdk.Errorf(sdk.Invalid, "%s must be an id: 1 to 64 of A-Z a-z 0-9 . _ - :", at)
}
