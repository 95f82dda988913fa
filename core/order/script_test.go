package order_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// committedOrders is a multi-session in a test: every mutation becomes fact at once.
type committedOrders struct {
	orders   map[protocol.OrderID]*order.Order
	schema   *protocol.Schema
	versions order.Versions
	limits   order.Limits
	head     protocol.Seq
	number   protocol.Number
	ids      map[protocol.ClientID]protocol.MutationID
}

func newCommittedOrders() *committedOrders {
	schema := protocol.CoreSchema()
	schema.Order["tags"] = protocol.FieldSpec{Type: protocol.TypeStrings, Merge: protocol.Union, Owner: "tags"}
	schema.Orderline["note"] = protocol.FieldSpec{Type: protocol.TypeString, Merge: protocol.Last, Owner: "notes", Max: "10"}
	schema.Order["allergens"] = protocol.FieldSpec{
		Type: protocol.TypeStrings, Merge: protocol.Union, Owner: "kitchen", Enum: []protocol.Value{`"gluten"`, `"milk"`, `"nuts"`}, Max: "2",
	}
	schema.Order["due"] = protocol.FieldSpec{Type: protocol.TypeTime, Merge: protocol.First, Owner: "kitchen"}
	schema.Orderline["seat"] = protocol.FieldSpec{Type: protocol.TypeInteger, Merge: protocol.Counter, Owner: "kitchen", Min: "1", Max: "8"}
	schema.Orderline["doneness"] = protocol.FieldSpec{
		Type: protocol.TypeString, Merge: protocol.Last, Owner: "kitchen", Enum: []protocol.Value{`"rare"`, `"medium"`, `"done"`},
	}
	schema.Orderline["points"] = protocol.FieldSpec{Type: protocol.TypeNumber, Merge: protocol.Last, Owner: "loyalty", Derived: true}
	return &committedOrders{
		orders: map[protocol.OrderID]*order.Order{}, schema: schema, limits: order.DefaultLimits,
		number: 1, ids: map[protocol.ClientID]protocol.MutationID{},
	}
}

func (s *committedOrders) Order(id protocol.OrderID) *order.Order { return s.orders[id] }

func (s *committedOrders) env(client string) *order.Env {
	author := protocol.Value(fmt.Sprintf(`{"pos":{"id":%q,"name":%q},"user":null}`, client, strings.ToUpper(client)))
	return &order.Env{
		Client: protocol.ClientID(client), By: author, Author: author, Now: time.Unix(1_790_000_000, 0),
		Head: s.head, Seq: s.head + 1, Run: 1, Number: s.number, Schema: s.schema, Versions: s.versions, Limits: s.limits,
	}
}

// apply decides the ops as one mutation and makes the outcome fact. It gives
// the change, if there is one, and the outcome.
func (s *committedOrders) apply(t rapid.TB, client, ops string) (*order.Outcome, string) {
	s.ids[protocol.ClientID(client)]++
	id := s.ids[protocol.ClientID(client)]
	m, err := order.Decode([]byte(fmt.Sprintf(`{"id":%d,"ops":%s}`, id, ops)), s.limits)
	require.NoError(t, err)
	outcome := order.Apply(s, m, s.env(client))
	if len(outcome.Drafts) == 0 {
		return outcome, ""
	}
	s.head++
	change := string(order.AppendChange(nil, &protocol.ChangeHead{
		Seq: s.head, Client: protocol.ClientID(client), ID: id, By: "",
	}, outcome.Drafts))
	s.number += protocol.Number(len(outcome.Created))
	s.accept(outcome.Drafts)
	return outcome, change
}

func (s *committedOrders) accept(drafts []*order.Order) {
	for _, draft := range drafts {
		if fact := s.orders[draft.ID]; fact != nil {
			fact.Absorb(draft)
			continue
		}
		s.orders[draft.ID] = draft
	}
}

// TestScripts reads like a story: what tills ask for, and what becomes of it.
// -rewrite writes down what happens now.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/scripts", func(t *testing.T, path string) {
		s := newCommittedOrders()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "limit":
				d.ScanArgs(t, "lines", &s.limits.Lines)
				return ""
			case "abandon":
				draft, _ := order.Close(s, protocol.OrderID(d.CmdArgs[0].Key), protocol.Abandoned, &order.Env{
					By: `{"server":"run_end"}`, Head: s.head, Seq: s.head + 1, Schema: s.schema,
				})
				s.head++
				s.accept([]*order.Order{draft})
				return ""
			case "show":
				return show(t, s.orders[protocol.OrderID(d.CmdArgs[0].Key)])
			}
			outcome, change := s.apply(t, d.Cmd, d.Input)
			return tell(t, outcome, change)
		})
	})
}

func tell(t testing.TB, o *order.Outcome, change string) string {
	var b strings.Builder
	if r := o.Rejection; r != nil {
		fmt.Fprintf(&b, "rejected %s at %s", r.Code, r.At)
		for _, part := range []struct {
			name  string
			value any
		}{{"field", r.Field}, {"state", r.State}, {"moved_to", r.MovedTo}, {"limit", r.Limit}, {"seq", r.Seq}} {
			if text := fmt.Sprint(part.value); text != "" && text != "0" {
				fmt.Fprintf(&b, " %s=%s", part.name, text)
			}
		}
		if r.Now != nil {
			now, err := json.Marshal(r.Now)
			require.NoError(t, err)
			fmt.Fprintf(&b, " now=%s", now)
		}
		if r.By != nil && r.By.POS != nil {
			fmt.Fprintf(&b, " by=%s", r.By.POS.ID)
		}
		fmt.Fprintf(&b, "\n%s\n", r.Message)
	}
	if len(o.Kept) > 0 {
		fmt.Fprintf(&b, "kept %v\n", o.Kept)
	}
	if len(o.Ignored) > 0 {
		fmt.Fprintf(&b, "ignored %v\n", o.Ignored)
	}
	for _, name := range protocol.SortedKeys(o.Why) {
		fmt.Fprintf(&b, "why %s %s\n", name, o.Why[name])
	}
	if change != "" {
		b.WriteString(brief(t, change))
	}
	return b.String()
}

// brief is a change line by line: an order, its fields, its lines.
func brief(t testing.TB, change string) string {
	var c protocol.Change
	require.NoError(t, json.Unmarshal([]byte(change), &c), change)
	var b strings.Builder
	for _, id := range protocol.SortedKeys(c.Orders) {
		o := c.Orders[id]
		fmt.Fprintf(&b, "%s: rev %d number %d %s %s %s\n", id, o.Rev, o.Number, o.State, o.Needs, fields(o.Set))
		for _, l := range protocol.SortedKeys(o.Lines) {
			line := o.Lines[l]
			what := fields(line.Set)
			if line.Removed {
				what = "removed"
			}
			if line.MovedTo != "" {
				what = "moved to " + string(line.MovedTo)
			}
			fmt.Fprintf(&b, "  %s #%d %s\n", l, line.N, what)
		}
		for _, p := range o.Payments {
			fmt.Fprintf(&b, "  %s %s %s %s\n", p.ID, p.Method, p.Amount, p.Needs)
		}
	}
	return tidy(b.String())
}

func tidy(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func fields(f protocol.Fields) string {
	var parts []string
	for _, name := range protocol.SortedKeys(f) {
		if name == protocol.FieldMSInfo {
			info := f.MSInfo()
			parts = append(parts, fmt.Sprintf("by %s/%s", info.Created.POS.ID, info.Changed.POS.ID))
			continue
		}
		parts = append(parts, fmt.Sprintf("%s=%s", name, string(f[name])))
	}
	return strings.Join(parts, " ")
}

func show(t testing.TB, o *order.Order) string {
	var shown protocol.Order
	require.NoError(t, json.Unmarshal(o.AppendJSON(nil), &shown))
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s rev %d %s %s\n", shown.ID, shown.State, shown.Rev, shown.Needs, fields(shown.Fields))
	for _, line := range shown.Lines {
		fmt.Fprintf(&b, "  %s #%d %s\n", line.ID, line.N, fields(line.Fields))
	}
	for _, p := range shown.Payments {
		fmt.Fprintf(&b, "  %s %s %s %s\n", p.ID, p.Method, p.Amount, p.Needs)
	}
	return tidy(b.String())
}
