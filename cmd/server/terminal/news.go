package terminal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
)

// news tells the cashier what others did to orders.
type news struct {
	client *client.Client
	screen *screen
	format formatter
	// told is each order as the cashier was last told of it.
	told map[protocol.OrderID]*client.Order
	// labels are the labels of all orders so far, also of those that are gone.
	labels map[protocol.OrderID]string
	// present is which orders other tills have on their screens.
	present []protocol.Presence
}

func newNews(c *client.Client, s *screen) *news {
	n := &news{client: c, screen: s, format: s.format, told: map[protocol.OrderID]*client.Order{}, labels: map[protocol.OrderID]string{}}
	for _, o := range c.Orders() {
		n.remember(o.ID, o)
	}
	return n
}

// remember keeps an order as the cashier knows it now; nil is an order that is
// gone.
func (n *news) remember(id protocol.OrderID, o *client.Order) {
	if o == nil {
		delete(n.told, id)
		return
	}
	n.told[id] = o
	n.labels[id] = n.screen.label(o)
}

// upToDate says when everything about an order was heard and told: the server
// has all of it, and the cashier knows.
func (n *news) upToDate(id protocol.OrderID) func() bool {
	return func() bool {
		o := n.client.Order(id)
		return n.told[id] == o && (o == nil || !o.Pending)
	}
}

// found tells of orders that were there before this till connected. Nobody
// knows who changed them since.
func (n *news) found(e client.OrdersChanged) {
	var found []*client.Order
	for _, c := range e.Orders {
		if o := c.Order; o != nil && c.By == nil && n.told[c.ID] == nil && o.State == protocol.Open && o.Number != 0 && !o.Pending {
			found = append(found, o)
		}
	}
	switch len(found) {
	case 0:
	case 1:
		n.screen.printf("Order %s is open: %s\n", n.screen.label(found[0]), n.format.contents(found[0]))
	default:
		n.screen.printf("%d orders are open; orders lists them.\n", len(found))
	}
}

// changed tells what others did to an order. What this till did is in told
// already, so that its confirmation only brings the number.
func (n *news) changed(c client.OrderChanged) {
	was := n.told[c.ID]
	n.remember(c.ID, c.Order)
	if was != nil && was.Number == 0 && c.Order != nil && c.Order.Number != 0 {
		n.screen.printf("The new order has number %s now.\n", n.labels[c.ID])
	}
	if c.By == nil && was != nil && c.Order != nil && c.Order.Rev > was.Rev {
		c.By = lastBy(c.Order)
	}
	if c.By != nil {
		n.tell(c, was)
	}
	if c.Order != nil && c.Order.State != protocol.Open && !c.Order.Pending && c.ID != n.screen.current {
		n.client.Forget(c.ID)
	}
}

// lastBy is who changed an order last. An order that came in a snapshot may
// have had several authors; only the last is known.
func lastBy(o *client.Order) *protocol.By {
	changed := o.Fields.MSInfo().Changed
	return &protocol.By{POS: &changed.POS, User: changed.User}
}

// tell prints the news of an order, and what changed on the screen.
func (n *news) tell(c client.OrderChanged, was *client.Order) {
	sentences := n.sentences(was, c.Order, n.labels[c.ID])
	for _, text := range sentences {
		n.screen.printf("%s %s\n", subject(c.By), text)
	}
	if c.ID != n.screen.current || len(sentences) == 0 || c.Order == nil || was == nil {
		return
	}
	fieldName := func(f protocol.Field, _ protocol.Value) string { return string(f) }
	for i := range c.Order.Lines {
		l := &c.Order.Lines[i]
		if old := was.Line(l.ID); old == nil || changes(old.Fields, l.Fields, fieldName) != "" {
			n.screen.printf("%s", n.format.line(l))
		}
	}
	if total := n.format.orderTotal(c.Order); total.Cmp(n.format.orderTotal(was)) != 0 {
		n.screen.printf("%s", sumText("Total", n.format.money.sum(total)))
	}
	if c.Order.State != protocol.Open {
		n.screen.printf("Order %s is %s. Type new for the next one.\n", n.labels[c.ID], c.Order.State)
	}
}

// sentences are the differences between two states of an order, without their
// subject: "changed order 3: Coffee qty 1 → 2".
func (n *news) sentences(was, is *client.Order, name string) (all []string) {
	if was == nil {
		if is == nil || is.State != protocol.Open {
			return nil
		}
		return []string{strings.TrimRight("started order "+name+": "+n.format.contents(is), ": ")}
	}
	if is == nil {
		return []string{"took order " + name + " away"}
	}
	all = n.lineSentences(was, is, name)
	for _, p := range is.Payments {
		if amount, ok := p.Amount.Decimal(); ok && !hasPayment(was, p.ID) {
			all = append(all, fmt.Sprintf("took %s %s for order %s", n.format.money.Format(amount), p.Method, name))
		}
	}
	if what := changes(was.Fields, is.Fields, func(f protocol.Field, v protocol.Value) string {
		return n.format.field(n.format.schema.Order, f, v)
	}); what != "" {
		all = append(all, "changed order "+name+": "+what)
	}
	if was.State == is.State {
		return all
	}
	switch is.State {
	case protocol.Paid:
		return append(all, fmt.Sprintf("closed order %s, paid %s", name, n.format.money.Format(is.Paid())))
	case protocol.Cancelled:
		return append(all, "cancelled order "+name)
	}
	return append(all, fmt.Sprintf("made order %s %s", name, is.State))
}

func (n *news) lineSentences(was, is *client.Order, name string) (all []string) {
	for i := range is.Lines {
		l := &is.Lines[i]
		old := was.Line(l.ID)
		if old == nil {
			all = append(all, fmt.Sprintf("added %s × %s to order %s", l.Fields["qty"], n.format.lineName(l.Fields), name))
			continue
		}
		what := changes(old.Fields, l.Fields, func(f protocol.Field, v protocol.Value) string {
			return n.format.change(f, old.Fields[f], v)
		})
		if what != "" {
			all = append(all, fmt.Sprintf("changed order %s: %s %s", name, n.format.lineName(old.Fields), what))
		}
	}
	for i := range was.Lines {
		if is.Line(was.Lines[i].ID) == nil {
			all = append(all, fmt.Sprintf("took %s off order %s", n.format.lineName(was.Lines[i].Fields), name))
		}
	}
	return all
}

// remark is what else a list says of an order: whose it is, and what is
// unusual.
func (n *news) remark(o *client.Order) string {
	var all []string
	if by := author(o.Fields.MSInfo().Created.POS, o.Fields.MSInfo().Created.User); by != "" {
		all = append(all, "by "+by)
	}
	if c := o.Fields["partner_id"]; !c.IsNull() {
		all = append(all, "for "+nameOf(n.format.Customers, c))
	}
	if run := n.client.Status().Run; run != 0 && o.Run != run && o.Number != 0 {
		all = append(all, fmt.Sprintf("carried from run %d", o.Run))
	}
	for _, p := range n.present {
		if p.Order != nil && *p.Order == o.ID {
			all = append(all, "on the screen of "+author(p.POS, p.User))
		}
	}
	if o.State != protocol.Open {
		all = append(all, string(o.State))
	}
	if o.Pending {
		all = append(all, "not all sent yet")
	}
	return strings.Join(all, ", ")
}

// changes describes every field that differs, but for ms_info.
func changes(was, is protocol.Fields, describe func(protocol.Field, protocol.Value) string) string {
	var all []string
	for _, f := range protocol.SortedKeys(is) {
		if f != protocol.FieldMSInfo && was[f] != is[f] {
			all = append(all, describe(f, is[f]))
		}
	}
	for _, f := range protocol.SortedKeys(was) {
		if _, still := is[f]; !still && f != protocol.FieldMSInfo {
			all = append(all, describe(f, protocol.Null))
		}
	}
	return strings.Join(all, ", ")
}

func hasPayment(o *client.Order, id protocol.PaymentID) bool {
	return slices.ContainsFunc(o.Payments, func(p client.Payment) bool { return p.ID == id })
}
