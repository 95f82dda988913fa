package cases_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/suite/cases"
	"github.com/stretchr/testify/require"
)

const limit = 30 * time.Second

// kitchen refuses, ignores, fails, wants effects, and puts a line.
func kitchen(t *testing.T) extensions.Host {
	dir := t.TempDir()
	for name, text := range map[string]string{
		manifest.FileName: `name: kitchen
js: kitchen.js
can_reject: true
lines: true
effects: {ticket: {url: "https://kitchen.example/"}}
fields:
  order: {note: {type: string}, printed: {type: string, derived: true}}
  orderline: {doneness: {enum: [rare, done]}, seat: {type: integer, merge: counter}}
`,
		"kitchen.js": `
var _order = models.Order.prototype, _line = models.Orderline.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) { _order.init_from_JSON.apply(this, arguments); this.take(json); },
    apply_ms_data: function (data) {
        this.take(data);
        if (this.note === "no") throw new Reject("Not that note");
        if (this.note === "bad") throw new Error("a bad note");
    },
    take: function (json) { this.note = json.note; this.printed = json.printed; this.over = json.mt_state === "paid"; },
    effect_result: function (name, key, result) { this.printed = result.body.at; },
    export_as_JSON: function () {
        var json = _order.export_as_JSON.apply(this, arguments);
        json.note = this.note && this.note.toUpperCase();
        json.printed = this.printed;
        if (this.over) this.effect("ticket", "paid", {note: this.note || null, order: this.uid});
        if (/gift/i.test(this.note)) this.put_line("gift", {product_id: 9, qty: 1});
        return json;
    },
});
models.Orderline = models.Orderline.extend({
    init_from_JSON: function (json) { _line.init_from_JSON.apply(this, arguments); this.doneness = json.doneness; this.seat = json.seat; },
    apply_ms_data: function (data) { this.doneness = data.doneness; this.seat = data.seat; },
    export_as_JSON: function () { return Object.assign(_line.export_as_JSON.apply(this, arguments), {doneness: this.doneness, seat: this.seat}); },
});`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	m, err := manifest.Load(dir)
	require.NoError(t, err)
	host, err := javascript.Load(t.Context(), javascript.Options{Manifest: m, Timeout: limit, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, host.Close()) })
	require.Empty(t, host.Describe().Notes)
	return host
}

const given = `name: a note
given:
  order: {note: OLD}
  lines:
    - {id: l1, product_id: 1, qty: 2, price_unit: 3, doneness: rare}
`

// What a case says is so, in everything that it can say.
func TestCasesThatHold(t *testing.T) {
	host := kitchen(t)
	for name, text := range map[string]string{
		"the format of the guide": given + `when:
  - till: A
    set: {note: "Birthday"}
  - till: B
    line: l1
    set: {qty: 3}
  - till: B
    offline: true
  - {till: B, add: {id: l2, product_id: "2", qty: 1, price_unit: 1.50}}
  - {till: A, line: l1, inc: {seat: 2}}
  - {till: B, line: l1, inc: {seat: 3}}
  - till: B
    online: true
then:
  order: {note: "BIRTHDAY"}
  lines: [{id: l1, qty: 3.0, seat: 5, product_id: 1}, {id: l2, price_unit: 1.5}]
  line_count: 2
  effects: []
`,
		"a new order, refused and ignored": `when:
  - {till: A, add: {id: l1, product_id: 1, qty: 1, doneness: raw}}
  - {till: B, set: {note: "no"}}
  - restart: true
  - {till: B, set: {no_such_field: 1}}
then:
  order: {note: null}
  lines: [{id: l1, doneness: null}]
  rejected: [{till: B, code: vetoed, message: Not that note, extension: kitchen}]
  ignored: [l1.doneness, o1.no_such_field]
`,
		"two orders, an end and an effect": `when:
  - {till: A, user: Ana, at: "17:30", create: {note: x}}
  - {till: A, add: {id: a, product_id: 1, qty: 1}}
  - {till: C, in: o2, add: {id: b, product_id: 1, qty: 1}}
  - {till: A, line: a, move: o2}
  - {till: C, in: o2, line: b, remove: true}
  - {till: A, at: 2026-11-30T20:00:00Z, pay: 7}
  - {till: A, pay: {id: late, method: card, amount: 1, offline: true}}
  - {till: A, close: paid}
  - effect: {name: ticket, key: paid, result: {status: 200, body: {at: now}}}
  - {till: B, in: o3, close: cancelled}
then:
  order: {note: X, printed: now}
  state: paid
  line_count: 0
  orders:
    o2: {lines: [{id: a}], gone: [b], state: open}
    o3: {state: cancelled}
  effects: [{name: ticket, key: paid, data: {order: o1, note: X}}]
`,
		"lines that hooks put": `when:
  - {till: A, set: {note: gift}}
then: {line_count: 1, lines: [{id: "mt:kitchen:gift", product_id: 9}]}
`,
		"money that meets a veto": `given: {order: {note: "no"}}
when: [{till: A, pay: 1}]
then: {review: [Not that note]}
`,
	} {
		t.Run(name, func(t *testing.T) {
			c, err := cases.Parse("case.yaml", []byte(text))
			require.NoError(t, err)
			found, err := c.Play(host, nil, limit)
			require.NoError(t, err)
			require.Empty(t, found)
			same, err := c.Updated(found)
			require.NoError(t, err)
			require.Equal(t, text, string(same))
		})
	}
}

// What isn't as a case says is told with its place, what was expected and what came.
func TestCasesThatDoNotHold(t *testing.T) {
	host := kitchen(t)
	for name, c := range map[string]struct{ when, then, says string }{
		"a field": {"{till: A, set: {note: new}}", "order: {note: new}", `7:16: order note: expected "new", came "NEW"`},
		"a field of a line": {
			"{till: A, line: l1, set: {doneness: done}}", "lines: [{id: l1, doneness: rare}]", `7:25: line l1 doneness: expected "rare", came "done"`,
		},
		"nothing there":   {"{till: A, line: l1, set: {seat: null}}", "lines: [{id: l1, seat: 1}]", "7:25: line l1 seat: expected 1, came nothing"},
		"no such line":    {"{till: A, set: {note: new}}", "lines: [{id: l7}]", "7:16: expected a line l7, came there is none"},
		"not gone":        {"{till: A, set: {note: new}}", "gone: [l1]", "7:15: expected no line l1, came it is there"},
		"no such order":   {"{till: A, set: {note: new}}", "orders: {o2: {state: open}}", "7:17: expected an order o2, came there is none"},
		"the state":       {"{till: A, close: cancelled}", "state: open", "7:8: state: expected the state open, came cancelled"},
		"how many lines":  {"{till: A, set: {note: new}}", "line_count: 2", "7:8: expected 2 lines, came 1"},
		"refused":         {"{till: A, set: {note: \"no\"}}", "order: {note: OLD}", "7:1: expected no tap to be refused, came till A's step 1 (6:8) was refused (vetoed): Not that note"},
		"other words":     {"{till: A, set: {note: \"no\"}}", "rejected: [{message: no}]", "expected refused: no, came till A's step 1"},
		"not refused":     {"{till: A, set: {note: new}}", "rejected: [{till: A}]", "came none was refused"},
		"ignored":         {"{till: A, line: l1, set: {doneness: raw}}", "order: {}", "expected every value of a till to be taken, came ignored: l1.doneness of till A's step 1 (6:8), which must be one of rare, done"},
		"an effect":       {"{till: A, close: paid}", "effects: []", `expected 0 effects, as then.effects says, came ticket with the key "paid" and the data {"note":"OLD","order":"o1"}`},
		"no effect":       {"{till: A, set: {note: new}}", "effects: [{name: ticket}]", "came none is wanted"},
		"a hook fails":    {"{till: A, set: {note: bad}}", "order: {}", "kitchen.js:8:40: Error: a bad note (on order o1)"},
		"nothing expects": {"{till: A, set: {note: new}}", "", "expected then, which says what every till shows in the end, came nothing is expected"},
	} {
		t.Run(name, func(t *testing.T) {
			then := "then: {" + c.then + "}\n"
			if c.then == "" {
				then = ""
			}
			_, found := play(t, host, given+"when: ["+c.when+"]\n"+then)
			require.NotEmpty(t, found)
			var said []string
			for _, m := range found {
				said = append(said, m.String())
			}
			require.Contains(t, strings.Join(said, "\n"), c.says)
		})
	}
}

func play(t *testing.T, host extensions.Host, text string) (*cases.Case, []cases.Mismatch) {
	c, err := cases.Parse("case.yaml", []byte(text))
	require.NoError(t, err)
	found, err := c.Play(host, nil, limit)
	require.NoError(t, err)
	return c, found
}

// A case that can't be read or played says where, and what to write.
func TestCasesThatAreWrong(t *testing.T) {
	host := kitchen(t)
	for name, c := range map[string]struct{ text, says string }{
		"no YAML":         {"when: [", "case.yaml:1:"},
		"an unknown key":  {"when: [{till: A, sets: {note: x}}]", `case.yaml:1:18: unknown field "sets"; did you mean "when[0].set"?`},
		"not a list":      {"when: {till: A}", "case.yaml:1:7: when must be a list"},
		"no steps":        {"name: x\nthen: {}", "when is missing or empty"},
		"does nothing":    {"when:\n  - till: A", "case.yaml:2:5: this step does nothing"},
		"does two things": {"when: [{till: A, pay: 1, close: paid}]", "this does pay and close"},
		"no till":         {"when: [{close: paid}]", "case.yaml:1:8: which till does it? Say till: A"},
		"a till's name":   {"when: [{till: the bar, close: paid}]", "a till's name is made of"},
		"of a line":       {"when: [{till: A, inc: {qty: 1}}]", "inc is of a line: say line: l1"},
		"not of a line":   {"when: [{till: A, line: l1, close: paid}]", "close isn't of a line"},
		"an end":          {"when: [{till: A, close: open}]", `close is paid or cancelled, not "open"`},
		"an amount":       {"when: [{till: A, pay: much}]", "pay must be an amount, or {id: …"},
		"a payment":       {"when: [{till: A, pay: {sum: 1}}]", "pay must be an amount, or {id: …"},
		"a time":          {"when: [{till: A, at: noon, pay: 1}]", "at must be a time, like 2026-11-30T17:30:00Z, or an hour of the day, like 17:30"},
		"a line's id":     {"given: {lines: [{qty: 1}]}\nwhen: [{till: A, pay: 1}]", "case.yaml:1:17: a line needs an id"},
		"an added line":   {"when: [{till: A, add: {qty: 1}}]", "case.yaml:1:18: a line that is added needs an id"},
		"no result":       {"when: [{effect: {name: ticket}}]", "an effect's outcome needs its name, key and result"},
		"given a field":   {"given: {order: {nte: x}}\nwhen: [{till: A, pay: 1}]", "neither the core nor this extension has the field o1.nte"},
		"given nonsense":  {"given: {lines: [{id: l1, qty: much}]}\nwhen: [{till: A, pay: 1}]", "no server would have stored this"},
		"no such effect":  {"when: [{effect: {name: ticket, key: k, result: 1}}]", `case.yaml:1:8: order o1 doesn't want the effect ticket with the key "k"`},
		"two increments":  {"when: [{till: A, line: l1, inc: {a: 1, b: 2}}]", "inc adds to one field"},
	} {
		t.Run(name, func(t *testing.T) {
			parsed, err := cases.Parse("case.yaml", []byte(c.text))
			if err == nil {
				_, err = parsed.Play(host, nil, limit)
			}
			require.ErrorContains(t, err, c.says)
			require.ErrorContains(t, err, "case.yaml:")
		})
	}
}

// What came is written where something else was expected; all else stays, with the
// comments.
func TestUpdate(t *testing.T) {
	host := kitchen(t)
	for name, c := range map[string]struct{ when, then, updated string }{
		"values": {"{till: A, set: {note: new}}", `then:   # in the end
  # in capitals
  order: {note: new, printed: null} # here
  lines:
    # the first
    - {qty: 3, id: l1}  # two
    - id: l2
      qty: 1 # of it
  line_count: 1
# the end
`, `then: # in the end
  # in capitals
  order: {note: NEW, printed: null} # here
  lines:
    # the first
    - {qty: 2, id: l1} # two
  line_count: 1
# the end
`},
		"what came of taps": {"{till: B, set: {note: \"no\"}}", "then: {order: {note: OLD}, ignored: [l1.x]} # short\n", `then: {order: {note: OLD}, ignored: [], rejected: [{code: vetoed, message: Not that note, till: B}]} # short
`},
		"a list to a key": {"{till: A, close: paid}", "then:\n  order:\n    note: OLD\n  state: open\n  effects: [] # none\n", `then:
  order:
    note: OLD
  state: paid
  effects: [{data: {note: OLD, order: o1}, key: paid, name: ticket}] # none
`},
		"all of it": {"{till: A, set: {note: new}}", "", `then:
  line_count: 1
  lines:
    - doneness: rare
      id: l1
      seat: null
  order:
    note: NEW
    printed: null
`},
		"an empty one": {"{till: A, set: {note: new}}", "then: {} # to come\n# behind\nsettings: {}\n", `then:
  line_count: 1
  lines:
    - doneness: rare
      id: l1
      seat: null
  order:
    note: NEW
    printed: null
# behind
settings: {}
`},
		"no other keys": {"{till: A, set: {note: new}}", "then:\n  order: {note: OLD}\nsettings:\n", "then:\n  order: {note: NEW}\nsettings:\n"},
	} {
		t.Run(name, func(t *testing.T) {
			text := "# a case\n" + given + "when:   [" + c.when + "]   # a tap\n"
			parsed, found := play(t, host, text+c.then)
			updated, err := parsed.Updated(found)
			require.NoError(t, err)
			require.Equal(t, text+c.updated, string(updated))
			again, found := play(t, host, string(updated))
			require.Empty(t, found, "what came is expected now")
			same, err := again.Updated(found)
			require.NoError(t, err)
			require.Equal(t, string(updated), string(same))
		})
	}
}

// What no case can expect isn't written.
func TestUpdateOfFailures(t *testing.T) {
	c, found := play(t, kitchen(t), given+"when: [{till: A, set: {note: bad}}]\nthen: {orders: {o2: {state: open}}}\n")
	require.Len(t, found, 2)
	same, err := c.Updated(found)
	require.NoError(t, err)
	require.Equal(t, string(c.Text), string(same))
}
