package terminal

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// Values of fields as the cashier types and reads them, by the schema alone.

// parseField finds a field by its name or label and reads a text as what to set
// it to. now are the fields of the record as they are shown.
func (c *catalogue) parseField(specs map[protocol.Field]protocol.FieldSpec, now protocol.Fields, name, text string) (protocol.Field, protocol.Value, error) {
	f := protocol.Field(name)
	spec, known := specs[f]
	for other, sp := range specs {
		if !known && strings.EqualFold(sp.Label, name) {
			f, spec, known = other, sp, true
		}
	}
	if !known {
		var all []string
		for _, other := range protocol.SortedKeys(specs) {
			all = append(all, string(other))
		}
		return f, "", fmt.Errorf("there is no field %q; there are %s", name, strings.Join(all, ", "))
	}
	if spec.Derived {
		return f, "", fmt.Errorf("%s is worked out by the server; it can't be set", name)
	}
	if text == "-" || text == "" {
		return f, protocol.Null, nil
	}
	v, err := c.parseValue(f, spec, text)
	if err != nil {
		return f, v, err
	}
	if spec.Merge == protocol.Union {
		v = now[f].UnionChange(v)
	}
	if _, err := spec.Set(now[f], v); err != nil {
		return f, v, fmt.Errorf("%s %w", name, err)
	}
	return f, v, nil
}

func (c *catalogue) parseValue(f protocol.Field, spec protocol.FieldSpec, text string) (protocol.Value, error) {
	if spec.Type == protocol.TypeIDs || spec.Type == protocol.TypeStrings {
		var items []string
		for _, part := range strings.Split(text, ",") {
			items = append(items, string(entry(spec, strings.TrimSpace(part))))
		}
		return protocol.ParseValue([]byte("[" + strings.Join(items, ",") + "]"))
	}
	if len(spec.Enum) > 0 {
		return entry(spec, text), nil
	}
	switch spec.Type {
	case protocol.TypeNumber, protocol.TypeInteger:
		d, err := number(text, string(f))
		return protocol.Num(d), err
	case protocol.TypeTime:
		at, err := readTime(text, time.Now().In(c.zone))
		if err != nil {
			return "", fmt.Errorf("%s %w", f, err)
		}
		return at, nil
	case protocol.TypeBool:
		switch strings.ToLower(text) {
		case "true", "yes", "y", "on":
			return "true", nil
		case "false", "no", "n", "off":
			return "false", nil
		}
		return "", fmt.Errorf("%s must be yes or no, not %q", f, text)
	case protocol.TypeID:
		if f == "partner_id" && len(c.Customers) > 0 {
			c, err := c.customer(text)
			return c["id"], err
		}
		return id(text), nil
	case protocol.TypeAny, protocol.TypeArray, protocol.TypeObject:
		if v, err := protocol.ParseValue([]byte(text)); err == nil {
			return v, nil
		}
	}
	return protocol.Text(text), nil
}

// entry is a choice that is named in any case or by how it begins, where only
// one begins so; else the text, or the id, that was typed.
func entry(spec protocol.FieldSpec, text string) protocol.Value {
	var found []protocol.Value
	for _, choice := range spec.Enum {
		name := strings.ToLower(choice.String())
		if name == strings.ToLower(text) {
			return choice
		}
		if strings.HasPrefix(name, strings.ToLower(text)) {
			found = append(found, choice)
		}
	}
	switch {
	case len(found) == 1:
		return found[0]
	case spec.Type == protocol.TypeString || spec.Type == protocol.TypeStrings:
		return protocol.Text(text)
	}
	return id(text)
}

// id reads an id: a number, or a text.
func id(text string) protocol.Value {
	if d, err := decimal.Parse(text); err == nil {
		return protocol.Num(d)
	}
	return protocol.Text(text)
}

// readTime reads a time by the shop's clock, which now tells: of today, with a
// date, or from now.
func readTime(text string, now time.Time) (protocol.Value, error) {
	instant := func(at time.Time) (protocol.Value, error) {
		utc, _ := protocol.Instant(at.UTC().Format(time.RFC3339Nano))
		return protocol.Text(utc), nil
	}
	if utc, ok := protocol.Instant(text); ok {
		return protocol.Text(utc), nil
	}
	if strings.EqualFold(text, "now") {
		return instant(now.Truncate(time.Second))
	}
	if minutes, is := strings.CutPrefix(text, "+"); is && isNumber(minutes) {
		d, _ := decimal.Parse(minutes)
		return instant(now.Truncate(time.Minute).Add(time.Duration(d.Float() * float64(time.Minute))))
	}
	day := now.Format(time.DateOnly) + " "
	for _, form := range []struct{ before, layout string }{
		{day, "2006-01-02 15:04"},
		{day, time.DateTime},
		{"", "2006-01-02 15:04"},
		{"", time.DateTime},
	} {
		if at, err := time.ParseInLocation(form.layout, form.before+text, now.Location()); err == nil && at.Year() <= 9999 {
			return instant(at)
		}
	}
	return "", errors.New("must be a time like 20:30, 2026-11-21 20:30, now, or +15 for in 15 minutes")
}

// timeText is a time of today as 20:30, of another day with its date, of
// another year with that too.
func timeText(at, now time.Time) string {
	at = at.In(now.Location())
	switch {
	case at.Format(time.DateOnly) == now.Format(time.DateOnly):
		return at.Format("15:04")
	case at.Year() == now.Year():
		return at.Format("2 Jan 15:04")
	}
	return at.Format("2 Jan 2006 15:04")
}

// amount is a field's value as its type and role have it: a time by the shop's
// clock, the entries of a list, what a union gains and loses, money of the line
// or of each piece, a percentage.
func (c *catalogue) amount(spec protocol.FieldSpec, v protocol.Value) string {
	if at, err := time.Parse(time.RFC3339Nano, v.String()); err == nil && spec.Type == protocol.TypeTime {
		return timeText(at, time.Now().In(c.zone))
	}
	if wish, ok := v.UnionWish(); ok && spec.Merge == protocol.Union {
		var all []string
		for _, item := range wish.Add {
			all = append(all, "+"+item.String())
		}
		for _, item := range wish.Remove {
			all = append(all, "−"+item.String())
		}
		return strings.Join(all, " ")
	}
	if spec.Type == protocol.TypeStrings || spec.Type == protocol.TypeIDs {
		var items []protocol.Value
		if v.Decode(&items) == nil {
			all := make([]string, len(items))
			for i, item := range items {
				all[i] = item.String()
			}
			return strings.Join(all, ", ")
		}
	}
	d, ok := v.Decimal()
	switch {
	case ok && spec.Role.IsUnit():
		return c.money.FormatPrice(d) + " each"
	case ok && spec.Role.IsMoney():
		return c.money.FormatPrice(d)
	case ok && spec.Role.IsPercent():
		return d.String() + " %"
	}
	return v.String()
}

func number(text, what string) (decimal.Decimal, error) {
	d, err := decimal.Parse(text)
	if err != nil {
		return d, fmt.Errorf("%s must be a number like 2 or 4.80, not %q", what, text)
	}
	return d, nil
}

func isNumber(text string) bool {
	_, err := decimal.Parse(text)
	return err == nil
}
