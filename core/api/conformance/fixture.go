package conformance

import (
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

var serial atomic.Int64

// fresh is a name that no other rule uses.
func fresh(prefix string) string { return fmt.Sprintf("%s-%d", prefix, serial.Add(1)) }

// twoTills is what a rule is tested on: a multi-session of its own with two
// POS, whose tills are open.
type twoTills struct {
	api
	admin  admin
	suite  *suite
	id     string // the multi-session's
	a, b   *till
	origin string // the cursor before the first change
}

// newTwoTills makes a multi-session with two POS and opens their tills.
func newTwoTills(t *testing.T, s Server) *twoTills {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() && s.LogTail != nil {
			t.Logf("the server's log ends:\n%s", s.LogTail())
		}
	})
	f := withoutTills(t, s)
	f.a, f.b = f.admin.newPOS(), f.admin.newPOS()
	f.id = f.admin.newMultiSession(f.a, f.b)
	f.a.open()
	f.b.open()
	f.a.cursor = text(f.a.snapshot(), "cursor")
	f.b.cursor, f.origin = f.a.cursor, f.a.cursor
	return f
}

// withoutTills has the calls, but no multi-session yet.
func withoutTills(t *testing.T, s Server) *twoTills {
	calls := api{expect: expect{t}, Server: s}
	return &twoTills{api: calls, admin: admin{calls}}
}

func ids(pos []*till) []string {
	ids := make([]string, 0, len(pos))
	for _, p := range pos {
		ids = append(ids, p.pos)
	}
	return ids
}

// addTill adds a third, fourth … open till.
func (f *twoTills) addTill() *till {
	f.t.Helper()
	c := f.admin.newPOS()
	now := f.admin.do("GET", "/multi-sessions/"+f.id, "").ok()
	f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"pos":%s}`, canon(append(list(now, "pos"), c.pos))).ok()
	c.open()
	c.cursor = f.origin
	return c
}

// changes are all changes of the multi-session, first to last.
func (f *twoTills) changes() []any {
	f.t.Helper()
	var all []any
	for cursor, more := f.origin, true; more; {
		page := f.a.get("/v1/pull?limit=2000&cursor=" + cursor + "&client_id=" + f.a.client).ok()
		all = append(all, list(page, "changes")...)
		cursor, more = text(page, "cursor"), dig(page, "more") == true
	}
	return all
}

// change is the change with a seq.
func (f *twoTills) change(seq int64) object {
	f.t.Helper()
	return f.find(f.changes(), `{"seq":%d}`, seq)
}

// head is the server's position.
func (f *twoTills) head() int64 {
	f.t.Helper()
	return num(f.a.get("/v1/pull?limit=1&cursor="+f.origin+"&client_id="+f.a.client).ok(), "head")
}

// unchanged wants what do does to leave no trace: no change and no number.
func (f *twoTills) unchanged(do func()) {
	f.t.Helper()
	before, state := f.head(), f.a.snapshot()
	do()
	after := f.head()
	f.that(after == before, "the head went from %d to %d", before, after)
	f.same(state["orders"], f.a.snapshot()["orders"], "the open orders changed")
}

// order is one ORDER as the server tells it.
func (f *twoTills) order(id string) object {
	f.t.Helper()
	return f.a.get("/v1/orders/" + url.PathEscape(id)).ok()
}

// line is one line of an order, nil if it isn't there.
func (f *twoTills) line(order, id string) object {
	f.t.Helper()
	return lookup(list(f.order(order), "lines"), object{"id": id})
}

// field is the value of a line's field.
func (f *twoTills) field(order, line, name string) any {
	f.t.Helper()
	l := f.line(order, line)
	f.that(l != nil, "order %s has no line %s: %s", order, line, canon(f.order(order)))
	return dig(l, "fields", name)
}

// admin calls the admin API.
type admin struct{ api }

// do makes a call; body is a format, as of fmt.Sprintf.
func (a admin) do(method, path, body string, args ...any) answer {
	a.t.Helper()
	return a.api.call(a.AdminToken, method, "/v1/admin"+path, fmt.Sprintf(body, args...))
}

// newPOS makes a POS that is in no multi-session.
func (a admin) newPOS() *till {
	a.t.Helper()
	id := fresh("pos")
	made := a.do("POST", "/pos", `{"id":%q,"name":"Name of %s"}`, id, id).ok()
	return &till{api: a.api, pos: id, token: text(made, "token"), client: fresh("client"), next: 1}
}

// newMultiSession makes a multi-session of some POS and returns its id.
func (a admin) newMultiSession(pos ...*till) string {
	a.t.Helper()
	made := a.do("POST", "/multi-sessions", `{"name":%q,"pos":%s}`, fresh("ms"), canon(ids(pos))).ok()
	return text(made, "id")
}

// rejections are those of the inbox that a query selects, through all pages.
func (a admin) rejections(query string) []any {
	a.t.Helper()
	var all []any
	for after := ""; ; {
		page := a.do("GET", "/rejections?"+query+after, "").ok()
		all = append(all, list(page, "rejections")...)
		if page["after"] == nil {
			return all
		}
		a.that(len(list(page, "rejections")) > 0, "an empty page with after")
		after = sprintf("&after=%v", page["after"])
	}
}

// endRun closes both tills and opens the first again.
func (f *twoTills) endRun() {
	f.t.Helper()
	f.a.close()
	f.b.close()
	f.has(f.a.open(), `{"run":2}`)
}

func (f *twoTills) rejections() []any {
	f.t.Helper()
	return f.admin.rejections("multi_session=" + f.id)
}

func (f *twoTills) adminOrders(query string) []any {
	f.t.Helper()
	return each(list(f.admin.do("GET", "/multi-sessions/"+f.id+"/orders"+query, "").ok(), "orders"), "id")
}

func (f *twoTills) cancel(order string) answer {
	f.t.Helper()
	return f.admin.do("POST", "/multi-sessions/"+f.id+"/orders/"+order+"/cancel", `{"reason":"guest left"}`)
}

// unchangedOrders wants the open orders to be the same after do.
func (f *twoTills) unchangedOrders(do func()) {
	f.t.Helper()
	before := f.a.snapshot()["orders"]
	do()
	f.same(before, f.a.snapshot()["orders"], "the open orders changed")
}

// makeChanges makes n changes by n mutations.
func (f *twoTills) makeChanges(n int) {
	f.t.Helper()
	f.a.applied(create("o1"), add("o1", "l1"))
	for n--; n > 0; {
		var some []string
		for ; n > 0 && len(some) < 100; n-- {
			some = append(some, f.a.mutation(inc("o1", "l1", "qty", "1")))
		}
		f.a.push(some...)
	}
}

// makeOrders makes n open orders.
func (f *twoTills) makeOrders(n int) {
	f.t.Helper()
	for i := 0; i < n; {
		var some []string
		for ; i < n && len(some) < 100; i++ {
			o := fmt.Sprintf("o%03d", i+1)
			some = append(some, f.a.mutation(create(o), add(o, "l1")))
		}
		f.a.push(some...)
	}
}

// The ops as JSON texts; set, by and amount are JSON texts too.

func create(order string, set ...string) string {
	return fmt.Sprintf(`{"op":"order.create","order":%q,"set":%s}`, order, first(set, `{}`))
}

func orderSet(order, set string) string {
	return fmt.Sprintf(`{"op":"order.set","order":%q,"set":%s}`, order, set)
}

func pay(order, id, amount string) string {
	return fmt.Sprintf(`{"op":"order.pay","order":%q,"payment":{"id":%q,"method":"cash","amount":%s}}`, order, id, amount)
}

func payOffline(order, id, amount string) string {
	return fmt.Sprintf(`{"op":"order.pay","order":%q,"payment":{"id":%q,"method":"cash","amount":%s,"offline":true}}`, order, id, amount)
}

func closeAs(order, state string) string {
	return fmt.Sprintf(`{"op":"order.close","order":%q,"state":%q}`, order, state)
}

func closeBase(order, state string, base int64) string {
	return fmt.Sprintf(`{"op":"order.close","order":%q,"state":%q,"base":%d}`, order, state, base)
}

func add(order, line string, set ...string) string {
	return fmt.Sprintf(`{"op":"line.add","order":%q,"line":%q,"set":%s}`, order, line, first(set, `{"product_id":50,"qty":1}`))
}

func lineSet(order, line, set string) string {
	return fmt.Sprintf(`{"op":"line.set","order":%q,"line":%q,"set":%s}`, order, line, set)
}

func lineSetBase(order, line, set string, base int64) string {
	return fmt.Sprintf(`{"op":"line.set","order":%q,"line":%q,"set":%s,"base":%d}`, order, line, set, base)
}

func inc(order, line, field, by string) string {
	return fmt.Sprintf(`{"op":"line.inc","order":%q,"line":%q,"field":%q,"by":%s}`, order, line, field, by)
}

func remove(order, line string) string {
	return fmt.Sprintf(`{"op":"line.remove","order":%q,"line":%q}`, order, line)
}

func move(order, to string, lines ...string) string {
	return fmt.Sprintf(`{"op":"line.move","order":%q,"lines":["%s"],"to":%q}`, order, strings.Join(lines, `","`), to)
}

func first(texts []string, otherwise string) string {
	if len(texts) > 0 {
		return texts[0]
	}
	return otherwise
}
