package manifest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/sdk/protocol"
)

const whole = `name: order-note
version: 1.0.0
manytill: ">=0.1"
js: order-note.js
fields:
  order:     {note: {type: string, merge: last, max: 2000, label: Note, edit: true, show: order}}
  orderline: {cooked_qty: {type: number, merge: counter}, tags: {type: "string[]", merge: union}, points: {type: number, derived: true}}
reads: {orderline: [qty, price_unit]}
after: [base-notes]
can_reject: true
config: config.schema.json
public: [currency]
`

// The example of the documentation.
func TestWholeManifest(t *testing.T) {
	m, err := manifest.Parse("extension.yaml", []byte(whole))
	require.NoError(t, err)
	require.Equal(t, "order-note", m.Name)
	require.Equal(t, "1.0.0", m.Version)
	require.Equal(t, ">=0.1", m.Manytill)
	require.Equal(t, "order-note.js", m.JS)
	require.Equal(t, map[protocol.Model][]protocol.Field{protocol.ModelOrderline: {"qty", "price_unit"}}, m.Reads)
	require.Equal(t, []string{"base-notes"}, m.After)
	require.True(t, m.CanReject)
	require.True(t, m.IsPublic("currency"))
	require.False(t, m.IsPublic("secret"))
	require.Equal(t, protocol.FieldSpec{
		Type: protocol.TypeString, Merge: protocol.Last, Owner: "order-note", Label: "Note", Edit: true, Show: "order", Max: 2000,
	}, m.Fields[protocol.ModelOrder]["note"].Spec("order-note"))
	require.Equal(t, protocol.FieldSpec{
		Type: protocol.TypeNumber, Merge: protocol.Last, Owner: "order-note", Label: "points", Derived: true,
	}, m.Fields[protocol.ModelOrderline]["points"].Spec("order-note"))
}

// Any extension may claim a role, on a field that hooks write too.
func TestRoles(t *testing.T) {
	for _, role := range protocol.Roles {
		m, err := manifest.Parse("extension.yaml", []byte("name: a\njs: a.js\nfields:\n  orderline: {x: {type: number, merge: guarded, derived: true, role: "+string(role)+"}}\n"))
		require.NoError(t, err)
		require.Equal(t, role, m.Fields[protocol.ModelOrderline]["x"].Spec("a").Role)
	}
}

// Every mistake is named with line and column.
func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"unknown key":        {"name: a\njs: a.js\ncolour: red\n", "extension.yaml:3:1: "},
		"a near miss":        {"name: a\njs: a.js\ncan-reject: true\n", `extension.yaml:3:1: unknown field "can-reject"; did you mean "can_reject"?`},
		"several files":      {"name: a\njs: [a.js, b.js]\n", "extension.yaml:2:5: js must be one text, not a list"},
		"yes":                {"name: a\njs: a.js\ncan_reject: yes\n", "extension.yaml:3:13: can_reject must be true or false, not yes"},
		"two documents":      {"name: a\njs: a.js\n---\nname: b\n", "extension.yaml:4:1: a second document begins here"},
		"unknown field key":  {"name: a\njs: a.js\nfields:\n  order:\n    note: {type: string, colour: red}\n", "extension.yaml:5:26: "},
		"twice":              {"name: a\njs: a.js\nname: b\n", "extension.yaml:3:1: "},
		"no YAML":            {"name: [a\njs: a.js\n", "extension.yaml:"},
		"no name":            {"js: a.js\n", "extension.yaml:1:3: name must be"},
		"bad name":           {"js: a.js\nname: Order Note\n", "extension.yaml:2:1: name must be"},
		"a list for a text":  {"js: a.js\nname: [a]\n", "extension.yaml:2:7: "},
		"no code":            {"name: a\n", "say either js"},
		"both":               {"name: a\njs: a.js\nexec: ./a\n", "extension.yaml:2:1: say either js"},
		"outside":            {"name: a\njs: ../a.js\n", "extension.yaml:2:1: js must be a path inside"},
		"bad version":        {"name: a\njs: a.js\nversion: one two\n", "extension.yaml:3:1: version must be"},
		"bad host version":   {"name: a\njs: a.js\nmanytill: newest\n", `extension.yaml:3:1: manytill must be like ">=0.1"`},
		"no model":           {"name: a\njs: a.js\nfields:\n  table: {x: {type: any}}\n", "extension.yaml:4:3: there are fields of order and orderline"},
		"no type":            {"name: a\njs: a.js\nfields:\n  order: {x: {merge: last}}\n", "extension.yaml:4:11: x needs a type"},
		"bad type":           {"name: a\njs: a.js\nfields:\n  order: {x: {type: text}}\n", `extension.yaml:4:11: x: the type "text" is none of`},
		"bad merge":          {"name: a\njs: a.js\nfields:\n  order: {x: {type: any, merge: best}}\n", "the merge rule"},
		"counter of text":    {"name: a\njs: a.js\nfields:\n  order: {x: {type: string, merge: counter}}\n", "a counter has the type number"},
		"union of a number":  {"name: a\njs: a.js\nfields:\n  order: {x: {type: number, merge: union}}\n", "a union has the type"},
		"core's prefix":      {"name: a\njs: a.js\nfields:\n  order: {mt_x: {type: any}}\n", "are the core's"},
		"a record's key":     {"name: a\njs: a.js\nfields:\n  order: {uid: {type: any}}\n", "extension.yaml:4:11: the name uid is taken"},
		"the order's lines":  {"name: a\njs: a.js\nfields:\n  order: {lines: {type: any}}\n", "the name lines is taken"},
		"a line's id":        {"name: a\njs: a.js\nfields:\n  orderline: {id: {type: any}}\n", "the name id is taken"},
		"bad field":          {"name: a\njs: a.js\nfields:\n  order: {\"a b\": {type: any}}\n", "a field's name is"},
		"bad max":            {"name: a\njs: a.js\nfields:\n  order: {x: {type: string, max: -1}}\n", "max must be above 0"},
		"max of a number":    {"name: a\njs: a.js\nfields:\n  order: {x: {type: number, max: 5}}\n", "max is for the type string"},
		"derived and edited": {"name: a\njs: a.js\nfields:\n  order: {x: {type: any, derived: true, edit: true}}\n", "take edit away"},
		"bad show":           {"name: a\njs: a.js\nfields:\n  order: {x: {type: any, show: top}}\n", "show must be"},
		"unknown role":       {"name: a\njs: a.js\nfields:\n  orderline:\n    x:\n      type: number\n      role: tip\n", `extension.yaml:7:7: x: the role "tip" is none of unit_surcharge, percent_discount`},
		"role on an order":   {"name: a\njs: a.js\nfields:\n  order: {x: {type: number, role: money_discount}}\n", "extension.yaml:4:29: x: the role money_discount is for fields of orderline, not of order"},
		"role of a text":     {"name: a\njs: a.js\nfields:\n  orderline: {x: {type: string, role: unit_deposit}}\n", "extension.yaml:4:33: x: a field with the role unit_deposit has the type number, not string"},
		"role of a counter":  {"name: a\njs: a.js\nfields:\n  orderline: {x: {type: number, merge: counter, role: money_surcharge}}\n", "extension.yaml:4:49: x: a field with the role money_surcharge merges as last or guarded, not as counter"},
		"reads of a table":   {"name: a\njs: a.js\nreads: {table: [x]}\n", "extension.yaml:3:9: reads are of order and orderline"},
		"reads no field":     {"name: a\njs: a.js\nreads: {order: [\"a b\"]}\n", "can't be a field"},
		"after itself":       {"name: a\njs: a.js\nafter: [a]\n", "extension.yaml:3:1: after names other extensions"},
		"empty":              {"", "name must be"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := manifest.Parse("extension.yaml", []byte(c.text))
			require.ErrorContains(t, err, c.says)
		})
	}
}

const schemaText = `{"type": "object", "properties": {"points_per_unit": {"type": "number", "minimum": 0}}, "additionalProperties": false}`

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

func TestSettings(t *testing.T) {
	dir := folder(t, map[string]string{manifest.FileName: whole, "config.schema.json": schemaText})
	m, err := manifest.Load(dir)
	require.NoError(t, err)
	require.Equal(t, dir, m.Dir)
	require.NoError(t, m.CheckConfig(nil))
	require.NoError(t, m.CheckConfig(map[string]any{"points_per_unit": 2}))
	require.ErrorContains(t, m.CheckConfig(map[string]any{"points_per_unit": "two"}), "points_per_unit")
	require.ErrorContains(t, m.CheckConfig(map[string]any{"pionts": 2}), "pionts")

	_, err = manifest.Load(folder(t, map[string]string{manifest.FileName: whole}))
	require.ErrorContains(t, err, "config.schema.json")
	_, err = manifest.Load(folder(t, map[string]string{manifest.FileName: whole, "config.schema.json": `{"type": 5}`}))
	require.ErrorContains(t, err, "is no JSON Schema")
	_, err = manifest.Load(folder(t, map[string]string{manifest.FileName: whole, "config.schema.json": `{"$ref": "file:///etc/passwd"}`}))
	require.Error(t, err)
	_, err = manifest.Load(folder(t, nil))
	require.ErrorContains(t, err, "extension.yaml")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(_ *testing.T, text []byte) { _, _ = manifest.Parse("extension.yaml", text) })
}
