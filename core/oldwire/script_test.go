package oldwire_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// story is a script being played: what people do at old tills (by their number) and
// at a new one (bar), and what is said then.
type story struct {
	*server
	t     *testing.T
	pages map[string]*page
	names map[string]string // of orders, by uid
	lines map[string]string // of lines
	kept  map[string]outgoing
}

// TestScripts reads like a story. -rewrite writes down what happens now.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/scripts", func(t *testing.T, path string) {
		s := &story{server: newServer(t), t: t, names: map[string]string{}, lines: map[string]string{}, kept: map[string]outgoing{}}
		s.pages = map[string]*page{"3": newPage(s.server, 3, 41), "4": newPage(s.server, 4, 42)}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			s.t, s.server.t = t, t
			said := s.play(d)
			for _, names := range []map[string]string{s.lines, s.names} {
				for _, uid := range slices.Backward(protocol.SortedKeys(names)) { // 00041-10 before 00041-1
					said = strings.ReplaceAll(said, uid, names[uid])
				}
			}
			return strings.TrimSpace(said) + "\n"
		})
	})
}

// words are a command's arguments: order=A line=a qty=2.
type words struct {
	*datadriven.TestData
}

func (w words) text(name string) string {
	for _, a := range w.CmdArgs {
		if a.Key == name && len(a.Vals) > 0 {
			return a.Vals[0]
		}
	}
	return ""
}

func (w words) has(name string) bool {
	for _, a := range w.CmdArgs {
		if a.Key == name {
			return true
		}
	}
	return false
}

func (s *story) play(d *datadriven.TestData) string {
	w := words{d}
	switch d.Cmd {
	case "restart":
		s.restart()
		return "restarted"
	case "rejections":
		return s.rejections()
	case "extension":
		s.chain = extension(s.t, d.CmdArgs[0].Key)
		s.restart()
		return "enabled"
	case "restored": // a backup of before takes the place of the database
		require.NotNil(s.t, backup)
		s.store = backup.Restored("EPOCH2")
		s.restart()
		return "done"
	case "backup":
		backup = s.store.Clone()
		return "done"
	case "later":
		n, err := time.ParseDuration(d.CmdArgs[0].Key)
		require.NoError(s.t, err)
		s.clock = s.clock.Add(n)
		s.bridge.CloseSilent(s.t.Context())
		return "done"
	case "abandon":
		s.abandon = true
		s.restart()
		return "done"
	case "orders":
		return s.show(s.orders())
	case "taxes":
		return s.taxes()
	case "log":
		defer s.log.Reset()
		return loggedWords(s.log.String())
	case "bar":
		return s.bar(d.Input)
	case "post":
		return s.post(d.CmdArgs[0].Key, strings.TrimSpace(d.Input))
	case "tills":
		return s.tills()
	case "close":
		closed, err := s.who.CloseTill(s.t.Context(), protocol.POSID(d.CmdArgs[0].Key))
		require.NoError(s.t, err)
		return fmt.Sprint("run ended: ", closed.RunEnded)
	case "open":
		_, err := s.who.OpenTill(s.t.Context(), protocol.POSID(d.CmdArgs[0].Key), nil)
		require.NoError(s.t, err)
		return "done"
	}
	return s.at(s.pages[d.Cmd], w)
}

var backup *mem.Store

// at is what somebody does at an old till.
func (s *story) at(p *page, w words) string {
	require.NotNil(s.t, p, w.Cmd)
	verb := w.CmdArgs[0].Key
	h := s.named(p, w.text("order"))
	switch verb {
	case "starts":
		s.reload(p, w)
		if w.has("lost") {
			p.deliver = s.mute
			defer func() { p.deliver = nil }()
		}
		return p.sync("", true)
	case "sync":
		return p.sync("", false)
	case "poll":
		return p.poll()
	case "ping":
		result, failure := s.call("/pos_longpolling/update", map[string]any{"pos_id": p.pos, "message": "PING", "db_name": "shop"})
		return string(result) + failure
	case "offline":
		p.offline = true
		return "offline"
	case "reloads": // while there is no server
		p.reload()
		p.offline = true
		return "offline"
	case "online":
		return p.online()
	case "shows":
		return s.screen(p)
	case "pays":
		if amount := w.text("amount"); amount != "" {
			h.Tender = []any{[]any{0, 0, map[string]any{"journal_id": 6, "amount": json.Number(amount), "name": "2026"}}}
			if !p.offline {
				p.send(p.update(h))
			}
		}
		return p.end(h, true)
	case "discards":
		return p.end(h, false)
	case "forwards": // a call that was kept arrives
		return s.forward(p, w)
	}
	if h == nil {
		h = p.start(len(s.names) + 1)
		s.names[h.UID] = w.text("order")
	}
	s.edit(p, h, verb, w)
	return s.send(p, h, w)
}

// mute makes a call whose answer is lost.
func (s *story) mute(c outgoing) (json.RawMessage, error) {
	_, err := s.deliver(c)
	require.NoError(s.t, err)
	return nil, errMute
}

func (s *story) reload(p *page, w words) {
	if session := w.text("session"); session != "" {
		p.session, _ = strconv.Atoi(session)
	}
	if run := w.text("run"); run != "" {
		p.run, _ = strconv.Atoi(run)
	}
	if w.has("again") {
		p.reload()
	}
	if w.has("elsewhere") { // another browser
		p.login++
		p.orders = nil
	}
}

func (s *story) edit(p *page, h *held, verb string, w words) {
	l := h.line(s.uid(w.text("line")))
	switch verb {
	case "adds":
		product, _ := strconv.Atoi(w.text("product"))
		qty, _ := strconv.ParseFloat(w.text("qty"), 64)
		l = p.add(h, max(product, 1), max(qty, 1))
		s.lines[l.UID] = w.text("line")
	case "sets":
		target := h.Fields
		if l != nil {
			target = l.Fields
		}
		for _, a := range w.CmdArgs[1:] {
			if slices.Contains([]string{"order", "line", "keep", "lost", "twice"}, a.Key) || len(a.Vals) == 0 {
				continue
			}
			var value any
			if json.Unmarshal([]byte(strings.Join(a.Vals, ",")), &value) != nil {
				value = strings.Join(a.Vals, ",")
			}
			if target[a.Key] = value; value == nil {
				delete(target, a.Key)
			}
		}
	case "removes":
		for i := range h.Lines {
			if h.Lines[i] == l {
				h.Lines = append(h.Lines[:i], h.Lines[i+1:]...)
				break
			}
		}
	default:
		require.Fail(s.t, "no such verb", verb)
	}
}

// send sends an order, unless the till is offline; with keep=NAME the call doesn't
// arrive, with lost its answer doesn't, with twice it arrives twice.
func (s *story) send(p *page, h *held, w words) string {
	if p.offline {
		return "not sent"
	}
	c := p.update(h)
	switch {
	case w.has("keep"):
		s.kept[w.text("keep")] = c
		return "under way"
	case w.has("lost"):
		_, _ = s.mute(c)
		p.offline = true
		return "the answer is lost"
	case w.has("twice"):
		_, err := s.deliver(c)
		require.NoError(s.t, err)
	}
	return p.send(c)
}

func (s *story) forward(p *page, w words) string {
	c := s.kept[w.text("call")]
	if w.has("unheard") {
		answer, err := s.deliver(c)
		require.NoError(s.t, err)
		return string(answer)
	}
	return p.send(c)
}

func (s *story) uid(name string) string {
	for uid, known := range s.lines {
		if known == name {
			return uid
		}
	}
	return name
}

func (s *story) named(p *page, name string) *held {
	for uid, known := range s.names {
		if known == name {
			return p.order(uid)
		}
	}
	return p.order(name)
}

// bar has the new till's ops decided; names of orders and lines stand as $A.
func (s *story) bar(ops string) string {
	for uid, name := range s.names {
		ops = strings.ReplaceAll(ops, `"`+name+`"`, `"`+uid+`"`)
	}
	for uid, name := range s.lines {
		ops = strings.ReplaceAll(ops, `"`+name+`"`, `"`+uid+`"`)
	}
	ops = strings.ReplaceAll(ops, "HEAD", fmt.Sprint(s.session.Feed.Head().Seq))
	r := s.push("bar", ops)
	if r.Rejection != nil {
		return fmt.Sprintf("%s %s", r.Status, r.Code)
	}
	return string(r.Status)
}
