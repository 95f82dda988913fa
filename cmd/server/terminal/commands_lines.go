package terminal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
)

func addLine(ctx context.Context, t *terminal, args []string) error {
	if err := need(args, 1, "add coffee 2, or: add \"Cake of the day\" 1 4.20"); err != nil {
		return err
	}
	set, err := t.catalogue.newLine(args)
	if err != nil {
		return err
	}
	line := client.NewID[protocol.LineID]()
	if _, err := t.screen.openOrder(); err == nil {
		return t.do(ctx, client.AddLine(t.screen.current, line, set))
	}
	order := client.NewID[protocol.OrderID]()
	t.screen.show(order)
	return t.do(ctx, client.NewOrder(order, nil), client.AddLine(order, line, set))
}

// newLine reads PRODUCT [QTY] [PRICE]: up to two numbers at the end, the
// rest is the product.
func (c *catalogue) newLine(args []string) (protocol.Fields, error) {
	split := len(args)
	for split > 1 && split > len(args)-2 && isNumber(args[split-1]) {
		split--
	}
	name, numbers := strings.Join(args[:split], " "), args[split:]
	set := protocol.Fields{"qty": protocol.Int(1)}
	for i, f := range []protocol.Field{"qty", "price_unit"}[:len(numbers)] {
		d, err := number(numbers[i], string(f))
		if err != nil {
			return nil, err
		}
		set[f] = protocol.Num(d)
	}
	product, err := c.product(name)
	switch {
	case err == nil:
		set["product_id"] = product["id"]
		set["description"] = protocol.Text(product.name()) // a later catalogue doesn't rename what was sold
		if price, ok := product.price(); ok && len(numbers) < 2 {
			set["price_unit"] = protocol.Num(price)
		}
	case !errors.Is(err, errUnknown):
		return nil, err
	case len(numbers) < 2:
		return nil, fmt.Errorf("%w; to sell it all the same give quantity and price: add %q 1 4.20", err, name)
	default:
		set["description"] = protocol.Text(name)
	}
	return set, nil
}

// setNumber is a command that sets one number of a line.
func setNumber(f protocol.Field) func(context.Context, *terminal, []string) error {
	return func(ctx context.Context, t *terminal, args []string) error {
		if err := need(args, 2, shortNames[f]+" LINE NUMBER, where LINE is the number at the left"); err != nil {
			return err
		}
		o, l, err := t.screen.line(args[0])
		if err != nil {
			return err
		}
		n, err := number(strings.TrimSuffix(args[1], "%"), shortNames[f])
		if err != nil {
			return err
		}
		return t.do(ctx, client.SetLine(o.ID, l.ID, protocol.Fields{f: protocol.Num(n)}))
	}
}

func incLine(ctx context.Context, t *terminal, args []string) error {
	if err := need(args, 1, "inc LINE, inc LINE 2, or inc LINE -1"); err != nil {
		return err
	}
	o, l, err := t.screen.line(args[0])
	if err != nil {
		return err
	}
	by, err := number(append(args, "1")[1], "BY")
	if err != nil {
		return err
	}
	return t.do(ctx, client.Inc(o.ID, l.ID, "qty", by))
}

func removeLine(ctx context.Context, t *terminal, args []string) error {
	if err := need(args, 1, "remove LINE, where LINE is the number at the left"); err != nil {
		return err
	}
	o, l, err := t.screen.line(args[0])
	if err != nil {
		return err
	}
	return t.do(ctx, client.Remove(o.ID, l.ID))
}

func moveLines(ctx context.Context, t *terminal, args []string) error {
	if err := need(args, 2, "move 1 3 5 puts lines 1 and 3 on order 5; move 1 new puts line 1 on a new one"); err != nil {
		return err
	}
	from, err := t.screen.openOrder()
	if err != nil {
		return err
	}
	var lines []protocol.LineID
	last := len(args) - 1
	for _, text := range strings.FieldsFunc(strings.Join(args[:last], ","), func(r rune) bool { return r == ',' }) {
		_, l, err := t.screen.line(text)
		if err != nil {
			return err
		}
		if !slices.Contains(lines, l.ID) {
			lines = append(lines, l.ID)
		}
	}
	to := client.NewID[protocol.OrderID]()
	if !strings.EqualFold(args[last], "new") {
		target, err := t.screen.find(args[last])
		if err != nil {
			return err
		}
		to = target.ID
	}
	if err := t.do(ctx, client.Move(from.ID, to, lines...)); err != nil {
		return err
	}
	if o := t.client.Order(to); o != nil {
		t.screen.print(o)
	}
	return nil
}

func setField(ctx context.Context, t *terminal, args []string) error {
	const usage = "set customer okafor, set 2 discount 10, or set customer - to clear it"
	if err := need(args, 2, usage); err != nil {
		return err
	}
	if _, _, err := t.screen.line(args[0]); err != nil && !isNumber(args[0]) {
		return t.setOrderField(ctx, args[0], strings.Join(args[1:], " "))
	}
	if err := need(args, 3, usage); err != nil {
		return err
	}
	return t.setLineField(ctx, args[0], args[1], strings.Join(args[2:], " "))
}

func (t *terminal) setOrderField(ctx context.Context, name, text string) error {
	o, err := t.screen.openOrder()
	if err != nil {
		return err
	}
	f, v, err := t.catalogue.parseField(t.catalogue.schema.Order, o.Fields, name, text)
	if err != nil {
		return err
	}
	return t.do(ctx, client.SetOrder(o.ID, protocol.Fields{f: v}))
}

func (t *terminal) setLineField(ctx context.Context, line, name, text string) error {
	o, l, err := t.screen.line(line)
	if err != nil {
		return err
	}
	f, v, err := t.catalogue.parseField(t.catalogue.schema.Orderline, l.Fields, name, text)
	if err != nil {
		return err
	}
	return t.do(ctx, client.SetLine(o.ID, l.ID, protocol.Fields{f: v}))
}

// noteField is the field that an extension has for notes: note, or the first
// whose name ends in _note.
func noteField(specs map[protocol.Field]protocol.FieldSpec) (protocol.Field, bool) {
	if _, ok := specs["note"]; ok {
		return "note", true
	}
	for _, f := range protocol.SortedKeys(specs) {
		if strings.HasSuffix(string(f), "_note") && !specs[f].Derived {
			return f, true
		}
	}
	return "", false
}

// noteText writes into the field for notes of an extension; on a line without
// such an extension, into its description.
func noteText(ctx context.Context, t *terminal, args []string) error {
	if err := need(args, 1, "note TEXT for the order, note LINE TEXT for a line"); err != nil {
		return err
	}
	if len(args) > 1 && isNumber(args[0]) {
		return t.noteLine(ctx, args[0], strings.Join(args[1:], " "))
	}
	f, ok := noteField(t.catalogue.schema.Order)
	if !ok {
		return fmt.Errorf("this server has no notes on orders (its operator can add an extension for them); a line takes one: note LINE TEXT")
	}
	return t.setOrderField(ctx, string(f), strings.Join(args, " "))
}

func (t *terminal) noteLine(ctx context.Context, line, text string) error {
	if f, ok := noteField(t.catalogue.schema.Orderline); ok {
		return t.setLineField(ctx, line, string(f), text)
	}
	_, l, err := t.screen.line(line)
	if err != nil {
		return err
	}
	// A line is shown by its description.
	return t.setLineField(ctx, line, "description", t.catalogue.lineName(l.Fields)+", "+text)
}
