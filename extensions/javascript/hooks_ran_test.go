package javascript_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/sdk/protocol"
)

// telling is an extension that says which of its hooks run, on what. READS is
// what the order looks at, APPLY the hook apply_ms_data.
const telling = `
["Order", "Orderline"].forEach(function (name) {
    var _super = models[name].prototype;
    models[name] = models[name].extend({
        init_from_JSON: function (json) {
            _super.init_from_JSON.apply(this, arguments);
            console.log("ran", this.uid + ":I");
            this.x = json.x;
            if (name === "Order") { READS }
        },
        APPLY
        export_as_JSON: function () {
            var out = _super.export_as_JSON.apply(this, arguments);
            console.log("ran", "E");
            out.x = this.x;
            return out;
        },
    });
});`

const applying = `apply_ms_data: function (data) { console.log("ran", "A"); this.x = data.x; if (data.x === "no") { throw new Reject("no"); } },`

// ran collects what telling says: "l1:IAE o1:IAE".
type ran struct {
	slog.Handler
	mu   sync.Mutex
	said strings.Builder
}

func (r *ran) Enabled(context.Context, slog.Level) bool { return true }
func (r *ran) WithAttrs([]slog.Attr) slog.Handler       { return r }
func (r *ran) Handle(_ context.Context, record slog.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	word, ok := strings.CutPrefix(record.Message, "ran ")
	if ok && strings.Contains(word, ":") && r.said.Len() > 0 {
		r.said.WriteByte(' ')
	}
	if ok {
		r.said.WriteString(word)
	}
	return nil
}

func (r *ran) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.said.Reset()
	return r.said.String()
}

func fields(f protocol.Field, v protocol.Value) protocol.Fields { return protocol.Fields{f: v} }

// Every op of the protocol, and which hooks it runs, in which order: of an
// extension that copies its own field; of one whose order looks at its lines
// and payments; and of one without apply_ms_data. I is init_from_JSON, A
// apply_ms_data, E export_as_JSON.
func TestWhichHooksRan(t *testing.T) {
	item := protocol.Fields{"product_id": "5", "qty": "1", "price_unit": "2"}
	cash := protocol.NewPayment{ID: "p1", Method: "cash", Amount: "5"}
	create := func(id protocol.OrderID) protocol.Op {
		return protocol.OrderCreate{Order: id, Set: protocol.Fields{}}
	}
	add := func(line protocol.LineID) protocol.Op {
		return protocol.LineAdd{Order: "o1", Line: line, Set: item}
	}
	setLine := func(set protocol.Fields) protocol.Op {
		return protocol.LineSet{Order: "o1", Line: "l1", Set: set}
	}
	setOrder := func(set protocol.Fields) protocol.Op {
		return protocol.OrderSet{Order: "o1", Set: set}
	}
	for _, c := range []struct {
		name                  string
		ops                   protocol.Ops
		copies, totals, plain string
	}{
		{"an order is created", protocol.Ops{create("o3")}, "o3:IAE", "o3:IAE", "o3:IE"},
		{
			"an order with two lines",
			protocol.Ops{create("o3"), protocol.LineAdd{Order: "o3", Line: "a", Set: item}, protocol.LineAdd{Order: "o3", Line: "b", Set: item}},
			"a:IAE b:IAE o3:IAE", "a:IAE b:IAE o3:IAE", "a:IE b:IE o3:IE",
		},
		{"the order's own field", protocol.Ops{setOrder(fields("x", `"1"`))}, "o1:IAE", "o1:IAE", "o1:IE"},
		{"the order's own field, cleared that wasn't there", protocol.Ops{setOrder(fields("x", protocol.Null))}, "", "", ""},
		{"a field of the core", protocol.Ops{setOrder(fields("partner_id", "7"))}, "", "", ""},
		{"a line's own field", protocol.Ops{setLine(fields("x", `"1"`))}, "l1:IAE", "l1:IAE o1:IAE", "l1:IE"},
		{"a line's quantity", protocol.Ops{setLine(fields("qty", "3"))}, "", "o1:IAE", ""},
		{"one more", protocol.Ops{protocol.LineInc{Order: "o1", Line: "l1", Field: "qty", By: "1"}}, "", "o1:IAE", ""},
		{"a line is added", protocol.Ops{add("l3")}, "l3:IAE", "l3:IAE o1:IAE", "l3:IE"},
		{"a line is removed", protocol.Ops{protocol.LineRemove{Order: "o1", Line: "l1"}}, "", "o1:IAE", ""},
		{
			"a line moves to another order",
			protocol.Ops{protocol.LineMove{Order: "o1", Lines: []protocol.LineID{"l1"}, To: "o2"}},
			"l1:IAE", "l1:IAE o1:IAE o2:IAE", "l1:IE",
		},
		{"a payment", protocol.Ops{protocol.OrderPay{Order: "o1", Payment: cash}}, "", "o1:IAE", ""},
		{"paid and closed", protocol.Ops{protocol.OrderPay{Order: "o1", Payment: cash}, protocol.OrderClose{Order: "o1", State: protocol.Paid}}, "", "o1:IAE", ""},
		{"cancelled", protocol.Ops{protocol.OrderClose{Order: "o1", State: protocol.Cancelled}}, "", "", ""},
		{"ops on one line and its order", protocol.Ops{setLine(fields("x", `"1"`)), setLine(fields("x", `"2"`)), setOrder(fields("x", `"3"`))}, "l1:IAE o1:IAE", "l1:IAE o1:IAE", "l1:IE o1:IE"},
		{"an order that isn't there", protocol.Ops{protocol.OrderSet{Order: "o9", Set: fields("x", `"1"`)}}, "", "", ""},
		{"a line of a closed order", protocol.Ops{protocol.LineSet{Order: "o0", Line: "l0", Set: fields("x", `"1"`)}}, "", "", ""},
		{"a late payment on a closed order", protocol.Ops{protocol.OrderPay{Order: "o0", Payment: cash}}, "", "", ""},
		{"one op of two isn't good", protocol.Ops{setOrder(fields("x", `"1"`)), protocol.LineRemove{Order: "o1", Line: "l9"}}, "", "", ""},
		{"a refusal without a manifest is an error", protocol.Ops{setLine(fields("x", `"no"`)), add("l3")}, "l1:IA l3:IAE", "l1:IA l3:IAE o1:IAE", "l1:IE l3:IE"},
		{"a wrong increment of its own field", protocol.Ops{protocol.LineInc{Order: "o1", Line: "l1", Field: "x", By: "1"}}, "", "", ""},
	} {
		for kind, want := range map[string]string{"copies": c.copies, "totals": c.totals, "plain": c.plain} {
			t.Run(c.name+"/"+kind, func(t *testing.T) {
				text := strings.NewReplacer(
					"APPLY", map[bool]string{true: "", false: applying}[kind == "plain"],
					"READS", map[bool]string{true: "this.rows = json.lines.length + json.statement_ids.length;"}[kind == "totals"],
				).Replace(telling)
				told := &ran{}
				host, err := javascript.Load(context.Background(), javascript.Options{
					Paths: []string{write(t, "telling.js", text)}, Log: slog.New(told), Timeout: 10 * time.Second,
				})
				require.NoError(t, err)
				s := openShop(t, host)
				s.do("a", create("o0"), protocol.LineAdd{Order: "o0", Line: "l0", Set: item})
				s.do("a", protocol.OrderClose{Order: "o0", State: protocol.Cancelled})
				s.do("a", create("o1"), add("l1"), add("l2"))
				s.do("a", create("o2"))
				told.take()
				s.do("b", c.ops...)
				require.Equal(t, want, told.take())
				s.last["b"]--
				s.do("b", c.ops...)
				require.Empty(t, told.take(), "a repeated mutation runs nothing")
			})
		}
	}
}
