package terminal

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client"
)

func newOrder(ctx context.Context, d *desk, _ []string) error {
	id := client.NewID[sdk.OrderID]()
	d.look(id)
	return d.do(ctx, client.NewOrder(id, nil))
}

// look puts an order on the screen and tells the other tills.
func (d *desk) look(id sdk.OrderID) {
	was := d.current
	d.current = id
	d.client.Look(id)
	if o := d.client.Order(was); was != id && o != nil && o.State != sdk.Open {
		d.client.Forget(was)
	}
}

func listOrders(_ context.Context, d *desk, _ []string) error {
	any := false
	for _, o := range d.client.Orders() {
		if o.State != sdk.Open && !o.Pending {
			continue
		}
		any = true
		mark := "  "
		if o.ID == d.current {
			mark = "* "
		}
		d.printf("%s%-6s %9s %9s  %s\n", mark, label(o, d.client.Status().Run), count(len(o.Lines), "line", "lines"), d.shop.money.sum(d.shop.money.orderTotal(o)), d.remark(o))
	}
	if !any {
		d.printf("No order is open; add PRODUCT starts one.\n")
	}
	return nil
}

// remark is what else matters in a list: whose it is, and what is unusual.
func (d *desk) remark(o *client.Order) string {
	var all []string
	if by := author(o.Fields.MSInfo().Created.POS, o.Fields.MSInfo().Created.User); by != "" {
		all = append(all, "by "+by)
	}
	if c := o.Fields["partner_id"]; !c.IsNull() {
		all = append(all, "for "+nameOf(d.shop.Customers, c))
	}
	if run := d.client.Status().Run; run != 0 && o.Run != run && o.Number != 0 {
		all = append(all, fmt.Sprintf("carried from run %d", o.Run))
	}
	for _, p := range d.present {
		if p.Order != nil && *p.Order == o.ID && p.POS != nil {
			all = append(all, "on the screen of "+author(*p.POS, p.User))
		}
	}
	if o.State != sdk.Open {
		all = append(all, string(o.State))
	}
	if o.Pending {
		all = append(all, "not all sent yet")
	}
	return strings.Join(all, ", ")
}

func openOrder(_ context.Context, d *desk, args []string) error {
	if err := need(args, 1, "open 3"); err != nil {
		return err
	}
	o, err := d.findOrder(args[0])
	if err != nil {
		return err
	}
	d.look(o.ID)
	d.printf("%s", d.orderText(o))
	return nil
}

// findOrder knows an order by its label, or "new" by having no number.
func (d *desk) findOrder(text string) (*client.Order, error) {
	run := d.client.Status().Run
	var found []*client.Order
	for _, o := range d.client.Orders() {
		name := label(o, run)
		if o.State == sdk.Open && (strings.EqualFold(name, text) || (o.Number != 0 && text == fmt.Sprintf("%d/%d", o.Run, o.Number))) {
			found = append(found, o)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1: // without numbers: one after the other
		for i, o := range found {
			if o.ID == d.current {
				return found[(i+1)%len(found)], nil
			}
		}
		return found[0], nil
	}
	return nil, fmt.Errorf("no open order has number %s; orders lists them", text)
}

func showOrder(_ context.Context, d *desk, _ []string) error {
	o := d.client.Order(d.current)
	if d.current == "" || o == nil {
		return errors.New("no order is on the screen; new starts one, open N shows one")
	}
	d.printf("%s", d.orderText(o))
	return nil
}

func cancelOrder(ctx context.Context, d *desk, _ []string) error {
	o, err := d.order()
	if err != nil {
		return err
	}
	return d.end(ctx, o, sdk.Cancelled)
}

func closeOrder(ctx context.Context, d *desk, _ []string) error {
	o, err := d.order()
	if err != nil {
		return err
	}
	if left := d.shop.money.due(o); left.Cmp(sdk.Decimal{}) > 0 {
		return fmt.Errorf("%s is still to pay: pay cash, or pay card. cancel ends it unpaid", d.shop.money.sum(left))
	}
	return d.end(ctx, o, sdk.Paid)
}

func (d *desk) end(ctx context.Context, o *client.Order, state sdk.State) error {
	name := d.labels[o.ID]
	if _, err := d.client.Do(client.Close(o.ID, state)); err != nil {
		return err
	}
	d.settle(ctx, moment, d.told(o.ID))
	if o = d.client.Order(o.ID); o != nil && o.State == sdk.Open {
		return nil // refused, and that was said
	}
	d.printf("Order %s is %s.\n", name, state)
	d.look("")
	return nil
}
