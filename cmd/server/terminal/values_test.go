package terminal

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
)

func kitchen(t *testing.T) *catalogue {
	zone, err := time.LoadLocation("Asia/Kolkata")
	require.NoError(t, err)
	schema := protocol.CoreSchema()
	schema.Orderline["seat"] = protocol.FieldSpec{Type: protocol.TypeInteger, Min: "1", Max: "12", Label: "Seat"}
	schema.Orderline["doneness"] = protocol.FieldSpec{Type: protocol.TypeString, Enum: []protocol.Value{`"rare"`, `"medium"`, `"medium well"`}}
	schema.Orderline["size"] = protocol.FieldSpec{Type: protocol.TypeInteger, Enum: []protocol.Value{"10", "20"}}
	schema.Orderline["tags"] = protocol.FieldSpec{Type: protocol.TypeStrings, Merge: protocol.Union, Max: "2"}
	schema.Orderline["allergens"] = protocol.FieldSpec{Type: protocol.TypeStrings, Merge: protocol.Union, Enum: []protocol.Value{`"milk"`, `"nuts"`}}
	schema.Orderline["room"] = protocol.FieldSpec{Type: protocol.TypeString, Pattern: `[A-Z]\d`}
	schema.Orderline["due"] = protocol.FieldSpec{Type: protocol.TypeTime}
	return &catalogue{schema: schema, zone: zone, money: coins{protocol.AnyCurrency}}
}

func TestFieldsAreTypedByTheSchema(t *testing.T) {
	c := kitchen(t)
	now := protocol.Fields{"tags": `["late","vegan"]`, "allergens": `["wasps"]`}
	for _, test := range []struct{ field, text, want, says string }{
		{"Seat", "4", "4", ""},
		{"seat", "13", "", "seat must be at most 12"},
		{"seat", "1.5", "", "seat must be a whole number"},
		{"seat", "two", "", `seat must be a number like 2 or 4.80, not "two"`},
		{"seat", "-", "null", ""},
		{"doneness", "Rare", `"rare"`, ""},
		{"doneness", "r", `"rare"`, ""},
		{"doneness", "medium", `"medium"`, ""},
		{"doneness", "med", "", "doneness must be one of rare, medium, medium well"},
		{"size", "2", "20", ""},
		{"size", "30", "", "size must be one of 10, 20"},
		{"tags", "late, nuts", `{"add":["nuts"],"remove":["vegan"]}`, ""},
		{"tags", "late, vegan, nuts", "", "tags must have at most 2 entries"},
		{"allergens", "wasps, M", `["milk"]`, ""},
		{"allergens", "bees", "", "allergens may have only milk, nuts"},
		{"room", "B7", `"B7"`, ""},
		{"room", "b7", "", `room must have the form [A-Z]\d`},
		{"due", "2026-11-21 20:30", `"2026-11-21T15:00:00Z"`, ""},
		{"due", "2026-11-21T20:30:00.50+01:00", `"2026-11-21T19:30:00.5Z"`, ""},
		{"due", "soon", "", "due must be a time like 20:30, 2026-11-21 20:30, now, or +15 for in 15 minutes"},
		{"due", "25:30", "", "due must be a time like 20:30"},
	} {
		_, v, err := c.parseField(c.schema.Orderline, now, test.field, test.text)
		if test.says != "" {
			require.ErrorContains(t, err, test.says, test.text)
			continue
		}
		require.NoError(t, err, test.text)
		require.Equal(t, test.want, string(v), test.text)
	}
}

func TestTimesByTheShopsClock(t *testing.T) {
	now := time.Date(2026, 11, 21, 23, 10, 40, 0, kitchen(t).zone)
	for text, want := range map[string]string{
		"20:30": "2026-11-21T15:00:00Z", "20:30:05": "2026-11-21T15:00:05Z", "now": "2026-11-21T17:40:40Z", "+15": "2026-11-21T17:55:00Z", "+0.5": "2026-11-21T17:40:30Z",
	} {
		v, err := readTime(text, now)
		require.NoError(t, err, text)
		require.Equal(t, want, v.String(), text)
	}
	for at, want := range map[string]string{
		"2026-11-21T15:00:59Z": "20:30", "2026-11-21T19:00:00Z": "22 Nov 00:30", "2025-11-21T15:00:00Z": "21 Nov 2025 20:30",
	} {
		parsed, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		require.Equal(t, want, timeText(parsed, now), at)
	}
}

func TestFieldsAreReadByTheSchema(t *testing.T) {
	f := formatter{kitchen(t)}
	for field, test := range map[protocol.Field]struct{ value, want string }{
		"due":  {`"2001-11-21T15:00:00Z"`, "due: 21 Nov 2001 20:30"},
		"tags": {`["a","b"]`, "tags: a, b"},
		"seat": {"4", "Seat: 4"},
	} {
		require.Equal(t, test.want, f.field(f.schema.Orderline, field, protocol.Value(test.value)))
	}
	require.Equal(t, "tags +a −b", f.fields(protocol.Fields{"tags": `{"add":["a"],"remove":["b"]}`}))
}

// A later server may say of a field what this till doesn't understand.
func TestASchemaOfALaterServer(t *testing.T) {
	c := &catalogue{schema: protocol.CoreSchema()}
	c.takeSchema([]byte(`{"order":{"x":{"type":"colour","merge":"last","max":{"of":"it"}}},"orderline":{}}`))
	require.Equal(t, protocol.Type("colour"), c.schema.Order["x"].Type)
}

func TestWhatTheServerLeftOutIsTold(t *testing.T) {
	line := client.Line{Line: protocol.Line{ID: "l1", Fields: protocol.Fields{"description": `"Coffee"`}}}
	f := formatter{kitchen(t)}
	r := &refusals{format: f, news: &news{told: map[protocol.OrderID]*client.Order{"o1": {Lines: []client.Line{line}}}}}
	require.Equal(t, "Not stored: Seat of Coffee must be at most 12.\nNot stored: due must be a time.\nThe server knows no such field, so this was left out: foo, bar\n",
		r.leftOut(client.Ignored{
			Fields: []string{"l1.seat", "o1.foo", "o1.due", "l1.bar"}, Why: map[string]string{"l1.seat": "must be at most 12", "o1.due": "must be a time"},
		}))
}
