package terminal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// command is one command that can be typed.
type command struct {
	name, args, help string
	run              func(ctx context.Context, t *terminal, args []string) error
}

// commands in the order of the help.
func commands() []command {
	return []command{
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
		{"again", "", "put what was refused on a new order", putBack},
		{"user", "NAME", "say who stands here from now on", setUser},
		{"till", "open | close", "open or close this till", setTill},
		{"status", "", "connected or not, what isn't sent yet", showStatus},
		{"aside", "[drop]", "show, or drop, what is kept aside for the operator", listStranded},
		{"quit", "", "leave; what isn't sent is kept", quit},
	}
}

// shortForms of commands that are typed often.
var shortForms = map[string]string{
	"a": "add", "c": "close", "i": "inc", "l": "orders", "m": "move", "n": "new", "o": "open", "p": "pay", "q": "qty", "r": "remove", "s": "show",
	"exit": "quit",
}

// command runs the command on a line.
func (t *terminal) command(ctx context.Context, text string) error {
	args := words(text)
	if len(args) == 0 {
		return nil
	}
	name := strings.ToLower(args[0])
	if name == "help" || name == "?" {
		t.help()
		return nil
	}
	if long, ok := shortForms[name]; ok {
		name = long
	}
	var found []command
	for _, c := range commands() {
		if c.name == name {
			return c.run(ctx, t, args[1:])
		}
		if strings.HasPrefix(c.name, name) {
			found = append(found, c)
		}
	}
	switch len(found) {
	case 1:
		return found[0].run(ctx, t, args[1:])
	case 0:
		return fmt.Errorf("there is no command %q; help lists them", name)
	}
	var all []string
	for _, c := range found {
		all = append(all, c.name)
	}
	return fmt.Errorf("which one: %s?", strings.Join(all, ", "))
}

func (t *terminal) help() {
	for _, c := range commands() {
		t.screen.printf("  %-26s %s\n", strings.TrimSpace(c.name+" "+c.args), c.help)
	}
	t.screen.printf("LINE is the number at the left of a line. Short forms: a add, c close, i inc, l orders, o open, p pay, q qty, r remove, s show\n")
}

// moment is how long a command waits for the server's answer before it shows
// what is known here.
const moment = 300 * time.Millisecond

// do queues ops and shows the order on the screen.
func (t *terminal) do(ctx context.Context, ops ...protocol.Op) error {
	id, err := t.client.Do(ops...)
	if err != nil {
		return err
	}
	if id != 0 {
		t.waitFor(ctx, moment, t.news.upToDate(t.screen.current))
	}
	if o := t.client.Order(t.screen.current); o != nil {
		t.screen.print(o)
	}
	return nil
}

func need(args []string, n int, usage string) error {
	if len(args) < n {
		return errors.New("like this: " + usage)
	}
	return nil
}

// words splits a line at white space. Words in quotes stay together.
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

// completions are the lines that what is typed can become: a command's name,
// then an item of the catalogue.
func (t *terminal) completions(typed string) (all []string) {
	first, rest, more := strings.Cut(typed, " ")
	if !more {
		for _, c := range commands() {
			if strings.HasPrefix(c.name, first) {
				all = append(all, c.name)
			}
		}
		return all
	}
	items := t.catalogue.Products
	if first == "user" {
		items = t.catalogue.Cashiers
	} else if !strings.HasPrefix("add", first) {
		return nil
	}
	for _, i := range items {
		if strings.HasPrefix(strings.ToLower(i.name()), strings.ToLower(rest)) {
			all = append(all, first+" "+i.name())
		}
	}
	return all
}
