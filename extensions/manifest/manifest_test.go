package manifest_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
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
	require.Equal(t, []string{"order-note.js"}, m.Files())
	require.Equal(t, map[protocol.Model][]protocol.Field{protocol.ModelOrderline: {"qty", "price_unit"}}, m.Reads)
	require.Equal(t, []string{"base-notes"}, m.After)
	require.True(t, m.CanReject)
	require.True(t, m.IsPublic("currency"))
	require.False(t, m.IsPublic("secret"))
	require.Equal(t, protocol.FieldSpec{
		Type: protocol.TypeString, Merge: protocol.Last, Owner: "order-note", Label: "Note", Edit: true, Show: "order", Max: "2000",
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

// field is a manifest with one field of orders.
func field(members string) string {
	return "name: a\nversion: 1.0.0\nfields:\n  order: {x: {" + members + "}}\n"
}

// Files of code are one or a list, in the order in which they run.
func TestCode(t *testing.T) {
	m, err := manifest.Parse("extension.yaml", []byte("name: a\njs: [b.js, src/a.ts]\n"))
	require.NoError(t, err)
	require.Equal(t, []string{"b.js", filepath.Join("src", "a.ts")}, m.Files())
	require.True(t, m.HasCode())
	m, err = manifest.Parse("extension.yaml", []byte(field("type: string")))
	require.NoError(t, err)
	require.False(t, m.HasCode())
	require.Empty(t, m.Files())
}

func TestBeside(t *testing.T) {
	dir := t.TempDir()
	a, b, other := filepath.Join(dir, "a.js"), filepath.Join(dir, "b.js"), filepath.Join(dir, "other.js")
	m, ignored := manifest.Beside([]string{a})
	require.Nil(t, m)
	require.NoError(t, ignored)
	write := func(text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, manifest.FileName), []byte(text), 0o600))
	}
	write("name: pair\njs: [./a.js, b.js]\n")
	for _, paths := range [][]string{{a}, {b, a}, {dir + "/./a.js"}} {
		m, ignored = manifest.Beside(paths)
		require.NoError(t, ignored)
		require.Equal(t, []string{a, b}, m.Files(), "%v is run with the whole extension", paths)
	}
	_, ignored = manifest.Beside([]string{a, other})
	require.ErrorContains(t, ignored, "it is ignored, as it doesn't name other.js beside it")
	write("name: [\n")
	m, ignored = manifest.Beside([]string{a})
	require.Nil(t, m)
	require.ErrorContains(t, ignored, "it is ignored, as it can't be read: ")
}

func TestBoundedValues(t *testing.T) {
	for members, want := range map[string]protocol.FieldSpec{
		"enum: [rare, medium, yes, 2026-01-01]": {Type: protocol.TypeString, Enum: []protocol.Value{`"rare"`, `"medium"`, `"yes"`, `"2026-01-01"`}},
		`type: id, enum: [7, "7", 7.50]`:        {Type: protocol.TypeID, Enum: []protocol.Value{"7", `"7"`, "7.5"}},
		`type: "string[]", enum: [a], max: 1`:   {Type: protocol.TypeStrings, Enum: []protocol.Value{`"a"`}, Max: "1"},
		"type: number, min: -0.5, max: 0":       {Type: protocol.TypeNumber, Min: "-0.5", Max: "0"},
		"type: string, pattern: '[A-Z]\\d+'":    {Type: protocol.TypeString, Pattern: `[A-Z]\d+`},
		"type: time":                            {Type: protocol.TypeTime},
	} {
		m, err := manifest.Parse("extension.yaml", []byte(field(members)))
		require.NoError(t, err, members)
		want.Merge, want.Label, want.Owner = protocol.Last, "x", "a"
		require.Equal(t, want, m.Fields[protocol.ModelOrder]["x"].Spec("a"), members)
	}
	m, err := manifest.Parse("extension.yaml", []byte(field("type: integer, merge: counter, min: 1, max: 8")))
	require.NoError(t, err)
	require.Equal(t, protocol.Counter, m.Fields[protocol.ModelOrder]["x"].Spec("a").Merge)
}

// A pattern is what RE2 and JavaScript read alike: testdata/fields.json has
// such, and what they match in both.
func TestPatterns(t *testing.T) {
	raw, err := os.ReadFile("../../testdata/fields.json")
	require.NoError(t, err)
	var vectors struct {
		Values []struct{ Spec protocol.FieldSpec }
	}
	require.NoError(t, json.Unmarshal(raw, &vectors))
	good := []string{`(a|b)c?`, `(\d{1,3}\.){3}\d{1,3}`, `[^@ ]+@[^@ ]+`, `[a-z-]`, `[-a]`, `[.*+({|^]`, `a|`, `(?:ab)+`, `[\w-]+`, `ä{2,}`, `-/,"`}
	for _, v := range vectors.Values {
		if !strings.Contains(v.Spec.Pattern, "later server") {
			good = append(good, v.Spec.Pattern)
		}
	}
	parse := func(pattern string) error {
		text, err := json.Marshal(pattern)
		require.NoError(t, err)
		_, err = manifest.Parse("extension.yaml", []byte(field("type: string, pattern: "+string(text))))
		return err
	}
	for _, pattern := range good {
		require.NoError(t, parse(pattern), pattern)
	}
	for pattern, says := range map[string]string{
		`(?!a)b`: "lookahead", `(?<=a)b`: "lookbehind", `(?<!a)b`: "lookbehind", `(?<n>a)`: "named group", `(?P<n>a)`: "named group",
		`(?i)a`: "flags", `(?i:a)`: "flags", `(a)\1`: "backreference", `\0`: "octal", `(?<n>a)\k<n>`: "named group",
		`\s+`: `write [ \t\r\n]`, `[\S]`: `has \S`, `\pL`: "general categories", `\p{Greek}`: "general categories", `\p{C}`: "general categories",
		`\p{Script=Greek}`: "general categories", `\Aa`: "anchor", `a\z`: "anchor", `\Qa\E`: `has \Q`, `\u0041`: `has \u`, `\x{41}`: `has \x`,
		`\-`: `has \-`, `\é`: `has \é`, `\`: `ends with \`, `[[:alpha:]]`: "[ in a class", `[]a]`: "empty class", `[^]`: "empty class",
		`[a`: "without its ]", `[a-\d]`: "range that ends", `[\w-a]`: "neither first nor last", `[a-c-e]`: "neither first nor last",
		`[z-a]`: "can't be read", `[\b]`: `has \b`, `a]`: `single ]`, `a}`: `single }`, `a{,3}`: `single {`, `x{`: `single {`,
		`*a`: "repeats nothing", `a**`: "repeats nothing", `a|+`: "repeats nothing", `^*`: "repeats nothing", `\b+`: "repeats nothing",
		`a{2000}`: "can't be read", `a{3,2}`: "can't be read", `(a`: "lacks a )", `a)`: "without its (",
		`(a+)+b`: "without end", `(?:x(\d*)y)*`: "without end", `(a{2,})+`: "without end",
		strings.Repeat("a", 201): "at most 200 bytes",
	} {
		require.ErrorContains(t, parse(pattern), says, pattern)
	}
}

// mistakes and what is said of them.
var mistakes = map[string]struct{ text, says string }{
	"unknown key":        {"name: a\njs: a.js\ncolour: red\n", "extension.yaml:3:1: "},
	"a near miss":        {"name: a\njs: a.js\ncan-reject: true\n", `extension.yaml:3:1: unknown field "can-reject"; did you mean "can_reject"?`},
	"files of files":     {"name: a\njs: [[a.js], b.js]\n", "extension.yaml:2:5: js must be a file, or a list of files, not a list"},
	"the same twice":     {"name: a\njs: [a.js, ./a.js]\n", "extension.yaml:2:1: js names ./a.js twice"},
	"one outside":        {"name: a\njs: [a.js, ../b.js]\n", "extension.yaml:2:1: js must be a path inside"},
	"an empty name":      {"name: a\njs: [a.js, \"\"]\n", "extension.yaml:2:1: js names a file"},
	"yes":                {"name: a\njs: a.js\ncan_reject: yes\n", "extension.yaml:3:13: can_reject must be true or false, not yes"},
	"two documents":      {"name: a\njs: a.js\n---\nname: b\n", "extension.yaml:4:1: a second document begins here"},
	"unknown field key":  {"name: a\njs: a.js\nfields:\n  order:\n    note: {type: string, colour: red}\n", "extension.yaml:5:26: "},
	"twice":              {"name: a\njs: a.js\nname: b\n", "extension.yaml:3:1: "},
	"no YAML":            {"name: [a\njs: a.js\n", "extension.yaml:"},
	"no name":            {"js: a.js\n", "extension.yaml:1:3: name must be"},
	"bad name":           {"js: a.js\nname: Order Note\n", "extension.yaml:2:1: name must be"},
	"a list for a text":  {"js: a.js\nname: [a]\n", "extension.yaml:2:7: "},
	"no code":            {"name: a\n", "say what it adds: fields, or code"},
	"fields of nothing":  {"name: a\nfields: {order: {}}\n", "say what it adds: fields, or code"},
	"veto without code":  {field("type: string") + "can_reject: true\n", "extension.yaml:5:1: can_reject is for code, and the manifest names none"},
	"reads without code": {field("type: string") + "reads: {order: [partner_id]}\n", "reads is for code"},
	"derived by nobody":  {field("type: string, derived: true"), "extension.yaml:4:11: x: a derived field is written by hooks only"},
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
	"bad max":            {field("type: string, max: -1"), "extension.yaml:4:29: x: max counts characters or entries, so it must be a whole number from 0, was -1"},
	"half a character":   {field("type: string, min: 0.5"), "min counts characters or entries"},
	"max of an id":       {field("type: id, max: 5"), "extension.yaml:4:25: x: max is for numbers, texts (their characters) and lists (their entries), not for id"},
	"max of a time":      {field("type: time, max: 5"), "not for time"},
	"max is no number":   {field("type: number, max: ten"), "extension.yaml:4:34: fields.order.x.max must be a number, not ten"},
	"max in quotes":      {field(`type: number, max: "10"`), "fields.order.x.max must be a number, not a text in quotes"},
	"max below min":      {field("type: number, min: 2, max: 1.5"), "extension.yaml:4:37: x: max must not be below min, was 1.5 and 2"},
	"maximum":            {field("type: number, maximum: 2"), `did you mean "fields.order.x.max"?`},
	"counter of texts":   {field("type: string, merge: counter"), "a counter has the type number or integer, not string"},
	"enum of a counter":  {field("type: integer, merge: counter, enum: [1, 2]"), "a counter has no enum"},
	"enum of a time":     {field("type: time, enum: [now]"), "an enum is for the types string, number, integer, id, string[] and id[], not time"},
	"enum is no list":    {field("enum: rare"), "extension.yaml:4:21: fields.order.x.enum must be a list, like [a, b], not rare"},
	"enum of lists":      {field("enum: [[rare]]"), "fields.order.x.enum[0] must be a text or a number, not a list"},
	"an empty enum":      {field("enum: []"), "extension.yaml:4:15: x: an enum names at least one value"},
	"enum, wrong type":   {field("enum: [1, 2]"), "the choice 1 must be of type string"},
	"enum, other type":   {field("type: integer, enum: [1, 2.5]"), "the choice 2.5 must be a whole number"},
	"enum, an entry":     {field(`type: "string[]", enum: [a, 1]`), "the choice 1 must be of type string"},
	"enum, twice":        {field("enum: [rare, done, rare]"), `the choice "rare" stands there twice`},
	"enum, null":         {field("enum: [rare, null]"), "a choice can't be null"},
	"enum above max":     {field("max: 4, enum: [rare, medium]"), `the choice "medium" must be at most 4 characters long`},
	"pattern of numbers": {field("type: number, pattern: a"), "extension.yaml:4:29: x: pattern is for the type string, not number"},
	"lookaround":         {field(`type: string, pattern: "a(?=b)"`), "extension.yaml:4:29: x: pattern has a lookahead, which RE2 hasn't (character 2 of a(?=b))"},
	"derived and edited": {"name: a\njs: a.js\nfields:\n  order: {x: {type: any, derived: true, edit: true}}\n", "take edit away"},
	"no language":        {"name: a\njs: a.js\nfields:\n  order: {x: {type: any, labels: {french: Note}}}\n", `"french" isn't one`},
	"an empty label":     {"name: a\njs: a.js\nfields:\n  order: {x: {type: any, labels: {fr: ''}}}\n", `"fr" isn't one`},
	"bad show":           {"name: a\njs: a.js\nfields:\n  order: {x: {type: any, show: top}}\n", "show must be"},
	"unknown role":       {"name: a\njs: a.js\nfields:\n  orderline:\n    x:\n      type: number\n      role: tip\n", `extension.yaml:7:7: x: the role "tip" is none of unit_surcharge, percent_discount`},
	"role on an order":   {"name: a\njs: a.js\nfields:\n  order: {x: {type: number, role: money_discount}}\n", "extension.yaml:4:29: x: the role money_discount is for fields of orderline, not of order"},
	"role of a text":     {"name: a\njs: a.js\nfields:\n  orderline: {x: {type: string, role: unit_deposit}}\n", "extension.yaml:4:33: x: a field with the role unit_deposit has the type number, not string"},
	"role of a counter":  {"name: a\njs: a.js\nfields:\n  orderline: {x: {type: number, merge: counter, role: money_surcharge}}\n", "extension.yaml:4:49: x: a field with the role money_surcharge merges as last or guarded, not as counter"},
	"reads of a table":   {"name: a\njs: a.js\nreads: {table: [x]}\n", "extension.yaml:3:9: reads are of order and orderline"},
	"reads no field":     {"name: a\njs: a.js\nreads: {order: [\"a b\"]}\n", "can't be a field"},
	"writes of a table":  {"name: a\njs: a.js\nwrites: {table: [x]}\n", "extension.yaml:3:10: writes are of order and orderline"},
	"writes anything":    {"name: a\njs: a.js\nwrites: {orderline: [price_unit, note]}\n", "hooks can't write the orderline field \"note\": of an orderline they may write description, discount, price_unit, qty"},
	"writes twice":       {"name: a\njs: a.js\nwrites: {order: [partner_id, partner_id]}\n", "writes names partner_id twice"},
	"storage off":        {"name: a\njs: a.js\nstorage: false\n", "extension.yaml:3:10: storage must be true, or {max_keys: 1000}, not false"},
	"storage in full":    {"name: a\njs: a.js\nstorage: {keys: 7}\n", `extension.yaml:3:10: storage must be true, or {max_keys: 1000} (there is no "keys"), not keys of its own`},
	"storage, a text":    {"name: a\njs: a.js\nstorage:\n  max_keys: many\n", "storage must be true, or {max_keys: 1000}, not keys of its own"},
	"storage of none":    {"name: a\njs: a.js\nstorage: {max_keys: 0}\n", "extension.yaml:3:1: max_keys is how many keys its storage may have, from 1 to 10000"},
	"storage, too much":  {"name: a\njs: a.js\nstorage: {max_keys: 10001}\n", "from 1 to 10000"},
	"storage, no code":   {field("type: string") + "storage: true\n", "storage is for code"},
	"writes no code":     {field("type: string") + "writes: {order: [partner_id]}\n", "writes is for code"},
	"after itself":       {"name: a\njs: a.js\nafter: [a]\n", "extension.yaml:3:1: after names other extensions"},
	"empty":              {"", "name must be"},
}

// Every mistake is named with line and column.
func TestMistakes(t *testing.T) {
	for name, c := range mistakes {
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
