package terminal

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client"
)

// rejected says what the server refused and what to type now.
func (d *desk) rejected(r client.Rejected) {
	d.printf("Not done: %s. %s\n", d.wish(r.Mutation), d.why(r))
	for _, id := range r.Result.Kept {
		d.printf("The payment %s was kept all the same; the operator sees it.\n", d.paymentOf(r.Mutation, id))
	}
	if len(r.Again) > 0 {
		d.lost = append(d.lost, r)
		d.printf("again puts it on a new order.\n")
	}
}

// why is the reason of a rejection and the way out.
func (d *desk) why(r client.Rejected) string {
	j := r.Result.Rejection
	if j == nil {
		return ""
	}
	by := "another till"
	if j.By != nil {
		by = subject(j.By)
	}
	name := d.labels[j.Order]
	switch {
	case j.Code == sdk.OrderClosed:
		return fmt.Sprintf("Order %s was %s by %s.", name, j.State, by)
	case j.Code == sdk.Gone && j.MovedTo != "":
		return fmt.Sprintf("%s moved that line to order %s; open it there.", by, d.labels[j.MovedTo])
	case j.Code == sdk.Gone:
		return fmt.Sprintf("%s took that line off; add it again if it is wanted.", by)
	case j.Code == sdk.StaleBase && j.Field == "":
		return d.changedTotal(j.Order)
	case j.Code == sdk.StaleBase:
		return fmt.Sprintf("Another till changed it first, it is %s now. Do it again if yours is right.", d.nowText(j.Now))
	case j.Code == sdk.Vetoed:
		return strings.TrimRight(j.Message, ".") + " (" + j.Extension + ")."
	}
	return sentence(errors.New(j.Message))
}

func (d *desk) changedTotal(id sdk.OrderID) string {
	if o := d.client.Order(id); o != nil {
		return fmt.Sprintf("Another till changed order %s meanwhile; its total is %s now. open %s, take what is left to pay, close.",
			d.labels[id], d.shop.money.sum(d.shop.money.orderTotal(o)), d.labels[id])
	}
	return "Another till changed the order meanwhile; open it, look at the total, close again."
}

func (d *desk) nowText(now sdk.Fields) string {
	var all []string
	for _, f := range sdk.SortedKeys(now) {
		name := shortNames[f]
		if name == "" {
			name = string(f)
		}
		all = append(all, strings.TrimSpace(name+" "+d.shop.valueText(f, now[f])))
	}
	return strings.Join(all, ", ")
}

// wish is a mutation in a few words.
func (d *desk) wish(m sdk.Mutation) string {
	var all []string
	for _, op := range m.Ops {
		if text := d.opText(op); text != "" {
			all = append(all, text)
		}
	}
	if len(all) == 0 {
		return "start an order"
	}
	return strings.Join(all, ", ")
}

func (d *desk) opText(op sdk.Op) string {
	name := "the order"
	if l, ok := d.labels[op.Order]; ok {
		name = "order " + l
	}
	switch op.Op {
	case sdk.LineAdd:
		return fmt.Sprintf("add %s × %s to %s", op.Set["qty"], d.shop.lineName(op.Set), name)
	case sdk.LineSet:
		return fmt.Sprintf("change %s of %s in %s", d.nowText(op.Set), d.lineNamed(op), name)
	case sdk.LineInc:
		return fmt.Sprintf("add %s to the %s of %s in %s", op.By, op.Field, d.lineNamed(op), name)
	case sdk.LineRemove:
		return fmt.Sprintf("take %s off %s", d.lineNamed(op), name)
	case sdk.LineMove:
		return fmt.Sprintf("move %s from %s", count(len(op.Lines), "line", "lines"), name)
	case sdk.OrderSet:
		return fmt.Sprintf("change %s of %s", d.nowText(op.Set), name)
	case sdk.OrderPay:
		amount, _ := op.Payment.Amount.Decimal()
		return fmt.Sprintf("pay %s %s for %s", d.shop.money.Format(amount), op.Payment.Method, name)
	case sdk.OrderClose:
		return fmt.Sprintf("close %s as %s", name, op.State)
	}
	return ""
}

func (d *desk) lineNamed(op sdk.Op) string {
	if o := d.seen[op.Order]; o != nil {
		if l := o.Line(op.Line); l != nil {
			return d.shop.lineName(l.Fields)
		}
	}
	return "a line"
}

func (d *desk) paymentOf(m sdk.Mutation, id sdk.PaymentID) string {
	for _, op := range m.Ops {
		if op.Payment != nil && op.Payment.ID == id {
			amount, _ := op.Payment.Amount.Decimal()
			return d.shop.money.Format(amount) + " " + op.Payment.Method
		}
	}
	return string(id)
}

// again puts all that was refused for closed orders on new ones.
func again(_ context.Context, d *desk, _ []string) error {
	if len(d.lost) == 0 {
		return errors.New("nothing that was refused waits here")
	}
	for len(d.lost) > 0 {
		r := d.lost[0]
		if _, err := d.client.PutBack(r); err != nil {
			return err
		}
		d.lost = d.lost[1:]
		d.look(r.NewOrder)
	}
	return showOrder(context.Background(), d, nil)
}
