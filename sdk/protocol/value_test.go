package protocol_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	_ "github.com/manytill/manytill/internal/seeds"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseValue(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{` 1.50 `, `1.5`},
		{`"a"`, `"a"`},
		{`"\u0061\/\u00e9\n\u0007"`, `"a/é\n\u0007"`},
		{`null`, `null`},
		{`true`, `true`},
		{`{"b":1,"a":[1.0,{"d":null}],"\u0062b":""}`, `{"a":[1,{"d":null}],"b":1,"bb":""}`},
		{`"\ud800"`, "\"\uFFFD\""},
		{`{"\ue000":2,"😀":1}`, "{\"😀\":1,\"\ue000\":2}"},
		{`"<&>\u2028"`, "\"<&>\u2028\""},
		{`[]`, `[]`},
	} {
		v, err := protocol.ParseValue([]byte(c.text))
		require.NoError(t, err, c.text)
		require.Equal(t, protocol.Value(c.want), v)
	}
	for _, text := range []string{``, `{`, `[1,]`, `nul`, `"a`, `{"a":1}x`, `[1e99]`, `"` + "\x00" + `"`, strings.Repeat("[", 101) + strings.Repeat("]", 101)} {
		_, err := protocol.ParseValue([]byte(text))
		require.Error(t, err, text)
	}
	_, err := protocol.ParseValue([]byte(strings.Repeat("[", 1_000_000)))
	require.ErrorIs(t, err, protocol.ErrDepth)
	_, err = protocol.ParseValue([]byte(strings.Repeat("[", 100) + strings.Repeat("]", 100)))
	require.NoError(t, err)
}

// What we call canonical is what another implementation of RFC 8785 calls so.
func TestCanonicalAsOthersWriteIt(t *testing.T) {
	value := rapid.Custom(func(t *rapid.T) any { return tree(t, 3) })
	rapid.Check(t, func(t *rapid.T) {
		raw, err := json.Marshal(value.Draw(t, "value"))
		require.NoError(t, err)
		ours, err := protocol.ParseValue(raw)
		require.NoError(t, err)
		theirs := jsontext.Value(raw)
		require.NoError(t, theirs.Canonicalize())
		require.Equal(t, string(theirs), string(ours))
		again, err := protocol.ParseValue([]byte(ours))
		require.NoError(t, err)
		require.Equal(t, ours, again)
	})
}

func tree(t *rapid.T, depth int) any {
	kinds := 4
	if depth > 0 {
		kinds = 6
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return rapid.String().Draw(t, "text")
	case 1:
		return float64(rapid.Int64Range(-999_999_999, 999_999_999).Draw(t, "n")) / 1000
	case 2:
		return rapid.Bool().Draw(t, "bool")
	case 3:
		return nil
	case 4:
		list := make([]any, rapid.IntRange(0, 3).Draw(t, "length"))
		for i := range list {
			list[i] = tree(t, depth-1)
		}
		return list
	}
	object := map[string]any{}
	for range rapid.IntRange(0, 3).Draw(t, "size") {
		object[rapid.String().Draw(t, "key")] = tree(t, depth-1)
	}
	return object
}

func TestIDs(t *testing.T) {
	for _, id := range []string{"a", "A-z_0.9:", strings.Repeat("x", 64)} {
		require.True(t, protocol.ValidID(id))
	}
	for _, id := range []string{"", "a b", "é", "a/b", strings.Repeat("x", 65), "a\n"} {
		require.False(t, protocol.ValidID(id))
	}
	require.True(t, protocol.Cursor(strings.Repeat("a", 512)).Valid())
	for _, c := range []protocol.Cursor{"", "a:b", protocol.Cursor(strings.Repeat("a", 513))} {
		require.False(t, c.Valid())
	}
}
