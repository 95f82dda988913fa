package terminal

import (
	"errors"
	"fmt"
	"strings"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
)

// screen is what the cashier sees: one order, the prompt, and what is printed.
type screen struct {
	console    console
	client     *client.Client
	connection *connection
	format     formatter
	// current is the order on the screen; "" is none.
	current protocol.OrderID
}

// printf prints above the line that is being typed, and renews the prompt.
func (s *screen) printf(format string, args ...any) {
	s.renewPrompt()
	fmt.Fprintf(s.console, format, args...)
}

func (s *screen) renewPrompt() { s.console.prompt(s.prompt()) }

func (s *screen) prompt() string {
	name := ""
	if o := s.order(); o != nil {
		name = s.label(o) + " "
	}
	status := s.client.Status()
	if status.Transport == client.Offline && !s.connection.online {
		name += fmt.Sprintf("(alone, %d unsent) ", status.Unsent)
	}
	return name + "> "
}

func (s *screen) label(o *client.Order) string { return label(o, s.client.Status().Run) }

func (s *screen) print(o *client.Order) { s.printf("%s", s.format.order(o, s.client.Status().Run)) }

// show puts an order on the screen and tells the other tills.
func (s *screen) show(id protocol.OrderID) {
	was := s.current
	s.current = id
	s.client.Look(id)
	if o := s.client.Order(was); was != id && o != nil && o.State != protocol.Open {
		s.client.Forget(was)
	}
}

// order is the order on the screen; nil if there is none.
func (s *screen) order() *client.Order {
	if s.current == "" {
		return nil
	}
	return s.client.Order(s.current)
}

var errNoOrder = errors.New("no order is on the screen; new starts one, open N shows one")

// openOrder is the order on the screen, which must be open.
func (s *screen) openOrder() (*client.Order, error) {
	o := s.order()
	switch {
	case o == nil:
		return nil, errNoOrder
	case o.State != protocol.Open:
		return nil, fmt.Errorf("order %s is %s; new starts another", s.label(o), o.State)
	}
	return o, nil
}

// line finds a line of the order on the screen by the number at its left.
func (s *screen) line(text string) (*client.Order, *client.Line, error) {
	o, err := s.openOrder()
	if err != nil {
		return nil, nil, err
	}
	for i := range o.Lines {
		if fmt.Sprint(o.Lines[i].N) == text {
			return o, &o.Lines[i], nil
		}
	}
	return nil, nil, fmt.Errorf("order %s has no line %q; LINE is the number at the left", s.label(o), text)
}

// find finds an open order by its label. Several orders are called "new": each
// call finds the one after the one on the screen.
func (s *screen) find(text string) (*client.Order, error) {
	var found []*client.Order
	for _, o := range s.client.Orders() {
		if o.State == protocol.Open && (strings.EqualFold(s.label(o), text) || (o.Number != 0 && text == fmt.Sprintf("%d/%d", o.Run, o.Number))) {
			found = append(found, o)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no open order has number %s; orders lists them", text)
	}
	for i, o := range found {
		if len(found) > 1 && o.ID == s.current {
			return found[(i+1)%len(found)], nil
		}
	}
	return found[0], nil
}

// openOrders says how many orders are open, and what to type next.
func (s *screen) openOrders() string {
	n := 0
	for _, o := range s.client.Orders() {
		if o.State == protocol.Open {
			n++
		}
	}
	if n == 0 {
		return "add PRODUCT starts an order."
	}
	return count(n, "order is open", "orders are open") + "; orders lists them."
}
