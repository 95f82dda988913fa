package terminal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client"
)

func addLine(ctx context.Context, d *desk, args []string) error {
	if err := need(args, 1, "add coffee 2, or: add \"Cake of the day\" 1 4.20"); err != nil {
		return err
	}
	set, err := d.shop.lineFields(args)
	if err != nil {
		return err
	}
	add := client.AddLine(d.current, client.NewID[sdk.LineID](), set)
	if _, err := d.order(); err == nil {
		return d.do(ctx, add)
	}
	add.Order = client.NewID[sdk.OrderID]()
	d.look(add.Order)
	return d.do(ctx, client.NewOrder(add.Order, nil), add)
}

// lineFields reads PRODUCT [QTY] [PRICE]: up to two numbers at the end, the
// rest is the product.
func (s *shop) lineFields(args []string) (sdk.Fields, error) {
	split := len(args)
	for split > 1 && split > len(args)-2 && isNumber(args[split-1]) {
		split--
	}
	name, numbers := strings.Join(args[:split], " "), args[split:]
	set := sdk.Fields{"qty": sdk.Int(1)}
	for i, f := range []sdk.Field{"qty", "price_unit"}[:len(numbers)] {
		d, err := number(numbers[i], string(f))
		if err != nil {
			return nil, err
		}
		set[f] = sdk.Num(d)
	}
	product, err := s.product(name)
	switch {
	case err == nil:
		set["product_id"] = product["id"]
		set["description"] = sdk.Text(product.name()) // a later catalogue doesn't rename what was sold
		if price, ok := product.price(); ok && len(numbers) < 2 {
			set["price_unit"] = sdk.Num(price)
		}
	case !errors.Is(err, errUnknown):
		return nil, err
	case len(numbers) < 2:
		return nil, fmt.Errorf("%w; to sell it all the same give quantity and price: add %q 1 4.20", err, name)
	default:
		set["description"] = sdk.Text(name)
	}
	return set, nil
}

// setNumber is a command that sets one number of a line.
func setNumber(f sdk.Field) func(context.Context, *desk, []string) error {
	return func(ctx context.Context, d *desk, args []string) error {
		if err := need(args, 2, shortNames[f]+" LINE NUMBER, where LINE is the number at the left"); err != nil {
			return err
		}
		o, l, err := d.lineOf(args[0])
		if err != nil {
			return err
		}
		n, err := number(strings.TrimSuffix(args[1], "%"), shortNames[f])
		if err != nil {
			return err
		}
		return d.do(ctx, client.SetLine(o.ID, l.ID, sdk.Fields{f: sdk.Num(n)}))
	}
}

func incLine(ctx context.Context, d *desk, args []string) error {
	if err := need(args, 1, "inc LINE, inc LINE 2, or inc LINE -1"); err != nil {
		return err
	}
	o, l, err := d.lineOf(args[0])
	if err != nil {
		return err
	}
	by, err := number(append(args, "1")[1], "BY")
	if err != nil {
		return err
	}
	return d.do(ctx, client.Inc(o.ID, l.ID, "qty", by))
}

func removeLine(ctx context.Context, d *desk, args []string) error {
	if err := need(args, 1, "remove LINE, where LINE is the number at the left"); err != nil {
		return err
	}
	o, l, err := d.lineOf(args[0])
	if err != nil {
		return err
	}
	return d.do(ctx, client.Remove(o.ID, l.ID))
}

func moveLines(ctx context.Context, d *desk, args []string) error {
	if err := need(args, 2, "move 1 3 5 puts lines 1 and 3 on order 5; move 1 new puts line 1 on a new one"); err != nil {
		return err
	}
	from, err := d.order()
	if err != nil {
		return err
	}
	var lines []sdk.LineID
	last := len(args) - 1
	for _, text := range strings.FieldsFunc(strings.Join(args[:last], ","), func(r rune) bool { return r == ',' }) {
		_, l, err := d.lineOf(text)
		if err != nil {
			return err
		}
		if !slices.Contains(lines, l.ID) {
			lines = append(lines, l.ID)
		}
	}
	to := client.NewID[sdk.OrderID]()
	if !strings.EqualFold(args[last], "new") {
		target, err := d.findOrder(args[last])
		if err != nil {
			return err
		}
		to = target.ID
	}
	if err := d.do(ctx, client.Move(from.ID, to, lines...)); err != nil {
		return err
	}
	if o := d.client.Order(to); o != nil {
		d.printf("%s", d.orderText(o))
	}
	return nil
}
