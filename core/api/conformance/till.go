package conformance

import (
	"fmt"
	"strings"
)

// till is one client of one POS: a token, a queue's name and a position.
type till struct {
	api    api
	pos    string
	token  string
	client string // client_id
	next   int64  // the next mutation's id
	cursor string
}

// device is another client of the same POS.
func (c *till) device() *till {
	return &till{api: c.api, pos: c.pos, token: c.token, client: fresh("client"), next: 1, cursor: c.cursor}
}

func (c *till) call(method, path, body string) answer {
	c.api.t.Helper()
	return c.api.call(c.token, method, path, body)
}

func (c *till) get(path string) answer {
	c.api.t.Helper()
	return c.call("GET", path, "")
}

// user is the cashier of a and b.
const user = `{"id":"7","name":"Ana"}`

func (c *till) open() object {
	c.api.t.Helper()
	return c.call("POST", "/v1/till/open", `{"user":`+user+`}`).ok()
}

func (c *till) close() object {
	c.api.t.Helper()
	return c.call("POST", "/v1/till/close", "{}").ok()
}

// pull asks for changes since a cursor.
func (c *till) pull(cursor, more string) answer {
	c.api.t.Helper()
	return c.get("/v1/pull?client_id=" + c.client + "&cursor=" + cursor + more)
}

// snapshot is the whole snapshot, its pages joined in the last one.
func (c *till) snapshot() object {
	c.api.t.Helper()
	page := c.get("/v1/pull?client_id=" + c.client).ok()
	orders := list(page, "orders")
	for dig(page, "more") == true {
		page = c.get("/v1/pull?page=" + text(page, "page")).ok()
		orders = append(orders, list(page, "orders")...)
	}
	page["orders"] = append([]any{}, orders...)
	return page
}

// body is the text of a push of mutations, themselves texts.
func (c *till) body(mutations ...string) string {
	return fmt.Sprintf(`{"client_id":%q,"cursor":%q,"mutations":[%s]}`, c.client, c.cursor, strings.Join(mutations, ","))
}

// mutation is a mutation's text, with the next id.
func (c *till) mutation(ops ...string) string {
	m := fmt.Sprintf(`{"id":%d,"ops":[%s]}`, c.next, strings.Join(ops, ","))
	c.next++
	return m
}

// try pushes and takes any answer.
func (c *till) try(mutations ...string) answer {
	c.api.t.Helper()
	return c.call("POST", "/v1/push", c.body(mutations...))
}

// push pushes mutations' texts and goes on to the position that the answer
// gives.
func (c *till) push(mutations ...string) object {
	c.api.t.Helper()
	got := c.try(mutations...).ok()
	c.cursor = text(got, "cursor")
	if n := len(list(got, "results")); n != len(mutations) {
		c.api.t.Fatalf("%d mutations, %d results: %s", len(mutations), n, canon(got))
	}
	return got
}

// do pushes one mutation of ops and returns its result.
func (c *till) do(ops ...string) object {
	c.api.t.Helper()
	m := c.mutation(ops...)
	result, _ := dig(c.push(m), "results", 0).(object)
	c.api.that(result != nil, "a result is an object")
	return result
}

// applied is do for what must be applied.
func (c *till) applied(ops ...string) object {
	c.api.t.Helper()
	result := c.do(ops...)
	c.api.has(result, `{"status":"applied","seq":"<any>"}`)
	c.api.lacks(result, "code")
	return result
}

// seq is applied, for its seq.
func (c *till) seq(ops ...string) int64 {
	c.api.t.Helper()
	return num(c.applied(ops...), "seq")
}

// rejected is do for what must be refused with a code.
func (c *till) rejected(code string, ops ...string) object {
	c.api.t.Helper()
	result := c.do(ops...)
	c.api.has(result, `{"status":"rejected","code":%q,"message":"<any>"}`, code)
	return result
}
