package conformance

import (
	"fmt"
	"net/url"
	"sync/atomic"
	"testing"
)

var serial atomic.Int64

// fresh is a name that no other rule uses.
func fresh(prefix string) string { return fmt.Sprintf("%s-%d", prefix, serial.Add(1)) }

// floor is a multi-session of one rule's own, with its tills.
type floor struct {
	t     *testing.T
	suite *suite
	Server
	id     string // the multi-session's
	a, b   *till  // two POS, their tills open
	origin string // the cursor before the first change
}

// newFloor makes a multi-session with two POS and opens their tills.
func newFloor(t *testing.T, s Server) *floor {
	t.Helper()
	f := &floor{t: t, Server: s}
	t.Cleanup(func() {
		if t.Failed() && s.LogTail != nil {
			t.Logf("the server's log ends:\n%s", s.LogTail())
		}
	})
	f.a, f.b = f.pos(), f.pos()
	f.id = f.multiSession(f.a, f.b)
	f.a.open()
	f.b.open()
	f.a.cursor = text(f.a.snapshot(), "cursor")
	f.b.cursor, f.origin = f.a.cursor, f.a.cursor
	return f
}

// admin makes an admin call.
func (f *floor) admin(method, path, body string, args ...any) answer {
	f.t.Helper()
	return call(f.t, f.Server, f.AdminToken, method, "/v1/admin"+path, fmt.Sprintf(body, args...))
}

// pos makes a POS that is in no multi-session.
func (f *floor) pos() *till {
	f.t.Helper()
	id := fresh("pos")
	made := f.admin("POST", "/pos", `{"id":%q,"name":"Name of %s"}`, id, id).ok()
	return &till{f: f, pos: id, token: text(made, "token"), client: fresh("client"), next: 1}
}

// multiSession makes a multi-session of some POS and returns its id.
func (f *floor) multiSession(pos ...*till) string {
	f.t.Helper()
	made := f.admin("POST", "/multi-sessions", `{"name":%q,"pos":%s}`, fresh("floor"), canon(ids(pos))).ok()
	return text(made, "id")
}

func ids(pos []*till) []string {
	ids := make([]string, 0, len(pos))
	for _, p := range pos {
		ids = append(ids, p.pos)
	}
	return ids
}

// till adds a third, fourth … open till to the floor.
func (f *floor) till() *till {
	f.t.Helper()
	c := f.pos()
	now := f.admin("GET", "/multi-sessions/"+f.id, "").ok()
	f.admin("PATCH", "/multi-sessions/"+f.id, `{"pos":%s}`, canon(append(list(now, "pos"), c.pos))).ok()
	c.open()
	c.cursor = f.origin
	return c
}

// changes are all of the floor's changes, first to last.
func (f *floor) changes() []any {
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
func (f *floor) change(seq int64) object {
	f.t.Helper()
	return f.find(f.changes(), `{"seq":%d}`, seq)
}

// head is the server's position.
func (f *floor) head() int64 {
	f.t.Helper()
	return num(f.a.get("/v1/pull?limit=1&cursor="+f.origin+"&client_id="+f.a.client).ok(), "head")
}

// unchanged wants what do does to leave no trace: no change and no number.
func (f *floor) unchanged(do func()) {
	f.t.Helper()
	before, state := f.head(), f.a.snapshot()
	do()
	after := f.head()
	f.that(after == before, "the head went from %d to %d", before, after)
	f.same(state["orders"], f.a.snapshot()["orders"], "the open orders changed")
}

// order is one ORDER as the server tells it.
func (f *floor) order(id string) object {
	f.t.Helper()
	return f.a.get("/v1/orders/" + url.PathEscape(id)).ok()
}

// line is one line of an order, nil if it isn't there.
func (f *floor) line(order, id string) object {
	f.t.Helper()
	return lookup(list(f.order(order), "lines"), object{"id": id})
}

// field is the value of a line's field.
func (f *floor) field(order, line, name string) any {
	f.t.Helper()
	l := f.line(order, line)
	f.that(l != nil, "order %s has no line %s: %s", order, line, canon(f.order(order)))
	return dig(l, "fields", name)
}
