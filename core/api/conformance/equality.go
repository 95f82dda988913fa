package conformance

import (
	"fmt"
	"math/rand/v2"
	"sort"
)

// Promise 4: "Everyone at the same cursor has the same open orders, byte for
// byte in canonical JSON, however they got there."
var equalityRules = []rule{
	{"changes, snapshot and single orders give the same state", threeWays},
	{"a client may stop at every position and go on", cutEverywhere},
	{"a socket and a stream bring the same changes as pull", sameChangesEverywhere},
}

// live is a recorded history: a snapshot and a cursor at every position.
type live struct {
	f         *twoTills
	snapshots map[int64][]any
	cursors   map[int64]string
}

func (l *live) note() {
	l.f.t.Helper()
	s := l.f.b.snapshot()
	l.snapshots[num(s, "seq")] = list(s, "orders")
	l.cursors[num(s, "seq")] = text(s, "cursor")
}

// script is a shift with everything in it that can happen to an order.
func script() [][]string {
	return [][]string{
		{create("o1", `{"partner_id":12}`), add("o1", "l1", `{"product_id":50,"qty":1,"price_unit":4.8}`)},
		{add("o1", "l2", `{"product_id":"tea","qty":0.1,"tax_ids":[1,"v"],"description":"ünïcode \u2028 \"q\" </script>"}`)},
		{inc("o1", "l2", "qty", "0.2")},
		{create("o2"), add("o2", "x1"), add("o2", "x2"), add("o2", "x3")},
		{remove("o2", "x2")},
		{move("o2", "o3", "x3")},
		{move("o2", "o1", "x1")},
		{lineSet("o1", "l1", `{"discount":10,"description":"x"}`)},
		{lineSet("o1", "l1", `{"description":null}`), orderSet("o1", `{"partner_id":null,"pricelist_id":"p"}`)},
		{inc("o1", "l1", "qty", "0")},
		{pay("o1", "p1", "1.5"), payOffline("o1", "p2", "-0.25")},
		{add("o1", "l1"), pay("o3", "kept", "2")}, // rejected, the payment is kept
		{move("o1", "o2", "x1")},
		{closeAs("o3", "cancelled")},
		{create("o4", `{"follows":"o3"}`), add("o4", "l1"), add("o4", "l2", `{"qty":1e-9,"price_unit":1e15}`)},
		{pay("o3", "late", "3")},
		{closeBase("o1", "paid", 1)}, // the offline payment closes it, the rest follows
		{create("o5"), add("o5", "l1", `{"qty":123456789012345}`), remove("o5", "l1")},
		{closeAs("o2", "paid")},
		{orderSet("o4", `{"fiscal_position_id":3}`), move("o4", "o6", "l2", "l1")},
	}
}

// recordScript plays the script from two tills in turn and notes every position.
func recordScript(f *twoTills) *live {
	f.t.Helper()
	l := &live{f: f, snapshots: map[int64][]any{}, cursors: map[int64]string{}}
	l.note()
	for i, ops := range script() {
		c := []*till{f.a, f.b}[i%2]
		c.do(ops...)
		l.note()
	}
	f.admin.do("POST", "/multi-sessions/"+f.id+"/orders/o5/cancel", `{"reason":"test"}`).ok()
	l.note()
	f.endRun()
	f.a.applied(create("o7"), add("o7", "l1"))
	l.note()
	return l
}

func threeWays(f *twoTills) {
	l := recordScript(f)
	s := stateOf(l.snapshots[0])
	for _, c := range f.changes() {
		f.that(s.apply(c) == nil, "apply %s", canon(c))
		if want, noted := l.snapshots[num(c, "seq")]; noted {
			f.same(want, s.open(), "the state by changes at %d", num(c, "seq"))
		}
	}
	for _, o := range s {
		f.same(f.order(text(o, "id")), o, "order %s by changes and by its call", text(o, "id"))
	}
	f.same(l.snapshots[f.head()], s.open(), "the state at the head")
	f.that(len(s.open()) >= 3, "the script leaves open orders: %s", canon(s.open()))
}

func cutEverywhere(f *twoTills) {
	l := recordScript(f)
	head := f.head()
	f.that(head >= int64(len(script())), "the script made %d changes", head)
	for at, orders := range l.snapshots {
		for _, limit := range []int{1, 3, 500} {
			s, pos := stateOf(orders), at
			for cursor, more := l.cursors[at], true; more; {
				page := f.b.pull(cursor, fmt.Sprintf("&limit=%d", limit)).ok()
				for _, c := range list(page, "changes") {
					pos++
					f.same(pos, dig(c, "seq"), "the seq after %d", pos-1)
					f.that(s.apply(c) == nil, "apply %s", canon(c))
				}
				cursor, more = text(page, "cursor"), dig(page, "more") == true
			}
			f.same(l.snapshots[head], s.open(), "from %d on with limit %d", at, limit)
		}
	}
}

func sameChangesEverywhere(f *twoTills) {
	w := f.b.connect()
	s := f.stream(f.b.token, "client_id="+f.b.client+"&cursor="+f.origin)
	chance := rand.New(rand.NewPCG(1, 2))
	f.a.applied(create("o1"), add("o1", "l1"))
	for i := range 20 {
		f.a.do([]string{inc("o1", "l1", "qty", "1"), add("o1", fmt.Sprintf("x%d", i)), orderSet("o1", fmt.Sprintf(`{"partner_id":%d}`, i))}[chance.IntN(3)])
	}
	want := f.changes()
	var bySocket, byStream []any
	for len(bySocket) < len(want) {
		bySocket = append(bySocket, list(w.until(`{"t":"changes"}`), "changes")...)
	}
	for len(byStream) < len(want) {
		byStream = append(byStream, list(s.await("changes").data, "changes")...)
	}
	f.same(want, bySocket, "the changes over the socket")
	f.same(want, byStream, "the changes over the stream")
}

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
