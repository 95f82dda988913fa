package terminal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// formatter makes text for the cashier of orders, lines, payments and fields.
// Names and the currency come from the catalogue.
type formatter struct{ *catalogue }

// label is what people call an order: its number, with the run if the order
// was carried over from an earlier one.
func label(o *client.Order, run protocol.Run) string {
	switch {
	case o.Number == 0:
		return "New"
	case run != 0 && o.Run != run:
		return fmt.Sprintf("%d/%d", o.Run, o.Number)
	}
	return fmt.Sprint(o.Number)
}

// order is a whole order, several lines of text. run is the current run.
func (f formatter) order(o *client.Order, run protocol.Run) string {
	var b strings.Builder
	b.WriteString("New order")
	if o.Number != 0 {
		b.Reset()
		fmt.Fprintf(&b, "Order %s", label(o, run))
	}
	if o.State != protocol.Open {
		fmt.Fprintf(&b, ", %s", o.State)
	}
	if o.Needs != "" {
		fmt.Fprintf(&b, ", needs %s", o.Needs)
	}
	for _, r := range o.Review {
		fmt.Fprintf(&b, " (%s: %s)", r.Extension, r.Message)
	}
	for _, name := range protocol.SortedKeys(o.Fields) {
		if name != protocol.FieldMSInfo {
			fmt.Fprintf(&b, " · %s", f.field(f.schema.Order, name, o.Fields[name]))
		}
	}
	b.WriteByte('\n')
	for i := range o.Lines {
		b.WriteString(f.line(&o.Lines[i]))
	}
	if len(o.Lines) == 0 {
		b.WriteString("  no lines yet; add PRODUCT puts one on\n")
	} else {
		b.WriteString(sumText("Total", f.money.sum(f.orderTotal(o))))
	}
	b.WriteString(f.payments(o))
	return b.String()
}

// line is a line of an order. Below it stands who added it, and each field
// that has no column.
func (f formatter) line(l *client.Line) string {
	var b strings.Builder
	price, _ := l.Fields["price_unit"].Decimal()
	fmt.Fprintf(&b, "  %2d  %s × %-28s %8s %9s", l.N, padLeft(l.Fields["qty"].String(), 3), short(f.lineName(l.Fields), 28),
		f.money.FormatPrice(price), f.money.Format(f.lineTotal(l.Fields)))
	if off, ok := l.Fields["discount"].Decimal(); ok && !off.IsZero() {
		fmt.Fprintf(&b, "  −%s %%", off)
	}
	if l.Pending {
		b.WriteString("  (not sent yet)")
	}
	fmt.Fprintf(&b, "\n      %s\n", authors(l.Fields.MSInfo()))
	for _, name := range protocol.SortedKeys(l.Fields) {
		if !slices.Contains(columnFields, name) {
			fmt.Fprintf(&b, "      %s\n", f.field(f.schema.Orderline, name, l.Fields[name]))
		}
	}
	return b.String()
}

// columnFields have a column of their own in a line.
var columnFields = []protocol.Field{"product_id", "qty", "price_unit", "discount", "description", protocol.FieldMSInfo}

// payments is what was paid and, while the order is open, what is left to pay.
func (f formatter) payments(o *client.Order) string {
	var b strings.Builder
	for _, p := range o.Payments {
		b.WriteString(f.payment(p))
	}
	if left := f.due(o); len(o.Payments) > 0 && o.State == protocol.Open {
		switch left.Cmp(decimal.Decimal{}) {
		case 1:
			b.WriteString(sumText("To pay", f.money.sum(left)))
		case 0:
			b.WriteString("  Paid in full; close ends the order.\n")
		default:
			b.WriteString(sumText("Paid too much", f.money.sum(left.Neg())))
		}
	}
	return b.String()
}

func (f formatter) payment(p client.Payment) string {
	amount, _ := p.Amount.Decimal()
	by := ""
	if p.By != nil && p.By.POS != nil {
		by = " by " + author(*p.By.POS, p.By.User)
	}
	note := ""
	if p.Needs != "" {
		note = ", needs " + string(p.Needs)
	}
	if p.Pending {
		note += " (not sent yet)"
	}
	return fmt.Sprintf("  %48s %9s%s%s\n", p.Method, f.money.Format(amount), by, note)
}

// field is "Customer: Ms Okafor".
func (f formatter) field(specs map[protocol.Field]protocol.FieldSpec, name protocol.Field, v protocol.Value) string {
	text := f.amount(specs[name], v)
	if name == "partner_id" {
		text = nameOf(f.Customers, v)
	}
	return labelOf(specs, name) + ": " + text
}

func labelOf(specs map[protocol.Field]protocol.FieldSpec, name protocol.Field) string {
	return cmp.Or(specs[name].Label, string(name))
}

// shortNames of core fields, as they stand in a sentence.
var shortNames = map[protocol.Field]string{"qty": "qty", "price_unit": "price", "discount": "discount", "description": "text"}

// change is the new value of a line's field: "qty 1 → 2".
func (f formatter) change(name protocol.Field, was, is protocol.Value) string {
	called := shortNames[name]
	if called == "" {
		called = f.schema.Orderline[name].Label
	}
	if called == "" {
		called = string(name)
	}
	from, to := f.value(name, was), f.value(name, is)
	if from == "" {
		return called + " " + to
	}
	if to == "" {
		return called + " cleared"
	}
	return called + " " + from + " → " + to
}

func (f formatter) value(name protocol.Field, v protocol.Value) string {
	if v.IsNull() {
		return ""
	}
	if d, ok := v.Decimal(); ok && name == "price_unit" {
		return f.money.FormatPrice(d)
	}
	return f.amount(f.schema.Orderline[name], v)
}

// fields is "price 4.80, qty 2".
func (f formatter) fields(set protocol.Fields) string {
	var all []string
	for _, name := range protocol.SortedKeys(set) {
		called := shortNames[name]
		if called == "" {
			called = string(name)
		}
		all = append(all, strings.TrimSpace(called+" "+f.value(name, set[name])))
	}
	return strings.Join(all, ", ")
}

// contents is the lines of an order in one sentence: "2 × Coffee, 1 × Tea".
func (f formatter) contents(o *client.Order) string {
	var all []string
	for i := range o.Lines {
		all = append(all, fmt.Sprintf("%s × %s", o.Lines[i].Fields["qty"], f.lineName(o.Lines[i].Fields)))
	}
	return strings.Join(all, ", ")
}

// authors says who added a line and who changed it last.
func authors(info protocol.MSInfo) string {
	created, changed := author(info.Created.POS, info.Created.User), author(info.Changed.POS, info.Changed.User)
	if changed == "" || changed == created {
		return "added by " + created
	}
	return "added by " + created + ", changed by " + changed
}

// author is "Bar (Ana)", or "Bar" when the till had no user.
func author(pos protocol.POS, user *protocol.User) string {
	name := pos.Name
	if name == "" {
		name = string(pos.ID)
	}
	if user != nil && user.Name != "" {
		return strings.TrimSpace(name + " (" + user.Name + ")")
	}
	return name
}

// subject is who made a change, as the first words of a sentence.
func subject(by *protocol.By) string {
	switch {
	case by.POS != nil:
		return author(*by.POS, by.User)
	case by.Server == protocol.ByRunEnd:
		return "The end of the run"
	case by.Server == protocol.ByAdmin:
		return "The operator"
	}
	return fmt.Sprintf("The server (%s)", by.Server)
}

func sumText(what, sum string) string { return fmt.Sprintf("  %48s %9s\n", what, sum) }

// short cuts a text to a number of characters.
func short(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

func padLeft(text string, width int) string { return fmt.Sprintf("%*s", width, text) }

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
