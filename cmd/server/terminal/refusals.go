package terminal

import (
	"errors"
	"fmt"
	"strings"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
)

// refusals tells what the server refused, and keeps what can be put on a new
// order.
type refusals struct {
	client *client.Client
	screen *screen
	news   *news
	format formatter
	// kept are refusals that the command again puts on a new order.
	kept []client.Rejected
}

// add tells of a refusal and what to type now.
func (r *refusals) add(e client.Rejected) {
	r.screen.printf("Not done: %s. %s\n", r.mutation(e.Mutation), r.reason(e))
	for _, id := range e.Result.Kept {
		r.screen.printf("The payment %s was kept all the same; the operator sees it.\n", r.payment(e.Mutation, id))
	}
	if len(e.Again) > 0 {
		r.kept = append(r.kept, e)
		r.screen.printf("again puts it on a new order.\n")
	}
}

// putBack puts what was kept on new orders and shows the last of them.
func (r *refusals) putBack() error {
	if len(r.kept) == 0 {
		return errors.New("no refused change is left")
	}
	for len(r.kept) > 0 {
		e := r.kept[0]
		if _, err := r.client.PutBack(e); err != nil {
			return err
		}
		r.kept = r.kept[1:]
		r.screen.show(e.NewOrder)
	}
	return nil
}

// reason is why the server refused, and what to do about it.
func (r *refusals) reason(e client.Rejected) string {
	j := e.Result.Rejection
	if j == nil {
		return ""
	}
	by := "another till"
	if j.By != nil {
		by = subject(j.By)
	}
	name := r.news.labels[j.Order]
	switch {
	case j.Code == protocol.OrderClosed:
		return fmt.Sprintf("Order %s was %s by %s.", name, j.State, by)
	case j.Code == protocol.Gone && j.MovedTo != "":
		return fmt.Sprintf("%s moved that line to order %s; open it there.", by, r.news.labels[j.MovedTo])
	case j.Code == protocol.Gone:
		return fmt.Sprintf("%s took that line off; add it again if it is wanted.", by)
	case j.Code == protocol.StaleBase && j.Field == "":
		return r.changedTotal(j.Order)
	case j.Code == protocol.StaleBase:
		return fmt.Sprintf("Another till changed it first, it is %s now. Do it again if yours is right.", r.format.fields(j.Now))
	case j.Code == protocol.Vetoed:
		return strings.TrimRight(j.Message, ".") + " (" + j.Extension + ")."
	}
	return sentence(errors.New(j.Message))
}

// leftOut says what the server didn't store of what was applied: values that
// their fields can't have, and fields that it doesn't know.
func (r *refusals) leftOut(e client.Ignored) string {
	var all []string
	var unknown []string
	for _, name := range e.Fields {
		if why, outside := e.Why[name]; outside {
			all = append(all, fmt.Sprintf("Not stored: %s %s.\n", r.fieldOf(name), why))
			continue
		}
		unknown = append(unknown, name[strings.LastIndexByte(name, '.')+1:])
	}
	if len(unknown) > 0 {
		all = append(all, fmt.Sprintf("The server knows no such field, so this was left out: %s\n", strings.Join(unknown, ", ")))
	}
	return strings.Join(all, "")
}

// fieldOf is "Seat of Coffee", of a name like l1.seat.
func (r *refusals) fieldOf(name string) string {
	at := strings.LastIndexByte(name, '.')
	id, f := name[:at], protocol.Field(name[at+1:])
	for _, o := range r.news.told {
		if l := o.Line(protocol.LineID(id)); l != nil {
			return labelOf(r.format.schema.Orderline, f) + " of " + r.format.lineName(l.Fields)
		}
	}
	return labelOf(r.format.schema.Order, f)
}

func (r *refusals) changedTotal(id protocol.OrderID) string {
	if o := r.client.Order(id); o != nil {
		name := r.news.labels[id]
		return fmt.Sprintf("Another till changed order %s meanwhile; its total is %s now. open %s, take what is left to pay, close.",
			name, r.format.money.sum(r.format.orderTotal(o)), name)
	}
	return "Another till changed the order meanwhile; open it, look at the total, close again."
}

// mutation is what a mutation asked for: "add 1 × Coffee to order 3".
func (r *refusals) mutation(m protocol.Mutation) string {
	var all []string
	for _, op := range m.Ops {
		if text := r.op(op); text != "" {
			all = append(all, text)
		}
	}
	if len(all) == 0 {
		return "start an order"
	}
	return strings.Join(all, ", ")
}

func (r *refusals) op(op protocol.Op) string {
	name := "the order"
	if l, ok := r.news.labels[op.On()]; ok {
		name = "order " + l
	}
	switch op := op.(type) {
	case protocol.LineAdd:
		return fmt.Sprintf("add %s × %s to %s", op.Set["qty"], r.format.lineName(op.Set), name)
	case protocol.LineSet:
		return fmt.Sprintf("change %s of %s in %s", r.format.fields(op.Set), r.line(op.Order, op.Line), name)
	case protocol.LineInc:
		return fmt.Sprintf("add %s to the %s of %s in %s", op.By, op.Field, r.line(op.Order, op.Line), name)
	case protocol.LineRemove:
		return fmt.Sprintf("take %s off %s", r.line(op.Order, op.Line), name)
	case protocol.LineMove:
		return fmt.Sprintf("move %s from %s", count(len(op.Lines), "line", "lines"), name)
	case protocol.OrderSet:
		return fmt.Sprintf("change %s of %s", r.format.fields(op.Set), name)
	case protocol.OrderPay:
		amount, _ := op.Payment.Amount.Decimal()
		return fmt.Sprintf("pay %s %s for %s", r.format.money.Format(amount), op.Payment.Method, name)
	case protocol.OrderClose:
		return fmt.Sprintf("close %s as %s", name, op.State)
	}
	return ""
}

func (r *refusals) line(order protocol.OrderID, line protocol.LineID) string {
	if o := r.news.told[order]; o != nil {
		if l := o.Line(line); l != nil {
			return r.format.lineName(l.Fields)
		}
	}
	return "a line"
}

func (r *refusals) payment(m protocol.Mutation, id protocol.PaymentID) string {
	for _, op := range m.Ops {
		if pay, is := op.(protocol.OrderPay); is && pay.Payment.ID == id {
			amount, _ := pay.Payment.Amount.Decimal()
			return r.format.money.Format(amount) + " " + pay.Payment.Method
		}
	}
	return string(id)
}
