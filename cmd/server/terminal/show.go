package terminal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client"
)

// label is what people call an order: its number, with the run if it was
// carried from an earlier one.
func label(o *client.Order, run sdk.Run) string {
	switch {
	case o.Number == 0:
		return "New"
	case run != 0 && o.Run != run:
		return fmt.Sprintf("%d/%d", o.Run, o.Number)
	}
	return fmt.Sprint(o.Number)
}

// orderText is an order as a cashier reads it.
func (d *desk) orderText(o *client.Order) string {
	var b strings.Builder
	b.WriteString("New order")
	if o.Number != 0 {
		b.Reset()
		fmt.Fprintf(&b, "Order %s", label(o, d.client.Status().Run))
	}
	if o.State != sdk.Open {
		fmt.Fprintf(&b, ", %s", o.State)
	}
	if o.Needs != "" {
		fmt.Fprintf(&b, ", needs %s", o.Needs)
	}
	for _, r := range o.Review {
		fmt.Fprintf(&b, " (%s: %s)", r.Extension, r.Message)
	}
	for _, f := range sdk.SortedKeys(o.Fields) {
		if f != sdk.FieldMSInfo {
			fmt.Fprintf(&b, " · %s", d.shop.fieldText(d.shop.schema.Order, f, o.Fields[f]))
		}
	}
	b.WriteByte('\n')
	for i := range o.Lines {
		b.WriteString(d.lineText(&o.Lines[i]))
	}
	if len(o.Lines) == 0 {
		b.WriteString("  no lines yet; add PRODUCT puts one on\n")
	} else {
		b.WriteString(sumText("Total", d.shop.money.sum(d.shop.money.orderTotal(o))))
	}
	for _, p := range o.Payments {
		b.WriteString(d.shop.paymentText(p))
	}
	if left := d.shop.money.due(o); len(o.Payments) > 0 && o.State == sdk.Open {
		switch left.Cmp(sdk.Decimal{}) {
		case 1:
			b.WriteString(sumText("To pay", d.shop.money.sum(left)))
		case 0:
			b.WriteString("  Paid in full; close ends the order.\n")
		default:
			b.WriteString(sumText("Paid too much", d.shop.money.sum(left.Neg())))
		}
	}
	return b.String()
}

func sumText(what, sum string) string { return fmt.Sprintf("  %48s %9s\n", what, sum) }

// lineText is a line, and under it who did it and what else it has.
func (d *desk) lineText(l *client.Line) string {
	var b strings.Builder
	price, _ := l.Fields["price_unit"].Decimal()
	fmt.Fprintf(&b, "  %2d  %s × %-28s %8s %9s", l.N, padLeft(l.Fields["qty"].String(), 3), short(d.shop.lineName(l.Fields), 28),
		d.shop.money.FormatPrice(price), d.shop.money.Format(d.shop.money.lineTotal(l.Fields)))
	if off, ok := l.Fields["discount"].Decimal(); ok && !off.IsZero() {
		fmt.Fprintf(&b, "  −%s %%", off)
	}
	if l.Pending {
		b.WriteString("  (not sent yet)")
	}
	fmt.Fprintf(&b, "\n      %s\n", who(l.Fields.MSInfo()))
	for _, f := range sdk.SortedKeys(l.Fields) {
		if !slices.Contains(plainFields, f) {
			fmt.Fprintf(&b, "      %s\n", d.shop.fieldText(d.shop.schema.Orderline, f, l.Fields[f]))
		}
	}
	return b.String()
}

// plainFields have their place in a line.
var plainFields = []sdk.Field{"product_id", "qty", "price_unit", "discount", "description", sdk.FieldMSInfo}

// short is a text of at most so many characters.
func short(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

func padLeft(text string, width int) string { return fmt.Sprintf("%*s", width, text) }

// who is the note under a line: who put it there and who touched it last.
func who(info sdk.MSInfo) string {
	created, changed := author(info.Created.POS, info.Created.User), author(info.Changed.POS, info.Changed.User)
	if changed == "" || changed == created {
		return "added by " + created
	}
	return "added by " + created + ", changed by " + changed
}

// author is "Bar (Ana)", or "Bar" when nobody said who stood there.
func author(pos sdk.POS, user *sdk.User) string {
	name := pos.Name
	if name == "" {
		name = string(pos.ID)
	}
	if user != nil && user.Name != "" {
		return strings.TrimSpace(name + " (" + user.Name + ")")
	}
	return name
}

func (s *shop) paymentText(p client.Payment) string {
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
	return fmt.Sprintf("  %48s %9s%s%s\n", p.Method, s.money.Format(amount), by, note)
}

// fieldText is "Customer: Ms Okafor".
func (s *shop) fieldText(specs map[sdk.Field]sdk.FieldSpec, f sdk.Field, v sdk.Value) string {
	name := specs[f].Label
	if name == "" {
		name = string(f)
	}
	text := v.String()
	switch f {
	case "partner_id":
		text = nameOf(s.Customers, v)
	case absoluteDiscount:
		text = s.valueText(f, v)
	}
	return name + ": " + text
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// sentence is an error as people read it.
func sentence(err error) string {
	text := plain(err)
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:] + strings.Repeat(".", btoi(!strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "?")))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
