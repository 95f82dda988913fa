package check

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

// Of each kind of field there are two values that a till may set.
func TestSamples(t *testing.T) {
	for _, spec := range []protocol.FieldSpec{
		{Type: protocol.TypeString},
		{Type: protocol.TypeString, Max: "3"},
		{Type: protocol.TypeString, Min: "30"},
		{Type: protocol.TypeString, Pattern: `[A-Z]\d{1,3}`},
		{Type: protocol.TypeString, Pattern: `(yes|no)!?`},
		{Type: protocol.TypeString, Enum: []protocol.Value{`"rare"`, `"done"`}},
		{Type: protocol.TypeNumber},
		{Type: protocol.TypeNumber, Min: "100", Max: "200"},
		{Type: protocol.TypeNumber, Max: "-1.5"},
		{Type: protocol.TypeInteger, Min: "40", Max: "41"},
		{Type: protocol.TypeBool},
		{Type: protocol.TypeTime},
		{Type: protocol.TypeID},
		{Type: protocol.TypeStrings},
		{Type: protocol.TypeStrings, Enum: []protocol.Value{`"a"`, `"b"`}},
		{Type: protocol.TypeStrings, Min: "3"},
		{Type: protocol.TypeIDs},
		{Type: protocol.TypeArray},
		{Type: protocol.TypeObject},
		{Type: protocol.TypeAny},
	} {
		two := samples(spec)
		require.Len(t, two, 2, "%+v", spec)
		require.NotEqual(t, two[0], two[1], "%+v", spec)
		for _, v := range two {
			require.NoError(t, spec.Check(v), "%+v", spec)
		}
	}
	require.Empty(t, samples(protocol.FieldSpec{Type: protocol.TypeString, Enum: []protocol.Value{`"only"`}}), "there is no other")
}

func TestTextsThatAPatternMatches(t *testing.T) {
	for _, pattern := range []string{`[A-Z]\d{1,3}`, `(yes|no)!?`, `a+b*c?`, `x{2,}`, `\w{4}-\d`, `.{3}`, `(a|b)(c|d)+`} {
		for n := range 2 {
			text, ok := matching(pattern, n)
			require.True(t, ok)
			require.Regexp(t, regexp.MustCompile(`^(?:`+pattern+`)$`), text)
		}
	}
	_, ok := matching(`(`, 0)
	require.False(t, ok)
}
