package runner_test

import (
	"testing"

	"github.com/manytill/manytill/internal/hooks/runner"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

func TestRecordGet(t *testing.T) {
	r := runner.NewRecord(protocol.Fields{
		"n": "12", "half": "2.5", "text": `"a\nb"`, "yes": "true", "list": `["a","b"]`, "gone": protocol.Null, "object": `{"x":1}`,
	})
	for name, c := range map[string]struct {
		key        protocol.Field
		into, want any
		says       string
	}{
		"int":          {"n", new(int), 12, ""},
		"float":        {"half", new(float64), 2.5, ""},
		"decimal":      {"half", new(decimal.Decimal), dec(t, "2.5"), ""},
		"text":         {"text", new(string), "a\nb", ""},
		"bool":         {"yes", new(bool), true, ""},
		"list":         {"list", new([]string), []string{"a", "b"}, ""},
		"object":       {"object", new(map[string]int), map[string]int{"x": 1}, ""},
		"any":          {"n", new(any), 12.0, ""},
		"as it stands": {"object", new(protocol.Value), protocol.Value(`{"x":1}`), ""},
		"missing":      {"other", ptr(7), 0, ""},
		"cleared":      {"gone", ptr("before"), "", ""},
		"cleared, raw": {"gone", ptr(protocol.Value("1")), protocol.Value(""), ""},
		"missing list": {"other", ptr([]string{"a"}), []string(nil), ""},
		"wrong type":   {"text", new(int), nil, `text: it holds "a\nb", which doesn't fit into a int`},
		"no whole":     {"half", new(int), nil, "half: it holds 2.5, which doesn't fit into a int"},
		"no number":    {"text", new(decimal.Decimal), nil, "text: it holds"},
		"no pointer":   {"n", 7, nil, "n: Get needs a pointer to read into, such as &o.Points; this is a int"},
		"nil":          {"n", (*int)(nil), nil, "n: Get needs a pointer"},
		"nil decimal":  {"n", (*decimal.Decimal)(nil), nil, "n: Get needs a pointer"},
	} {
		t.Run(name, func(t *testing.T) {
			err := r.Get(c.key, c.into)
			if c.says != "" {
				require.ErrorContains(t, err, c.says)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, deref(c.into))
		})
	}
	require.True(t, r.Has("n"))
	require.False(t, r.Has("gone"))
	require.ErrorContains(t, r.Set("n", 1), "only the record that ExportAsJSON is handed can be written")
	none := new(tagged).Stored() // of no run
	require.NoError(t, none.Get("n", new(int)))
	require.ErrorContains(t, none.Set("n", 1), "only the record")
}

func TestFieldNames(t *testing.T) {
	for name, c := range map[string]struct {
		model protocol.Model
		field protocol.Field
		says  string // "" is fine
	}{
		"a field":          {protocol.ModelOrder, "note", ""},
		"Odoo's":           {protocol.ModelOrder, "to_invoice", ""},
		"a line's id":      {protocol.ModelOrderline, "id", "the name id is taken: it is what the orderline's record calls its own"},
		"an order's id":    {protocol.ModelOrder, "id", ""},
		"lines":            {protocol.ModelOrder, "lines", "the name lines is taken"},
		"uid":              {protocol.ModelOrder, "uid", "the name uid is taken"},
		"ms_info":          {protocol.ModelOrderline, "ms_info", "the name ms_info is taken"},
		"the core's":       {protocol.ModelOrderline, "qty", "the name qty is the core's, and tills write it; choose another"},
		"of another model": {protocol.ModelOrder, "qty", ""},
		"later":            {protocol.ModelOrder, "mt_x", `names that begin with mt_ are the core's: choose another for "mt_x"`},
		"no name":          {protocol.ModelOrder, "a b", "a field's name is 1 to 64 of"},
	} {
		t.Run(name, func(t *testing.T) {
			err := protocol.CheckFieldName(c.model, c.field)
			if c.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.says)
		})
	}
}

func dec(t *testing.T, text string) decimal.Decimal {
	d, err := decimal.Parse(text)
	require.NoError(t, err)
	return d
}

func ptr[T any](v T) *T { return &v }

func deref(p any) any {
	switch p := p.(type) {
	case *int:
		return *p
	case *float64:
		return *p
	case *string:
		return *p
	case *bool:
		return *p
	case *any:
		return *p
	case *[]string:
		return *p
	case *map[string]int:
		return *p
	case *protocol.Value:
		return *p
	case *decimal.Decimal:
		return *p
	}
	return p
}
