package oldwire_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// An order with more lines than a mutation may have ops arrives whole, and one with
// more than an order may have as far as it may.
func TestManyLines(t *testing.T) {
	for _, lines := range []int{order.DefaultLimits.Ops + 500, order.DefaultLimits.Lines + 100} {
		s := newServer(t)
		p := newPage(s, 3, 41)
		p.sync("", true)
		h := p.start(1)
		for n := range lines {
			l := p.add(h, n+1, -1)
			l.Fields = map[string]any{"product_id": n + 1, "qty": -1}
		}
		said := p.send(p.update(h))
		if lines > order.DefaultLimits.Lines {
			require.Regexp(t, "^revision_error draft", said)
			require.Contains(t, s.log.String(), "code=limit")
			lines = order.DefaultLimits.Lines - order.DefaultLimits.Ops
		} else {
			require.Equal(t, "accepted: revision 2, number 1", said)
			for _, l := range h.Lines {
				l.Fields["discount"] = 5
			}
			require.Equal(t, "accepted: revision 3, number 1", p.send(p.update(h)))
		}
		all := s.orders()
		require.Len(t, all, 1)
		require.GreaterOrEqual(t, len(all[0].Lines), lines)
		require.EqualValues(t, "-1", all[0].Lines[0].Fields["qty"])
		for _, l := range all[0].Lines {
			require.Equal(t, said == "accepted: revision 2, number 1", l.Fields["discount"] == "5")
		}
	}
}

// A call that is too large is refused in words, and the till's next one is taken.
func TestHugeCall(t *testing.T) {
	s := newServer(t)
	p := newPage(s, 3, 41)
	p.sync("", true)
	h := p.start(1)
	p.add(h, 50, 1)
	h.Fields["remark"] = strings.Repeat("ü", 1<<20)
	require.Equal(t, "failed: the call is larger than 1048576 bytes (limits.body_bytes)", p.send(p.update(h)))
	p.offline = false
	h.Fields["remark"] = "Zoë 🍞"
	require.Equal(t, "accepted: revision 2, number 1", p.send(p.update(h)))
	require.EqualValues(t, `"Zoë 🍞"`, s.orders()[0].Fields["remark"])
}

// What a hook says no to stands in the log, in its words.
func TestWordsOfVeto(t *testing.T) {
	s := newServer(t)
	s.chain = extension(t, "kitchen")
	s.restart()
	p := newPage(s, 3, 41)
	p.sync("", true)
	h := p.start(1)
	p.add(h, 50, 1)
	p.send(p.update(h))
	for field, words := range map[string]string{"note": "poison isn't sold", "remark": "no remark says poison"} {
		h.Lines[0].Fields["qty"] = number(h.Lines[0].Fields["qty"]) + 1
		p.add(h, 51, 1)
		fields := h.Fields
		if field == "note" {
			fields = h.Lines[len(h.Lines)-1].Fields
		}
		fields[field] = "poison"
		before := s.orders()[0]
		require.Regexp(t, "^revision_error draft", p.send(p.update(h)))
		require.Contains(t, s.log.String(), words)
		p.poll()
		require.EqualValues(t, "", s.orders()[0].Fields[protocol.Field(field)])
		require.NotEqual(t, before.Lines[0].Fields["qty"], s.orders()[0].Lines[0].Fields["qty"], "what else the user did counts")
	}
	require.NotContains(t, p.poll(), "poison")
}

// Two browsers of one POS, with equal nonces: what either adds is there, and each shows all once it asks.
func TestTwoBrowsersOfOnePOS(t *testing.T) {
	s := newServer(t)
	p, q := newPage(s, 3, 41), newPage(s, 3, 41)
	q.login = 2
	p.sync("", true)
	h := p.start(1)
	p.add(h, 50, -2)
	p.send(p.update(h))
	q.sync("", true)
	q.lineNo = 10
	for n := range 3 {
		p.add(h, 60+n, 1)
		p.send(p.update(h))
		mine := q.order(h.UID)
		q.add(mine, 70+n, 1)
		q.send(q.update(mine))
	}
	products := map[string]int{}
	for _, l := range s.orders()[0].Lines {
		products[string(l.Fields["product_id"])]++
	}
	require.Equal(t, map[string]int{"50": 1, "60": 1, "61": 1, "62": 1, "70": 1, "71": 1, "72": 1}, products)
	for _, page := range []*page{p, q} {
		page.sync("", true)
		require.Len(t, page.order(h.UID).Lines, 7)
	}
}

// A poll that is cut, one beside another, and a server that is killed after it answered a
// poll: the message comes again until a poll says that it was heard.
func TestPollsThatFail(t *testing.T) {
	s := newServer(t)
	p := newPage(s, 3, 41)
	p.sync("", true)
	s.push("bar", `[{"op":"order.create","order":"n"},{"op":"line.add","order":"n","line":"l","set":{"product_id":1,"qty":1,"price_unit":1}}]`)
	body, err := json.Marshal(map[string]any{"params": map[string]any{"channels": []string{`["shop","pos.multi_session","3"]`}, "last": 0}})
	require.NoError(t, err)
	cut, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(cut, http.MethodPost, "/old/"+secret+"/longpolling/poll", strings.NewReader(string(body)))
	s.bridge.ServeHTTP(httptest.NewRecorder(), r)
	first := p.ask()
	require.Len(t, first, 1)
	require.Equal(t, first, p.ask())
	s.push("bar", `[{"op":"line.inc","order":"n","line":"l","field":"qty","by":1}]`)
	s.restart()
	require.Equal(t, first, p.ask())
	p.receive(first)
	require.Equal(t, "update_order n revision 1000 number 1: l qty 1", p.said())
	require.Equal(t, "update_order n revision 2000 number 1: l* qty 2", p.poll())
	s.restart()
	require.Equal(t, "nothing", p.poll())
}
