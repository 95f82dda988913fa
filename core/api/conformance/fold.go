package conformance

import (
	"fmt"
	"sort"
)

// state is what a client holds: its orders as ORDERs by id, open ones and
// those that it saw close.
type state map[string]object

// stateOf is the state that a snapshot gives.
func stateOf(orders []any) state {
	s := state{}
	for _, o := range orders {
		order, _ := o.(object)
		s[text(order, "id")] = clone(order)
	}
	return s
}

// clone is a copy that shares nothing.
func clone(v object) object {
	tree, err := decode([]byte(canon(v)))
	if err != nil {
		panic(err) // canon's own text
	}
	return tree.(object)
}

// apply takes one change as the protocol says: values in set are absolute, null
// clears; payments are joined by id; "a change for an order that the client
// doesn't hold and that isn't open is ignored".
func (s state) apply(change any) error {
	orders, _ := dig(change, "orders").(object)
	for id, c := range orders {
		order, held := s[id]
		if !held {
			if text(c, "state") != "open" {
				continue
			}
			order = object{"id": id, "fields": object{}, "payments": []any{}, "lines": []any{}}
			s[id] = order
		}
		if err := applyOrder(order, clone(c.(object))); err != nil {
			return fmt.Errorf("order %s: %w in %s", id, err, canon(change))
		}
	}
	return nil
}

func applyOrder(order, c object) error {
	for _, name := range []string{"rev", "number", "run", "state"} {
		if c[name] == nil {
			return fmt.Errorf("no %s", name)
		}
		order[name] = c[name]
	}
	if c["needs"] != nil {
		order["needs"] = c["needs"] // it stays
	}
	if c["review"] != nil {
		order["review"] = c["review"]
	}
	setFields(order["fields"].(object), c["set"])
	lines, _ := c["lines"].(object)
	for id, line := range lines {
		order["lines"] = applyLine(order["lines"].([]any), id, line)
	}
	for _, p := range list(c, "payments") {
		order["payments"] = joinPayment(order["payments"].([]any), p)
	}
	return nil
}

func setFields(fields object, set any) {
	values, _ := set.(object)
	for name, value := range values {
		if value == nil {
			delete(fields, name)
			continue
		}
		fields[name] = value
	}
}

func applyLine(lines []any, id string, c any) []any {
	kept := make([]any, 0, len(lines)+1)
	line := object{"id": id, "fields": object{}}
	for _, l := range lines {
		if text(l, "id") == id {
			line = l.(object)
			continue
		}
		kept = append(kept, l)
	}
	if dig(c, "removed") == true || dig(c, "moved_to") != nil {
		return kept
	}
	line["n"] = dig(c, "n")
	setFields(line["fields"].(object), dig(c, "set"))
	kept = append(kept, line)
	sort.SliceStable(kept, func(i, j int) bool { return num(kept[i], "n") < num(kept[j], "n") })
	return kept
}

func joinPayment(payments []any, p any) []any {
	for i, old := range payments {
		if text(old, "id") == text(p, "id") {
			payments[i] = p
			return payments
		}
	}
	return append(payments, p)
}

// open are the open orders, by run and number, as a snapshot lists them.
func (s state) open() []any {
	orders := []any{}
	for _, o := range s {
		if text(o, "state") == "open" {
			orders = append(orders, o)
		}
	}
	sort.Slice(orders, func(i, j int) bool {
		if a, b := num(orders[i], "run"), num(orders[j], "run"); a != b {
			return a < b
		}
		return num(orders[i], "number") < num(orders[j], "number")
	})
	return orders
}
