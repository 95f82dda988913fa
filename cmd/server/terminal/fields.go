package terminal

import (
	"context"
	"fmt"
	"strings"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client"
)

func setField(ctx context.Context, d *desk, args []string) error {
	const usage = "set customer okafor, set 2 discount 10, or set customer - to clear it"
	if err := need(args, 2, usage); err != nil {
		return err
	}
	if _, _, err := d.lineOf(args[0]); err != nil && !isNumber(args[0]) {
		return d.setOrderField(ctx, args[0], strings.Join(args[1:], " "))
	}
	if err := need(args, 3, usage); err != nil {
		return err
	}
	return d.setLineField(ctx, args[0], args[1], strings.Join(args[2:], " "))
}

func (d *desk) setOrderField(ctx context.Context, name, text string) error {
	o, err := d.order()
	if err != nil {
		return err
	}
	f, v, err := d.shop.value(d.shop.schema.Order, name, text)
	if err != nil {
		return err
	}
	return d.do(ctx, client.SetOrder(o.ID, sdk.Fields{f: v}))
}

func (d *desk) setLineField(ctx context.Context, line, name, text string) error {
	o, l, err := d.lineOf(line)
	if err != nil {
		return err
	}
	f, v, err := d.shop.value(d.shop.schema.Orderline, name, text)
	if err != nil {
		return err
	}
	return d.do(ctx, client.SetLine(o.ID, l.ID, sdk.Fields{f: v}))
}

// noteField is the field that an extension has for notes: note, or the first
// whose name ends in _note.
func noteField(specs map[sdk.Field]sdk.FieldSpec) (sdk.Field, bool) {
	if _, ok := specs["note"]; ok {
		return "note", true
	}
	for _, f := range sdk.SortedKeys(specs) {
		if strings.HasSuffix(string(f), "_note") && !specs[f].Derived {
			return f, true
		}
	}
	return "", false
}

// noteText writes into the field for notes of an extension; on a line without
// such an extension, into its description.
func noteText(ctx context.Context, d *desk, args []string) error {
	if err := need(args, 1, "note TEXT for the order, note LINE TEXT for a line"); err != nil {
		return err
	}
	if len(args) > 1 && isNumber(args[0]) {
		return d.noteLine(ctx, args[0], strings.Join(args[1:], " "))
	}
	f, ok := noteField(d.shop.schema.Order)
	if !ok {
		return fmt.Errorf("this server has no notes on orders (its operator can add an extension for them); a line takes one: note LINE TEXT")
	}
	return d.setOrderField(ctx, string(f), strings.Join(args, " "))
}

func (d *desk) noteLine(ctx context.Context, line, text string) error {
	if f, ok := noteField(d.shop.schema.Orderline); ok {
		return d.setLineField(ctx, line, string(f), text)
	}
	_, l, err := d.lineOf(line)
	if err != nil {
		return err
	}
	// A line is called by its description.
	return d.setLineField(ctx, line, "description", d.shop.lineName(l.Fields)+", "+text)
}

// value finds a field by name or label and reads a text as its type asks.
func (s *shop) value(specs map[sdk.Field]sdk.FieldSpec, name, text string) (sdk.Field, sdk.Value, error) {
	f := sdk.Field(name)
	spec, known := specs[f]
	for other, sp := range specs {
		if !known && strings.EqualFold(sp.Label, name) {
			f, spec, known = other, sp, true
		}
	}
	if !known {
		var all []string
		for _, other := range sdk.SortedKeys(specs) {
			all = append(all, string(other))
		}
		return f, "", fmt.Errorf("there is no field %q; there are %s", name, strings.Join(all, ", "))
	}
	if spec.Derived {
		return f, "", fmt.Errorf("%s is worked out by the server; it can't be set", name)
	}
	if text == "-" || text == "" {
		return f, sdk.Null, nil
	}
	v, err := s.parse(f, spec.Type, text)
	return f, v, err
}

func (s *shop) parse(f sdk.Field, t sdk.Type, text string) (sdk.Value, error) {
	switch t {
	case sdk.TypeNumber:
		d, err := number(text, string(f))
		return sdk.Num(d), err
	case sdk.TypeBool:
		switch strings.ToLower(text) {
		case "true", "yes", "y", "on":
			return "true", nil
		case "false", "no", "n", "off":
			return "false", nil
		}
		return "", fmt.Errorf("%s must be yes or no, not %q", f, text)
	case sdk.TypeID:
		if f == "partner_id" && len(s.Customers) > 0 {
			c, err := s.customer(text)
			return c["id"], err
		}
		return id(text), nil
	case sdk.TypeIDs, sdk.TypeStrings:
		var items []string
		for _, part := range strings.Split(text, ",") {
			v := sdk.Text(strings.TrimSpace(part))
			if t == sdk.TypeIDs {
				v = id(strings.TrimSpace(part))
			}
			items = append(items, string(v))
		}
		return sdk.ParseValue([]byte("[" + strings.Join(items, ",") + "]"))
	case sdk.TypeAny, sdk.TypeArray, sdk.TypeObject:
		if v, err := sdk.ParseValue([]byte(text)); err == nil {
			return v, nil
		}
	}
	return sdk.Text(text), nil
}

// id is a number where it is one.
func id(text string) sdk.Value {
	if d, err := sdk.ParseDecimal(text); err == nil {
		return sdk.Num(d)
	}
	return sdk.Text(text)
}
