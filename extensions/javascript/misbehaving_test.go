package javascript_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/sdk/protocol"
)

// The failure table with extensions that really misbehave, whenever an order's
// field `go` is "now": tills go on selling, what they sent stands, no field of
// others is written, and afterwards the operator can read what happened and to
// which order.
func TestTillsGoOnSelling(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		says string // "" where nothing is an error
		hook string
	}{
		"throws":                {`throw new Error("out of order");`, "script.js:8:40: Error: out of order", protocol.HookExport},
		"loops for ever":        {`while (true) {}`, "ran too long", protocol.HookExport},
		"allocates without end": {`var a = []; while (true) { a.push(new Array(1000).fill("x" + a.length)); }`, "export_as_JSON", protocol.HookExport},
		"recurses":              {`(function f() { f(); })();`, "too deeply", protocol.HookExport},
		"nests":                 {`var a = []; for (var i = 0; i < 1e5; i++) { a = [a]; } data.go = a;`, "", ""},
		"returns garbage":       {`return "garbage";`, "export_as_JSON gave no object", protocol.HookExport},
		"returns nothing":       {`return undefined;`, "export_as_JSON gave no object", protocol.HookExport},
		"writes others' fields": {`data.partner_id = 666; data.lines = []; data.amount_total = 1; data.follows = "x"; data.qty = 5; data.state = "paid"; data.uid = "other";`, "", ""},
		"rejects without leave": {`throw new Reject("never");`, "it rejects, but its manifest doesn't say can_reject: true", protocol.HookExport},
	} {
		for _, onError := range []extensions.OnError{extensions.OnErrorMerge, extensions.OnErrorReject} {
			t.Run(name+"/"+string(onError), func(t *testing.T) {
				host, err := javascript.Load(context.Background(), javascript.Options{
					Paths: []string{write(t, "script.js", inHook(c.body))}, Log: slog.New(slog.DiscardHandler), Timeout: 10 * time.Second,
				})
				require.NoError(t, err)
				timeout := 5 * time.Second
				if name == "loops for ever" {
					timeout = time.Second
				}
				s := openShopWith(t, extensions.Entry{Host: host, OnError: onError, Timeout: timeout})
				create := func(id protocol.OrderID, value protocol.Value) protocol.Result {
					return s.do("a", protocol.OrderCreate{Order: id, Set: protocol.Fields{"go": value, "partner_id": "7"}},
						protocol.LineAdd{Order: id, Line: "l", Set: protocol.Fields{"product_id": "5", "qty": "2"}})
				}
				require.Equal(t, protocol.Applied, create("before", `"later"`).Status)
				bad := create("bad", `"now"`)
				refused := onError == extensions.OnErrorReject && c.says != ""
				if refused {
					require.Equal(t, protocol.Vetoed, bad.Code)
				} else {
					require.Equal(t, protocol.Applied, bad.Status, "the sale goes on")
					require.Equal(t, protocol.Value(`"now"`), s.shown("bad", exporting{model: protocol.ModelOrder, field: "go"}))
					require.Equal(t, protocol.Value("7"), s.shown("bad", exporting{model: protocol.ModelOrder, field: "partner_id"}))
					require.Equal(t, protocol.Value("2"), s.shown("bad", exporting{model: protocol.ModelOrderline, field: "qty"}))
				}
				require.Equal(t, protocol.Applied, create("after", `"later"`).Status)
				require.Equal(t, protocol.Value(`"later"`), s.shown("after", exporting{model: protocol.ModelOrder, field: "go"}))
				if c.says == "" {
					return
				}
				errors := s.set.Status()[0].Errors
				require.Len(t, errors, 1)
				require.Equal(t, protocol.OrderID("bad"), errors[0].Order)
				require.Equal(t, c.hook, errors[0].Hook)
				require.Contains(t, errors[0].Message, c.says)
				require.EqualValues(t, 1, s.set.Status()[0].Failures[c.hook])
			})
		}
	}
}
