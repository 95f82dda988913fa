package faults_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
)

const oddExtension = `name: odd
version: 1.0.0
manytill: ">=0.1"
js: odd.js
fields:
  order:
    any: {type: any}
    toString: {type: array, merge: union}
    valueOf: {type: number, merge: counter}
  orderline:
    any: {type: any}
    toString: {type: array, merge: union}
    valueOf: {type: number, merge: counter}
`

// TestOddData has tills of both clients, and one that pushes JSON as it likes,
// tap data at the edges of what the protocol lets in: nobody's queue stops, and
// all show the same.
func TestOddData(t *testing.T) {
	needNode(t, kit)
	p := newConfiguredProcess(t, "extensions:\n  - {path: ./odd, timeout: 5s}\n")
	require.NoError(t, os.Mkdir(filepath.Join(p.dir, "odd"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(p.dir, "odd", "extension.yaml"), []byte(oddExtension), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(p.dir, "odd", "odd.js"), []byte(`odoo.define("odd", function (require) {
		var models = require("point_of_sale.models");
		models.Order = models.Order.extend({});
	});`), 0o600))
	p.start()
	f := p.newMultiSession("odd", 4)
	a, b := newDevice(t, p.url(), f.tokens[0], false), newDevice(t, p.url(), f.tokens[1], true)
	j := newScript(t, p.url(), f.tokens[2], "j")
	r := &rawTill{p: p, token: f.tokens[3]}
	a.online()
	b.online()
	raw, err := os.ReadFile("../../../sdk/client/internal/machine/testdata/odd_taps.json")
	require.NoError(t, err)
	var cases []struct{ Taps []json.RawMessage }
	require.NoError(t, json.Unmarshal(raw, &cases))
	for i, c := range cases {
		for _, tap := range c.Taps {
			switch i % 4 {
			case 0, 1:
				var ops protocol.Ops
				if json.Unmarshal(tap, &ops) == nil {
					_, _ = []*device{a, b}[i%2].Do(ops...) // it may be refused, for the user to see
				}
			case 2:
				text, err := json.Marshal(tap) // without the line breaks that only JavaScript knows
				require.NoError(t, err)
				j.say("do %s", text)
			case 3:
				r.push(string(tap))
			}
		}
	}
	r.push(`[{"op":"order.create","order":"raw"},{"op":"line.add","order":"raw","line":"l1","set":{"qty":1}}]`)
	for _, value := range []string{
		`"\ud800"`, `{"\ud800":1,"\ufffd":2}`, `1.50e-8`, `-0.0`, `999999999999999.5`, nested(94), nested(90), `{"a":1,"a":2}`, `[1e-9,1E15,0e5]`, `"\u2028\u0000"`,
	} {
		r.push(`[{"op":"order.set","order":"raw","set":{"any":` + value + `}},{"op":"line.set","order":"raw","line":"l1","set":{"any":` + value + `}}]`)
		r.push(`[{"op":"order.set","order":"raw","set":{"toString":[` + value + `]}}]`)
	}
	require.Greater(t, r.id, protocol.MutationID(30))
	// As deep as a push may be, and deeper: no queue waits behind that.
	for _, depth := range []int{94, 95} {
		text := fmt.Sprintf(`[{"op":"order.set","order":"raw","set":{"any":%s}}]`, nested(depth))
		before := r.id
		r.push(text)
		require.Equal(t, depth == 94, r.id > before, "the server takes a depth of %d", depth)
		a.sees("raw", "it", func(o protocol.Order) bool { return len(o.Lines) == 1 })
		_, err := a.Do(protocol.OrderSet{Order: "raw", Set: protocol.Fields{"any": protocol.Value(nested(depth))}})
		require.Equal(t, depth == 94, err == nil, "the Go client takes a depth of %d: %v", depth, err)
		j.say("do %s", text)
	}
	j.settle()
	orders := p.agree(f.id, a, b)
	w := &simulation{t: t}
	want := w.canonical(slices.DeleteFunc(slices.Clone(orders), func(o protocol.Order) bool { return o.State != protocol.Open }))
	var shown string
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		shown = w.canonical(slices.DeleteFunc(j.report().Orders, func(o protocol.Order) bool { return o.State != protocol.Open || o.Number == 0 }))
		if shown == want {
			break
		}
	}
	w.same(want, shown, "what the TypeScript client shows")
	for _, d := range []*device{a, b} {
		for _, e := range d.all() {
			if u, is := e.(client.Unreadable); is {
				require.Fail(t, "unreadable", "%+v", u)
			}
		}
		require.Empty(t, d.Status().Problem)
	}
}

// nested is a value that deep.
func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

// rawTill pushes JSON as it stands. What isn't even a push uses no id.
type rawTill struct {
	p      *process
	token  string
	id     protocol.MutationID
	cursor protocol.Cursor
}

func (r *rawTill) push(ops string) {
	if r.cursor == "" {
		var snap protocol.Snapshot
		require.NoError(r.p.t, r.p.call("GET", "/v1/pull", r.token, nil, &snap))
		r.cursor = snap.Cursor
	}
	body := json.RawMessage(fmt.Sprintf(`{"client_id":"raw","cursor":%q,"mutations":[{"id":%d,"ops":%s}]}`, r.cursor, r.id+1, ops))
	if r.p.call("POST", "/v1/push", r.token, body, nil) == nil {
		r.id++
	}
}
