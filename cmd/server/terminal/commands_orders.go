package terminal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

func newOrder(ctx context.Context, t *terminal, _ []string) error {
	id := client.NewID[protocol.OrderID]()
	t.screen.show(id)
	return t.do(ctx, client.NewOrder(id, nil))
}

func listOrders(_ context.Context, t *terminal, _ []string) error {
	any := false
	for _, o := range t.client.Orders() {
		if o.State != protocol.Open && !o.Pending {
			continue
		}
		any = true
		mark := "  "
		if o.ID == t.screen.current {
			mark = "* "
		}
		t.screen.printf("%s%-6s %9s %9s  %s\n", mark, t.screen.label(o), count(len(o.Lines), "line", "lines"), t.catalogue.money.sum(t.catalogue.orderTotal(o)), t.news.remark(o))
	}
	if !any {
		t.screen.printf("No order is open; add PRODUCT starts one.\n")
	}
	return nil
}

func openOrder(_ context.Context, t *terminal, args []string) error {
	if err := need(args, 1, "open 3"); err != nil {
		return err
	}
	o, err := t.screen.find(args[0])
	if err != nil {
		return err
	}
	t.screen.show(o.ID)
	t.screen.print(o)
	return nil
}

func showOrder(_ context.Context, t *terminal, _ []string) error {
	o := t.screen.order()
	if o == nil {
		return errNoOrder
	}
	t.screen.print(o)
	return nil
}

func cancelOrder(ctx context.Context, t *terminal, _ []string) error {
	o, err := t.screen.openOrder()
	if err != nil {
		return err
	}
	return t.end(ctx, o, protocol.Cancelled)
}

func closeOrder(ctx context.Context, t *terminal, _ []string) error {
	o, err := t.screen.openOrder()
	if err != nil {
		return err
	}
	if left := t.catalogue.due(o); left.Cmp(decimal.Decimal{}) > 0 {
		return fmt.Errorf("%s is still to pay: pay cash, or pay card. cancel ends it unpaid", t.catalogue.money.sum(left))
	}
	return t.end(ctx, o, protocol.Paid)
}

// end closes an order and says how it ended.
func (t *terminal) end(ctx context.Context, o *client.Order, state protocol.State) error {
	name := t.news.labels[o.ID]
	if _, err := t.client.Do(client.Close(o.ID, state)); err != nil {
		return err
	}
	t.waitFor(ctx, moment, t.news.upToDate(o.ID))
	if o = t.client.Order(o.ID); o != nil && o.State == protocol.Open {
		return nil // refused, and the cashier was told
	}
	t.screen.printf("Order %s is %s.\n", name, state)
	t.screen.show("")
	return nil
}

// putBack puts what was refused for closed orders on new ones.
func putBack(ctx context.Context, t *terminal, _ []string) error {
	if err := t.refusals.putBack(); err != nil {
		return err
	}
	return showOrder(ctx, t, nil)
}

// pay takes money. More cash than is due is given back at once, so that what
// is recorded is what stays in the drawer.
func pay(ctx context.Context, t *terminal, args []string) error {
	if err := need(args, 1, "pay cash 20, or pay card for all that is left"); err != nil {
		return err
	}
	o, err := t.screen.openOrder()
	if err != nil {
		return err
	}
	method, left := strings.ToLower(args[0]), t.catalogue.due(o)
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
	back := decimal.Decimal{}
	if method == "cash" && amount.Cmp(left) > 0 && left.Cmp(decimal.Decimal{}) > 0 {
		back, err = amount.Add(left.Neg())
		if err != nil {
			return err
		}
		amount = left
	}
	err = t.do(ctx, client.Pay(o.ID, protocol.NewPayment{
		ID: client.NewID[protocol.PaymentID](), Method: method, Amount: protocol.Num(amount),
		Offline: t.client.Status().Transport == client.Offline,
	}))
	if err == nil && !back.IsZero() {
		t.screen.printf("Give back %s.\n", t.catalogue.money.sum(back))
	}
	return err
}

func setUser(_ context.Context, t *terminal, args []string) error {
	if err := need(args, 1, "user Ana"); err != nil {
		return err
	}
	t.user = t.catalogue.cashier(strings.Join(args, " "))
	t.client.SetUser(t.user)
	t.screen.printf("%s stands here now.\n", t.user.Name)
	return nil
}

func setTill(ctx context.Context, t *terminal, args []string) error {
	if err := need(args, 1, "till open, or till close"); err != nil {
		return err
	}
	wait, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	switch strings.ToLower(args[0]) {
	case "open":
		if err := t.openTill(wait); err != nil {
			return unreachable(err, "opened")
		}
		t.connection.problem = ""
		t.screen.printf("This till is open%s.\n", asUser(t.user))
		return nil
	case "close":
		closing, err := t.client.CloseTill(wait)
		if err != nil {
			return unreachable(err, "closed")
		}
		t.connection.problem = protocol.TillClosed
		t.screen.printf("This till is closed.%s%s\n", runEnded(closing.RunEnded), openList(closing))
		return nil
	}
	return errors.New("like this: till open, or till close")
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

func listStranded(_ context.Context, t *terminal, args []string) error {
	all, err := t.client.StrandedQueues()
	if err != nil {
		return err
	}
	if len(all) == 0 {
		t.screen.printf("Nothing is kept aside.\n")
	}
	for _, a := range all {
		t.screen.printf("%s since %s (%s):\n", count(len(a.Mutations), "change", "changes"), a.At.In(t.catalogue.zone).Format(time.DateTime), a.Reason)
		for _, m := range a.Mutations {
			t.screen.printf("  %s\n", t.refusals.mutation(m))
		}
		if len(args) > 0 && args[0] == "drop" {
			t.client.DropStrandedQueue(a.ClientID)
			t.screen.printf("Dropped.\n")
		}
	}
	return nil
}

func showStatus(_ context.Context, t *terminal, _ []string) error {
	t.screen.printf("%s", statusText(t.client.Status(), t.catalogue.zone))
	return nil
}

func quit(context.Context, *terminal, []string) error { return errQuit }
