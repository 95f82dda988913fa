package shop_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/suite/shop"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// Tips in euros, and what the kitchen knows of a line; then in cents, as a list.
const (
	tipsV1 = `name: tips
version: 1.0.0
js: tips.js
fields:
  order: {tip: {type: number, edit: true}, tipped: {type: boolean, derived: true}}
  orderline: {cooked: {type: string}}
`
	tipsV2 = `name: tips
version: 2.0.0
schema: 2
js: tips.js
fields:
  order: {tip_cents: {type: integer}, tipped: {type: boolean, derived: true}, dishes: {type: integer, derived: true}}
  orderline: {steps: {type: "string[]", merge: union}}
`
	tipsCodeV1 = `import { patch } from "@web/core/utils/patch";
import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
patch(PosOrder.prototype, {
    init_from_JSON(json) { super.init_from_JSON(json); this.tip = json.tip; },
    export_as_JSON() {
        const json = super.export_as_JSON();
        json.tip = this.tip;
        json.tipped = this.tip > 0;
        return json;
    },
});
`
	tipsCodeV2 = `import { patch } from "@web/core/utils/patch";
import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
patch(PosOrder.prototype, {
    migrate(fields, from) {
        fields = super.migrate(fields, from);
        if ("tip" in fields) {
            if (fields.tip === 13) throw new Error("an unlucky tip");
            fields.tip_cents = Math.round(fields.tip * 100);
            delete fields.tip;
        }
        return fields;
    },
    init_from_JSON(json) {
        super.init_from_JSON(json);
        this.tip_cents = json.tip_cents;
        this.dishes = json.lines.filter((line) => line[2].steps).length;
    },
    export_as_JSON() {
        const json = super.export_as_JSON();
        json.tip_cents = this.tip_cents;
        json.tipped = this.tip_cents > 0;
        json.dishes = this.dishes;
        return json;
    },
});
patch(PosOrderline.prototype, {
    migrate({ cooked, ...rest }) { return cooked ? { ...rest, steps: [cooked, ...(rest.steps || [])] } : rest; },
    init_from_JSON(json) { super.init_from_JSON(json); this.steps = json.steps; },
    export_as_JSON() { const json = super.export_as_JSON(); json.steps = this.steps; return json; },
});
`
)

// host loads an extension of a manifest and a file.
func host(t *testing.T, yaml, code string) extensions.Host {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, manifest.FileName), []byte(yaml), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tips.js"), []byte(code), 0o600))
	m, err := manifest.Load(dir)
	require.NoError(t, err)
	h, err := javascript.Load(t.Context(), javascript.Options{Paths: m.Files(), Manifest: m, Timeout: 30 * time.Second})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.Close()) })
	return h
}

// tips is a shop with the first version, and an order that it wrote.
func tips(t *testing.T) (s *shop.Shop, one, two extensions.Host) {
	one, two = host(t, tipsV1, tipsCodeV1), host(t, tipsV2, tipsCodeV2)
	s = shop.Open(shop.Options{Tills: []string{"A", "B"}, Hosts: []extensions.Host{one}, Timeout: 30 * time.Second})
	t.Cleanup(func() {
		s.Close()
		require.NoError(t, s.Err())
	})
	s.Till("A").Tap(protocol.OrderCreate{Order: "o1", Set: protocol.Fields{"tip": "5"}},
		protocol.LineAdd{Order: "o1", Line: "l1", Set: protocol.Fields{"qty": "1", "cooked": `"starter"`}},
		protocol.LineAdd{Order: "o1", Line: "l2", Set: protocol.Fields{"qty": "1"}})
	return s, one, two
}

// shows holds an order's own fields, as both tills show them, against what is wanted.
func shows(t *testing.T, s *shop.Shop, id protocol.OrderID, order protocol.Fields, lines ...protocol.Fields) {
	t.Helper()
	require.NoError(t, s.Err())
	require.Empty(t, s.Apart())
	own := func(fields protocol.Fields) protocol.Fields {
		kept := protocol.Fields{}
		for _, f := range []protocol.Field{"tip", "tip_cents", "tipped", "dishes", "cooked", "steps"} {
			if v, has := fields[f]; has {
				kept[f] = v
			}
		}
		return kept
	}
	came := s.Till("B").Shows(id)
	require.Equal(t, order, own(came.Fields))
	for i, want := range lines {
		require.Equal(t, want, own(came.Lines[i].Fields), "line %d", i)
	}
}

func setTip(f protocol.Field, v protocol.Value) protocol.Op {
	return protocol.OrderSet{Order: "o1", Set: protocol.Fields{f: v}}
}

var (
	inEuros = protocol.Fields{"tip": "5", "tipped": "true"}
	starter = protocol.Fields{"cooked": `"starter"`}
	none    = protocol.Fields{}
)

// An order is migrated before the merge of what a till sets by the new names.
func TestOlderDataIsMigratedWhereItIsTouched(t *testing.T) {
	s, _, two := tips(t)
	shows(t, s, "o1", inEuros, starter, none)
	s.Restart(two)
	shows(t, s, "o1", inEuros, starter, none)
	s.Till("A").Tap(protocol.LineSet{Order: "o1", Line: "l1", Set: protocol.Fields{"steps": `["main"]`}})
	shows(t, s, "o1", protocol.Fields{"tip_cents": "500", "tipped": "true", "dishes": "1"}, protocol.Fields{"steps": `["starter","main"]`}, none)
	require.Empty(t, s.Errors())

	head := s.Head()
	s.Restart(two)
	s.Rerun()
	require.Equal(t, head, s.Head(), "nothing is migrated twice")
	s.Till("B").Tap(setTip("tip_cents", "700"))
	shows(t, s, "o1", protocol.Fields{"tip_cents": "700", "tipped": "true", "dishes": "1"}, protocol.Fields{"steps": `["starter","main"]`}, none)
}

// Open orders follow without a tap, closed ones stay as they are.
func TestOlderDataOfOpenOrdersFollows(t *testing.T) {
	s, _, two := tips(t)
	s.Till("A").Tap(protocol.OrderCreate{Order: "o2", Set: protocol.Fields{"tip": "2"}}, protocol.OrderClose{Order: "o2", State: protocol.Paid})
	s.Restart(two)
	require.True(t, s.Missed())
	s.Rerun()
	require.False(t, s.Missed())
	require.False(t, s.Schema().Order["tip"].Edit, "pages offer the new one")
	shows(t, s, "o1", protocol.Fields{"tip_cents": "500", "tipped": "true"}, protocol.Fields{"steps": `["starter"]`}, none)
	require.Equal(t, protocol.Value("2"), s.Order("o2").Fields["tip"])
}

// A till that is behind says by its names what it means.
func TestATillThatIsBehind(t *testing.T) {
	s, _, two := tips(t)
	b := s.Till("B")
	b.Offline()
	b.Tap(setTip("tip", "8"))
	b.Tap(protocol.OrderCreate{Order: "o2", Set: protocol.Fields{"tip": "3"}}, protocol.LineAdd{Order: "o2", Line: "l3", Set: protocol.Fields{"cooked": `"soup"`}})
	s.Restart(two)
	s.Rerun()
	s.Till("A").Tap(setTip("tip_cents", "700"))
	b.Online()
	shows(t, s, "o1", protocol.Fields{"tip_cents": "800", "tipped": "true", "dishes": "1"}, protocol.Fields{"steps": `["starter"]`}, none)
	shows(t, s, "o2", protocol.Fields{"tip_cents": "300", "tipped": "true", "dishes": "1"}, protocol.Fields{"steps": `["soup"]`})
	require.Empty(t, s.Errors())
	require.False(t, s.Missed())
}

// The version before leaves alone what a newer one wrote, and that goes on when it is
// back.
func TestNewerDataIsLeftAlone(t *testing.T) {
	s, one, two := tips(t)
	a, b := s.Till("A"), s.Till("B")
	s.Restart(two)
	s.Rerun()
	b.Offline()
	b.Tap(setTip("tip_cents", "900")) // with the new version, pushed to the old one
	s.Restart(one)
	require.True(t, s.Schema().Order["tip"].Edit)
	in2 := protocol.Fields{"tip_cents": "500", "tipped": "true"}
	a.Tap(setTip("tip", "1"), protocol.LineInc{Order: "o1", Line: "l1", Field: "qty", By: "1"})
	b.Online()
	in2["tip_cents"] = "900"
	shows(t, s, "o1", in2, protocol.Fields{"steps": `["starter"]`}, none)
	refused := s.Taps[len(s.Taps)-2].Result
	require.Equal(t, []string{"o1.tip"}, refused.Ignored)
	require.Contains(t, refused.Why["o1.tip"], "newer version of the extension tips (schema 2, the one that runs has 1)")
	require.Contains(t, s.Notes("tips"), "orders hold what a newer version of it wrote (schema 2, this one has 1): its hooks leave these orders alone, and what is stored stays and is synced; enable that version again, and it goes on")

	// Other orders are this version's.
	a.Tap(protocol.OrderCreate{Order: "o2", Set: protocol.Fields{"tip": "4"}})
	shows(t, s, "o2", protocol.Fields{"tip": "4", "tipped": "true"})
	a.Tap(protocol.LineAdd{Order: "o1", Line: "l3", Set: protocol.Fields{"cooked": `"late"`}})

	s.Restart(two)
	s.Rerun()
	shows(t, s, "o1", in2, protocol.Fields{"steps": `["starter"]`}, none, protocol.Fields{"steps": `["late"]`})
	shows(t, s, "o2", protocol.Fields{"tip_cents": "400", "tipped": "true"})
	a.Tap(setTip("tip_cents", "1000"))
	shows(t, s, "o1", protocol.Fields{"tip_cents": "1000", "tipped": "true", "dishes": "2"})
	require.Empty(t, s.Errors())
}

// Where migrate fails the order keeps all that it has, until it works.
func TestOlderDataThatCannotBeMigrated(t *testing.T) {
	s, _, two := tips(t)
	a := s.Till("A")
	a.Tap(setTip("tip", "13"))
	s.Restart(two)
	a.Tap(protocol.LineInc{Order: "o1", Line: "l1", Field: "qty", By: "1"})
	unlucky := protocol.Fields{"tip": "13", "tipped": "true"}
	shows(t, s, "o1", unlucky, starter, none)
	require.Len(t, s.Errors(), 1)
	told := s.Errors()[0]
	require.Equal(t, protocol.HookMigrate, told.Hook)
	require.Equal(t, protocol.OrderID("o1"), told.Order)
	require.Contains(t, told.Message, "from schema 1 to 2: ")
	require.Contains(t, told.Message, "tips.js:8:")
	require.Contains(t, told.Message, "the order keeps its values as they are")
	s.Later(time.Hour)
	s.Rerun()
	shows(t, s, "o1", unlucky, starter, none)
	require.True(t, s.Missed())

	mended := host(t, tipsV2, `import { patch } from "@web/core/utils/patch";
import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
patch(PosOrder.prototype, { migrate(fields) { const { tip, ...rest } = fields; return tip === undefined ? rest : { ...rest, tip_cents: tip * 100 }; } });
patch(PosOrderline.prototype, { migrate(fields) { const { cooked, ...rest } = fields; return cooked ? { ...rest, steps: [cooked] } : rest; } });
`)
	s.Restart(mended)
	s.Rerun()
	s.Rerun()
	shows(t, s, "o1", protocol.Fields{"tip_cents": "1300", "tipped": "true"}, protocol.Fields{"steps": `["starter"]`}, none)
	require.False(t, s.Missed())
}

// What migrate gives is checked, and nothing is taken of what isn't right.
func TestWhatMigrateGives(t *testing.T) {
	for name, c := range map[string]struct{ migrate, told string }{
		"nothing":        {`migrate(fields) { fields.tip_cents = 1; }`, "it gave no object of fields: return what they become"},
		"a promise":      {`async migrate(fields) { return fields; }`, "it gave no object of fields"},
		"a wrong type":   {`migrate(fields) { return { tip_cents: "five" }; }`, "it gives tip_cents as five: it must be a whole number"},
		"another's":      {`migrate(fields) { return { partner_id: 3 }; }`, "it gives partner_id, which is no field that its manifest names of an order"},
		"not JSON":       {`migrate(fields) { return { tip_cents: NaN }; }`, "it gives tip_cents, which"},
		"a refusal":      {`migrate(fields) { throw new Reject("no"); }`, "it rejects (no): migrate refuses nothing"},
		"without an end": {`migrate(fields) { while (fields.tip); return fields; }`, "it ran too long (more than 1s) and was stopped"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, _ := tips(t)
			if name == "without an end" {
				s.Timeout = time.Second
			}
			s.Restart(host(t, tipsV2, `import { patch } from "@web/core/utils/patch";
import { PosOrder } from "@point_of_sale/app/models/pos_order";
patch(PosOrder.prototype, { `+c.migrate+` });`))
			s.Till("A").Tap(protocol.LineInc{Order: "o1", Line: "l1", Field: "qty", By: "1"})
			shows(t, s, "o1", inEuros, starter, none)
			require.NotEmpty(t, s.Errors())
			require.Contains(t, s.Errors()[0].Message, c.told)
		})
	}
}
