package terminal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client"
)

// pay takes money. More cash than is due is given back at once, so that what
// is recorded is what stays in the drawer.
func pay(ctx context.Context, d *desk, args []string) error {
	if err := need(args, 1, "pay cash 20, or pay card for all that is left"); err != nil {
		return err
	}
	o, err := d.order()
	if err != nil {
		return err
	}
	method, left := strings.ToLower(args[0]), d.shop.money.due(o)
	if isNumber(method) {
		return errors.New("say how: pay cash " + method + ", or pay card " + method)
	}
	amount := left
	if len(args) > 1 {
		if amount, err = number(args[1], "the amount"); err != nil {
			return err
		}
	}
	if amount.IsZero() {
		return errors.New("there is nothing to pay; close ends the order")
	}
	back := sdk.Decimal{}
	if method == "cash" && amount.Cmp(left) > 0 && left.Cmp(sdk.Decimal{}) > 0 {
		back, err = amount.Add(left.Neg())
		if err != nil {
			return err
		}
		amount = left
	}
	err = d.do(ctx, client.Pay(o.ID, sdk.Payment{
		ID: client.NewID[sdk.PaymentID](), Method: method, Amount: sdk.Num(amount),
		Offline: d.client.Status().Transport == client.Offline,
	}))
	if err == nil && !back.IsZero() {
		d.printf("Give back %s.\n", d.shop.money.sum(back))
	}
	return err
}

func setUser(_ context.Context, d *desk, args []string) error {
	if err := need(args, 1, "user Ana"); err != nil {
		return err
	}
	d.user = d.shop.cashier(strings.Join(args, " "))
	d.client.SetUser(d.user)
	d.printf("%s stands here now.\n", d.user.Name)
	return nil
}

func till(ctx context.Context, d *desk, args []string) error {
	if err := need(args, 1, "till open, or till close"); err != nil {
		return err
	}
	wait, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	switch strings.ToLower(args[0]) {
	case "open":
		if err := d.openTill(wait); err != nil {
			return unreachable(err, "opened")
		}
		d.said.problem = ""
		d.printf("This till is open%s.\n", as(d.user))
		return nil
	case "close":
		closing, err := d.client.CloseTill(wait)
		if err != nil {
			return unreachable(err, "closed")
		}
		d.said.problem = sdk.TillClosed
		d.printf("This till is closed.%s%s\n", runEnded(closing.RunEnded), openList(closing))
		return nil
	}
	return errors.New("like this: till open, or till close")
}

func unreachable(err error, what string) error {
	if refused(err) {
		return err
	}
	return fmt.Errorf("the server can't be reached, so the till can't be %s now; try again when it is back", what)
}

func runEnded(ended bool) string {
	if ended {
		return " It was the last one, so the run has ended."
	}
	return ""
}

func openList(c client.Closing) string {
	if len(c.OpenOrders) == 0 {
		return ""
	}
	var all []string
	for _, o := range c.OpenOrders {
		all = append(all, fmt.Sprint(o.Number))
	}
	return " Not paid yet: " + strings.Join(all, ", ") + "."
}

func asides(_ context.Context, d *desk, args []string) error {
	all, err := d.client.StrandedQueues()
	if err != nil {
		return err
	}
	if len(all) == 0 {
		d.printf("Nothing is put aside.\n")
	}
	for _, a := range all {
		d.printf("%s since %s (%s):\n", count(len(a.Mutations), "change", "changes"), a.At.In(d.shop.zone).Format(time.DateTime), a.Reason)
		for _, m := range a.Mutations {
			d.printf("  %s\n", d.wish(m))
		}
		if len(args) > 0 && args[0] == "drop" {
			d.client.DropStrandedQueue(a.ClientID)
			d.printf("Dropped.\n")
		}
	}
	return nil
}
