package terminal

import (
	"context"
	"fmt"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client"
)

// event says what happened without the cashier's doing.
func (d *desk) event(ctx context.Context, e client.Event) {
	switch e := e.(type) {
	case client.OrdersChanged:
		d.found(e)
		for _, o := range e.Orders {
			d.orderChanged(o)
		}
	case client.Rejected:
		d.rejected(e)
	case client.Ignored:
		d.printf("The server knows no such field, so this was left out: %v\n", e.Fields)
	case client.StatusChanged:
		d.statusChanged(ctx)
	case client.CatalogueChanged:
		if d.refresh(ctx) {
			d.printf("The catalogue is another now: %s.\n", count(len(d.shop.Products), "product", "products"))
		}
	case client.ExtensionsChanged:
		d.refresh(ctx)
	case client.PresenceChanged:
		d.present = e.Present
	case client.QueueStranded:
		d.printf("%s from another server or multi-session %s kept aside. Show the operator: aside lists them.\n",
			count(len(e.Queue.Mutations), "change", "changes"), isAre(len(e.Queue.Mutations)))
	case client.Renumbered:
		d.printf("The server came back from a backup. What this till still holds is sent again.\n")
	}
}

// refresh takes what the server sells and knows now; what it can't get stays.
func (d *desk) refresh(ctx context.Context) bool {
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return d.shop.fetch(wait, d.cfg) == nil
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// found tells of orders that were there already when this till came, or came
// back; nobody knows what became of them since.
func (d *desk) found(e client.OrdersChanged) {
	var found []*client.Order
	for _, c := range e.Orders {
		if o := c.Order; o != nil && c.By == nil && d.seen[c.ID] == nil && o.State == sdk.Open && o.Number != 0 && !o.Pending {
			found = append(found, o)
		}
	}
	switch len(found) {
	case 0:
	case 1:
		d.printf("Order %s is open: %s\n", label(found[0], d.client.Status().Run), d.contents(found[0]))
	default:
		d.printf("%d orders are open; orders lists them.\n", len(found))
	}
}

// orderChanged tells what others did. What this till did is in what was seen
// already, so that its confirmation says nothing but the number.
func (d *desk) orderChanged(c client.OrderChanged) {
	was := d.seen[c.ID]
	d.note(c.ID, c.Order)
	if was != nil && was.Number == 0 && c.Order != nil && c.Order.Number != 0 {
		d.printf("The new order has number %s now.\n", d.labels[c.ID])
	}
	if c.By == nil && was != nil && c.Order != nil && c.Order.Rev > was.Rev {
		c.By = lastBy(c.Order)
	}
	if c.By != nil {
		d.tellNews(c, was)
	}
	if c.Order != nil && c.Order.State != sdk.Open && !c.Order.Pending && c.ID != d.current {
		d.client.Forget(c.ID)
	}
}

// lastBy is for an order that came whole: who changed it last, though others
// may have been at it before.
func lastBy(o *client.Order) *sdk.By {
	changed := o.Fields.MSInfo().Changed
	return &sdk.By{POS: &changed.POS, User: changed.User}
}

func (d *desk) tellNews(c client.OrderChanged, was *client.Order) {
	news := d.news(was, c.Order, d.labels[c.ID])
	for _, text := range news {
		d.printf("%s %s\n", subject(c.By), text)
	}
	if c.ID != d.current || len(news) == 0 || c.Order == nil || was == nil {
		return
	}
	for i := range c.Order.Lines {
		l := &c.Order.Lines[i]
		if old := was.Line(l.ID); old == nil || changes(old.Fields, l.Fields, nothing) != "" {
			d.printf("%s", d.lineText(l))
		}
	}
	if total := d.shop.money.orderTotal(c.Order); total.Cmp(d.shop.money.orderTotal(was)) != 0 {
		d.printf("%s", sumText("Total", d.shop.money.sum(total)))
	}
	if c.Order.State != sdk.Open {
		d.printf("Order %s is %s. Type new for the next one.\n", d.labels[c.ID], c.Order.State)
	}
}

func nothing(f sdk.Field, _ sdk.Value) string { return string(f) }

// subject is who changed something.
func subject(by *sdk.By) string {
	switch {
	case by.POS != nil:
		return author(*by.POS, by.User)
	case by.Server == sdk.ByRunEnd:
		return "The end of the run"
	case by.Server == sdk.ByAdmin:
		return "The operator"
	}
	return fmt.Sprintf("The server (%s)", by.Server)
}
