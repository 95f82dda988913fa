package terminal

import (
	"fmt"
	"strings"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client"
)

// news are sentences about what became of an order between two looks at it,
// without their subject: "changed order 3: Coffee qty 1 → 2".
func (d *desk) news(was, is *client.Order, name string) (news []string) {
	if was == nil {
		if is == nil || is.State != sdk.Open {
			return nil
		}
		return []string{strings.TrimRight("started order "+name+": "+d.contents(is), ": ")}
	}
	if is == nil {
		return []string{"took order " + name + " away"}
	}
	news = d.lineNews(was, is, name)
	for _, p := range is.Payments {
		if amount, ok := p.Amount.Decimal(); ok && !hasPayment(was, p.ID) {
			news = append(news, fmt.Sprintf("took %s %s for order %s", d.shop.money.Format(amount), p.Method, name))
		}
	}
	if what := changes(was.Fields, is.Fields, func(f sdk.Field, v sdk.Value) string {
		return d.shop.fieldText(d.shop.schema.Order, f, v)
	}); what != "" {
		news = append(news, "changed order "+name+": "+what)
	}
	if was.State == is.State {
		return news
	}
	switch is.State {
	case sdk.Paid:
		return append(news, fmt.Sprintf("closed order %s, paid %s", name, d.shop.money.Format(is.Paid())))
	case sdk.Cancelled:
		return append(news, "cancelled order "+name)
	}
	return append(news, fmt.Sprintf("made order %s %s", name, is.State))
}

func (d *desk) lineNews(was, is *client.Order, name string) (news []string) {
	for i := range is.Lines {
		l := &is.Lines[i]
		old := was.Line(l.ID)
		if old == nil {
			news = append(news, fmt.Sprintf("added %s × %s to order %s", l.Fields["qty"], d.shop.lineName(l.Fields), name))
			continue
		}
		what := changes(old.Fields, l.Fields, func(f sdk.Field, v sdk.Value) string {
			return d.shop.changeText(f, old.Fields[f], v)
		})
		if what != "" {
			news = append(news, fmt.Sprintf("changed order %s: %s %s", name, d.shop.lineName(old.Fields), what))
		}
	}
	for i := range was.Lines {
		if is.Line(was.Lines[i].ID) == nil {
			news = append(news, fmt.Sprintf("took %s off order %s", d.shop.lineName(was.Lines[i].Fields), name))
		}
	}
	return news
}

// changes describes every field that differs, but for ms_info.
func changes(was, is sdk.Fields, describe func(sdk.Field, sdk.Value) string) string {
	var all []string
	for _, f := range sdk.SortedKeys(is) {
		if f != sdk.FieldMSInfo && was[f] != is[f] {
			all = append(all, describe(f, is[f]))
		}
	}
	for _, f := range sdk.SortedKeys(was) {
		if _, still := is[f]; !still && f != sdk.FieldMSInfo {
			all = append(all, describe(f, sdk.Null))
		}
	}
	return strings.Join(all, ", ")
}

// shortNames of core fields, as they stand in a sentence.
var shortNames = map[sdk.Field]string{"qty": "qty", "price_unit": "price", "discount": "discount", "description": "text"}

// changeText is "qty 1 → 2".
func (s *shop) changeText(f sdk.Field, was, is sdk.Value) string {
	name := shortNames[f]
	if name == "" {
		name = s.schema.Orderline[f].Label
	}
	if name == "" {
		name = string(f)
	}
	from, to := s.valueText(f, was), s.valueText(f, is)
	if from == "" {
		return name + " " + to
	}
	if to == "" {
		return name + " cleared"
	}
	return name + " " + from + " → " + to
}

func (s *shop) valueText(f sdk.Field, v sdk.Value) string {
	if v.IsNull() {
		return ""
	}
	if d, ok := v.Decimal(); ok && (f == "price_unit" || f == absoluteDiscount) {
		return s.money.FormatPrice(d)
	}
	return v.String()
}

func hasPayment(o *client.Order, id sdk.PaymentID) bool {
	for _, p := range o.Payments {
		if p.ID == id {
			return true
		}
	}
	return false
}

// contents are the lines of an order in a few words.
func (d *desk) contents(o *client.Order) string {
	var all []string
	for i := range o.Lines {
		all = append(all, fmt.Sprintf("%s × %s", o.Lines[i].Fields["qty"], d.shop.lineName(o.Lines[i].Fields)))
	}
	return strings.Join(all, ", ")
}
