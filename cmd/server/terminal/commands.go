package terminal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client"
)

// verb is one command.
type verb struct {
	name, args, help string
	run              func(ctx context.Context, d *desk, args []string) error
}

// verbs in the order of the help.
func verbs() []verb {
	return []verb{
		{"new", "", "start an order; the server gives its number with the first line", newOrder},
		{"orders", "", "list the open orders of all tills", listOrders},
		{"open", "N", "put order N on the screen (RUN/N if it is from an earlier run)", openOrder},
		{"add", "PRODUCT [QTY] [PRICE]", "add a line: a product by name or id, or any text with a price", addLine},
		{"qty", "LINE N", "make the quantity N", setNumber("qty")},
		{"inc", "LINE BY", "add to the quantity; what all tills add counts", incLine},
		{"price", "LINE AMOUNT", "change the price of one", setNumber("price_unit")},
		{"disc", "LINE PERCENT", "give a discount", setNumber("discount")},
		{"remove", "LINE", "take a line off", removeLine},
		{"move", "LINE... ORDER", "move lines to another order, or to new", moveLines},
		{"note", "[LINE] TEXT", "write a note on the order, or on a line", noteText},
		{"set", "[LINE] FIELD VALUE", "set any field, like: set customer okafor; - clears it", setField},
		{"show", "", "show the order again", showOrder},
		{"pay", "METHOD [AMOUNT]", "take money, like: pay cash 20, or pay card for the rest", pay},
		{"close", "", "end the order as paid", closeOrder},
		{"cancel", "", "end the order as cancelled", cancelOrder},
		{"again", "", "put what was refused on a new order", again},
		{"user", "NAME", "say who stands here from now on", setUser},
		{"till", "open | close", "open or close this till", till},
		{"status", "", "connected or not, what isn't sent yet", func(_ context.Context, d *desk, _ []string) error {
			d.printf("%s", d.statusText())
			return nil
		}},
		{"aside", "[drop]", "show, or drop, what was put aside for the operator", asides},
		{"quit", "", "leave; what isn't sent is kept", func(context.Context, *desk, []string) error { return errQuit }},
	}
}

// letters are short forms of commands that are typed all day.
var letters = map[string]string{
	"a": "add", "c": "close", "i": "inc", "l": "orders", "m": "move", "n": "new", "o": "open", "p": "pay", "q": "qty", "r": "remove", "s": "show",
	"exit": "quit",
}

// command does what a line says.
func (d *desk) command(ctx context.Context, text string) error {
	args := words(text)
	if len(args) == 0 {
		return nil
	}
	name := strings.ToLower(args[0])
	if name == "help" || name == "?" {
		return d.help()
	}
	if long, ok := letters[name]; ok {
		name = long
	}
	var found []verb
	for _, v := range verbs() {
		if v.name == name {
			return v.run(ctx, d, args[1:])
		}
		if strings.HasPrefix(v.name, name) {
			found = append(found, v)
		}
	}
	switch len(found) {
	case 1:
		return found[0].run(ctx, d, args[1:])
	case 0:
		return fmt.Errorf("there is no command %q; help lists them", name)
	}
	var all []string
	for _, v := range found {
		all = append(all, v.name)
	}
	return fmt.Errorf("which one: %s?", strings.Join(all, ", "))
}

func (d *desk) help() error {
	for _, v := range verbs() {
		d.printf("  %-26s %s\n", strings.TrimSpace(v.name+" "+v.args), v.help)
	}
	d.printf("LINE is the number at the left of a line. Short forms: a add, c close, i inc, l orders, o open, p pay, q qty, r remove, s show\n")
	return nil
}

// moment is how long a command waits for the server's word before it shows
// what is known here.
const moment = 300 * time.Millisecond

// do asks for ops and shows the order that is on the screen then.
func (d *desk) do(ctx context.Context, ops ...sdk.Op) error {
	id, err := d.client.Do(ops...)
	if err != nil {
		return err
	}
	if id != 0 {
		d.settle(ctx, moment, d.told(d.current))
	}
	if o := d.client.Order(d.current); o != nil {
		d.printf("%s", d.orderText(o))
	}
	return nil
}

// told says when everything about an order was heard: the server knows it all,
// and so does the cashier.
func (d *desk) told(id sdk.OrderID) func() bool {
	return func() bool {
		o := d.client.Order(id)
		return d.seen[id] == o && (o == nil || !o.Pending)
	}
}

// order is the one on the screen, which must be open.
func (d *desk) order() (*client.Order, error) {
	o := d.client.Order(d.current)
	switch {
	case d.current == "" || o == nil:
		return nil, errors.New("no order is on the screen; new starts one, open N shows one")
	case o.State != sdk.Open:
		return nil, fmt.Errorf("order %s is %s; new starts another", d.labels[o.ID], o.State)
	}
	return o, nil
}

// lineOf finds a line of the order on the screen by the number at its left.
func (d *desk) lineOf(text string) (*client.Order, *client.Line, error) {
	o, err := d.order()
	if err != nil {
		return nil, nil, err
	}
	for i := range o.Lines {
		if fmt.Sprint(o.Lines[i].N) == text {
			return o, &o.Lines[i], nil
		}
	}
	return nil, nil, fmt.Errorf("order %s has no line %q; LINE is the number at the left", d.labels[o.ID], text)
}

func need(args []string, n int, usage string) error {
	if len(args) < n {
		return errors.New("like this: " + usage)
	}
	return nil
}

// words are split at white space; quotes hold some together.
func words(text string) (all []string) {
	var word strings.Builder
	var quote rune
	began := false
	for _, r := range text {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && r == '"':
			quote, began = r, true
		case quote == 0 && (r == ' ' || r == '\t' || r == '\r'):
			if began {
				all = append(all, word.String())
			}
			word.Reset()
			began = false
		default:
			word.WriteRune(r)
			began = true
		}
	}
	if began {
		all = append(all, word.String())
	}
	return all
}
