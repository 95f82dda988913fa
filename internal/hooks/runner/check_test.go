package runner_test

import (
	"encoding/json"
	"testing"

	"github.com/manytill/manytill/internal/hooks/runner"
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

type (
	otherCase   struct{ sdk.OrderBase }
	twoLetters  struct{ sdk.OrderBase }
	otherType   struct{ sdk.OrderBase }
	noError     struct{ sdk.OrderBase }
	valueInit   struct{ sdk.OrderBase }
	valueExport struct{ sdk.OrderBase }
	otherNames  struct{ sdk.OrderBase }
	lineMiss    struct{ sdk.OrderlineBase }
	shared      struct{ note string }
	byPointer   struct {
		sdk.OrderBase
		*shared
	}
	byAnOwnPointer struct {
		*sdk.OrderBase
	}
)

func (*otherCase) ApplyMsData(sdk.Record) error    { return nil }
func (*twoLetters) ExportAsJSN(sdk.Record) error   { return nil }
func (*otherType) ApplyMSData(*sdk.Record) error   { return nil }
func (*noError) InitFromJSON(sdk.Record)           {}
func (valueInit) InitFromJSON(sdk.Record) error    { return nil }
func (valueExport) ExportAsJSON(sdk.Record) error  { return nil }
func (*otherNames) Export(sdk.Record) error        { return nil }
func (*otherNames) ApplyDiscount(sdk.Record) error { return nil }
func (*lineMiss) InitFromJson(sdk.Record) error    { return nil }
func (s *shared) InitFromJSON(r sdk.Record) error  { return r.Get("note", &s.note) }

type tagMiss struct {
	sdk.OrderBase
	Note string `json:"note" snyc:"note"`
}

type otherTags struct {
	sdk.OrderBase
	Note string `json:"note" yaml:"note" toml:"note" sync:"note"`
}

// A method that almost is a hook would never be called: it is an error.
func TestNearMisses(t *testing.T) {
	for name, c := range map[string]struct {
		set  *set
		says string
	}{
		"another case":      {orders(func() *otherCase { return new(otherCase) }), "runner_test.otherCase.ApplyMsData is never called: did you mean ApplyMSData?"},
		"two letters off":   {orders(func() *twoLetters { return new(twoLetters) }), "did you mean ExportAsJSON?"},
		"another argument":  {orders(func() *otherType { return new(otherType) }), "write func (o *otherType) ApplyMSData(data sdk.Record) error"},
		"no result":         {orders(func() *noError { return new(noError) }), "write func (o *noError) InitFromJSON(json sdk.Record) error"},
		"a value receiver":  {orders(func() *valueInit { return new(valueInit) }), "has a value receiver, so what it fills in is lost"},
		"of a line":         {&set{runner.Set{Orderline: func() sdk.OrderlineHooks { return new(lineMiss) }}}, "lineMiss.InitFromJson is never called"},
		"a nil base":        {orders(func() *byAnOwnPointer { return new(byAnOwnPointer) }), "must embed sdk.OrderBase itself"},
		"no struct":         {orders(func() *told { return nil }), "must return a pointer to a new struct"},
		"value export":      {orders(func() *valueExport { return new(valueExport) }), ""},
		"a tag, misspelt":   {orders(func() *tagMiss { return new(tagMiss) }), `tagMiss.Note has the tag snyc:"note", which means nothing: did you mean sync:"note"?`},
		"other tags":        {orders(func() *otherTags { return new(otherTags) }), ""},
		"unlike names":      {orders(func() *otherNames { return new(otherNames) }), ""},
		"by what is shared": {orders(func() *byPointer { return &byPointer{shared: new(shared)} }), ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.set.Check()
			if c.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.says)
		})
	}
}

type manyTags struct {
	sdk.OrderBase
	Note   *string           `sync:"note"`
	Count  int               `sync:"count"`
	Points decimal.Decimal   `sync:"points"`
	Tags   []string          `sync:"tags"`
	Raw    json.RawMessage   `sync:"raw"`
	Any    any               `sync:"any"`
	Map    map[string]string `sync:"map"`
}

// Tags agree with the fields of extension.yaml, in name and type.
func TestTagsAgreeWithTheManifest(t *testing.T) {
	set := orders(func() *manyTags { return new(manyTags) })
	good := map[protocol.Field]protocol.Type{
		"note": protocol.TypeString, "count": protocol.TypeNumber, "points": protocol.TypeNumber, "tags": protocol.TypeStrings,
		"raw": protocol.TypeObject, "any": protocol.TypeIDs, "map": protocol.TypeObject, "more": protocol.TypeAny,
	}
	fields := map[protocol.Model]map[protocol.Field]protocol.Type{protocol.ModelOrder: good}
	require.NoError(t, set.CheckFields(fields))
	good["tags"], good["map"] = protocol.TypeString, protocol.TypeArray
	delete(good, "count")
	good["counts"] = protocol.TypeNumber
	require.EqualError(t, set.CheckFields(fields), `runner_test.manyTags.Count has the tag sync:"count", and extension.yaml names no such field of the order; did you mean "counts"?; `+
		`runner_test.manyTags.Tags is a []string and can't hold the field tags, which extension.yaml says is of the type string; `+
		`runner_test.manyTags.Map is a map[string]string and can't hold the field map, which extension.yaml says is of the type array`)
}

type panics struct{ sdk.OrderBase }

func (p *panics) ApplyMSData(d sdk.Record) error {
	var list []int
	return d.Get("note", &list[d.Fields()["note"].String()[0]]) // here
}

// A panic is told with the vendor's file and line.
func TestAPanicHasAPlace(t *testing.T) {
	r := orders(func() *panics { return new(panics) }).Run(existing(protocol.Fields{}, protocol.Fields{"note": `"m"`}))
	require.Regexp(t, `^apply_ms_data: check_test\.go:\d+: panic: runtime error: index out of range`, r.Err.Error())
	var panicked *runner.Panic
	require.ErrorAs(t, r.Err, &panicked)
	require.Contains(t, string(panicked.Stack), "ApplyMSData")
}
