package conformance

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// player plays one golden file on a multi-session of its own. POS bar (Bar, Ana) and
// till-1 (Till 1, Ben) stand in a multi-session "floor" (Main floor), their
// tills open, their clients client-bar and client-till-1; spare is in none.
type player struct {
	*golden
	f       *twoTills
	names   *names
	tills   map[string]*till
	sockets map[string]*socket
}

var goldenUsers = map[string]string{"bar": user, "till-1": ben, "spare": `{"id":"9","name":"Cem"}`}

func newPlayer(t *testing.T, server, other Server, g *golden) *player {
	t.Helper()
	f := withoutTills(t, server)
	p := &player{golden: g, f: f, names: newNames(), tills: map[string]*till{}, sockets: map[string]*socket{}}
	for id, name := range map[string]string{"bar": "Bar", "till-1": "Till 1", "spare": "Spare"} {
		c := &till{api: f.api, pos: fresh(id), client: fresh("client"), next: 1}
		c.token = text(f.admin.do("POST", "/pos", `{"id":%q,"name":%q}`, c.pos, name).ok(), "token")
		p.tills[id] = c
		p.names.know(id, c.pos)
		p.names.know("client-"+id, c.client)
		p.names.know("token-"+id, c.token)
	}
	f.a, f.b = p.tills["bar"], p.tills["till-1"]
	f.id = text(f.admin.do("POST", "/multi-sessions", `{"name":"Main floor","pos":[%q,%q]}`, f.a.pos, f.b.pos).ok(), "id")
	p.names.know("floor", f.id)
	p.names.know("token-admin", f.AdminToken)
	p.names.know("server-1", text(f.info(), "server_id"))
	for _, id := range []string{"bar", "till-1"} {
		p.tills[id].call("POST", "/v1/till/open", `{"user":`+goldenUsers[id]+`}`).ok()
		p.tills[id].cursor = text(f.a.snapshot(), "cursor")
	}
	f.origin = f.a.cursor
	p.names.know("cursor-0", f.origin)
	p.names.know("cursor-of-another-multi-session", newTwoTills(t, server).origin)
	p.names.know("cursor-of-another-server", newTwoTills(t, other).origin)
	return p
}

func (p *player) play() {
	p.f.t.Helper()
	for _, step := range p.Before {
		p.prepare(step)
	}
	switch {
	case p.Events != nil:
		p.stream()
	case p.Request != nil:
		p.compareCall()
	}
	for i := range p.Frames {
		p.frame(&p.Frames[i])
	}
}

func (p *player) prepare(step before) {
	p.f.t.Helper()
	if step.Ops != nil {
		p.ops(step.As, step.Ops)
		return
	}
	p.names.say(p.call(step.As, &asked{step.Method, step.Path, step.Body}).ok())
}

// ops pushes one mutation of a till's, in the name of its user.
func (p *player) ops(as string, ops any) {
	p.f.t.Helper()
	c := p.tills[as]
	m := fmt.Sprintf(`{"id":%d,"user":%s,"ops":%s}`, c.next, goldenUsers[as], canon(p.names.mean(ops)))
	c.next++
	p.names.say(c.push(m))
}

func (p *player) call(as string, r *asked) answer {
	p.f.t.Helper()
	token := map[string]string{"": "", "admin": p.f.AdminToken}[as]
	if c := p.tills[as]; c != nil {
		token = c.token
	}
	if as == "stranger" {
		token = "no-such-token"
	}
	body := ""
	if r.Body != nil {
		body = canon(p.names.mean(r.Body))
	}
	return p.f.api.call(token, r.Method, p.names.path(r.Path), body)
}

func (p *player) compareCall() {
	p.f.t.Helper()
	got := p.call(p.As, p.Request)
	kind, _, _ := strings.Cut(got.Header.Get("Content-Type"), ";")
	if *update {
		p.Response.Status, p.Response.Type = got.Status, kind
	}
	p.f.same(fmt.Sprint(p.Response.Status, " ", p.Response.Type), fmt.Sprint(got.Status, " ", kind), "status and type of %s", got.Raw)
	if p.Response.Body != nil { // bodies that the protocol doesn't give aren't compared
		p.compare(&p.Response.Body, p.own(got.json()), "the response")
	}
}

// own leaves only this floor's entries in the lists of admin calls, which hold
// everyone's.
func (p *player) own(body object) object {
	ours := []string{canon(p.f.id), canon(p.f.a.pos), canon(p.f.b.pos)}
	for _, name := range []string{"multi_sessions", "pos", "rejections", "connections"} {
		items, isList := body[name].([]any)
		if !isList || p.As != "admin" || body["id"] != nil || body["code"] != nil {
			continue
		}
		body[name] = slices.DeleteFunc(items, func(item any) bool {
			return !slices.ContainsFunc(ours, func(id string) bool { return strings.Contains(canon(item), id) })
		})
	}
	return body
}

func (p *player) compare(want *any, got any, about string) {
	p.f.t.Helper()
	got = p.names.say(got)
	if *update {
		*want = got
	}
	p.f.same(*want, got, "%s: %s", p.Name, about)
}

func (p *player) frame(step *frame) {
	p.f.t.Helper()
	switch {
	case step.Ops != nil:
		p.ops(step.As, step.Ops)
	case step.Call != nil:
		p.names.say(p.call(step.As, step.Call).ok())
	case step.Close != 0:
		p.sockets[step.As].ends(step.Close)
	case step.Send != nil:
		if p.sockets[step.As] == nil {
			p.sockets[step.As] = p.f.dial()
		}
		p.sockets[step.As].send("%s", canon(p.names.mean(step.Send)))
	default:
		p.compare(&step.Receive, p.sockets[step.As].next(), "the frame")
	}
}

func (p *player) stream() {
	p.f.t.Helper()
	_, query, _ := strings.Cut(p.names.path(p.Request.Path), "?")
	token := ""
	if c := p.tills[p.As]; c != nil {
		token = c.token
	}
	s := p.f.stream(token, query)
	for i := range p.Events {
		step := &p.Events[i]
		switch {
		case step.Ops != nil:
			p.ops(step.As, step.Ops)
		case step.Call != nil:
			p.names.say(p.call(step.As, step.Call).ok())
		default:
			e := s.next()
			if *update {
				step.Event = e.name
			}
			p.f.same(step.Event, e.name, "the event %s", canon(e.data))
			p.compare(&step.Data, e.data, "the data of "+e.name)
			if *update {
				step.ID = p.names.sayString(e.id)
			}
			p.f.same(step.ID, p.names.sayString(e.id), "the id of %s", e.name)
		}
	}
}
