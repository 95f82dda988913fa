package protocol_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

type fieldVectors struct {
	Values []struct {
		Spec  protocol.FieldSpec
		Value protocol.Value
		// Is is what is kept; "" where that is the value itself.
		Is   protocol.Value
		Says string
	}
	Unions  []struct{ Now, Set, Is protocol.Value }
	Changes []struct{ Was, Is, Set protocol.Value }
}

// readFieldVectors reads what sdk/js/test/check.test.ts plays too.
func readFieldVectors(t *testing.T) (all fieldVectors) {
	raw, err := os.ReadFile("../../testdata/fields.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &all))
	require.Greater(t, len(all.Values), 90)
	require.Greater(t, len(all.Unions), 20)
	return all
}

func TestFieldVectors(t *testing.T) {
	types := map[protocol.Type]bool{}
	for _, v := range readFieldVectors(t).Values {
		about, err := json.Marshal(v)
		require.NoError(t, err)
		types[v.Spec.Type] = true
		is, wrong := v.Spec.Fit(v.Value)
		if v.Says != "" {
			require.EqualError(t, wrong, v.Says, string(about))
			require.EqualError(t, v.Spec.Check(v.Value), v.Says)
			continue
		}
		require.NoError(t, wrong, string(about))
		if v.Is == "" {
			v.Is = v.Value
		}
		require.Equal(t, v.Is, is, string(about))
		again, err := v.Spec.Fit(is)
		require.NoError(t, err)
		require.Equal(t, is, again, "what is kept is kept again")
	}
	for _, each := range []protocol.Type{protocol.TypeInteger, protocol.TypeTime, protocol.TypeOrder, protocol.TypeArray} {
		require.True(t, types[each], each)
	}
}

func TestUnion(t *testing.T) {
	for _, v := range readFieldVectors(t).Unions {
		require.Equal(t, v.Is, v.Now.Union(v.Set), "%s and %s", v.Now, v.Set)
	}
	require.Equal(t, `["a"]`, string(protocol.Value("").Union(`["a"]`)))
	require.NotEmpty(t, readFieldVectors(t).Changes)
	for _, v := range readFieldVectors(t).Changes {
		require.Equal(t, v.Set, v.Was.UnionChange(v.Is), "%s to %s", v.Was, v.Is)
	}
	require.Equal(t, `["a"]`, string(protocol.Value("").UnionChange(`["a"]`)))
	require.Equal(t, `[]`, string(protocol.Value(`["a","b"]`).UnionChange(`["b","a"]`)), "the same entries")
}

// What a union has from before isn't checked again, but for how many it has.
func TestUnionIsCheckedWhereItGrows(t *testing.T) {
	spec := protocol.FieldSpec{Type: protocol.TypeStrings, Merge: protocol.Union, Enum: []protocol.Value{`"milk"`, `"nuts"`}, Max: "2"}
	for _, c := range []struct{ now, set, is, says string }{
		{now: `["wasps"]`, set: `["milk"]`, is: `["wasps","milk"]`},
		{now: `["wasps"]`, set: `{"remove":["wasps"]}`, is: `[]`},
		{now: `["wasps"]`, set: `{"add":["milk","nuts"]}`, says: "must have at most 2 entries"},
		{now: `["wasps"]`, set: `{"add":["milk","nuts"],"remove":["wasps",7]}`, is: `["milk","nuts"]`},
		{now: `["milk"]`, set: `{"add":["wasps"]}`, says: "may have only milk, nuts"},
		{now: `["milk"]`, set: `{"add":[7]}`, says: "must be of type string[]"},
		{now: `["milk"]`, set: `{"plus":["nuts"]}`, says: "must be of type string[]"},
		{now: `["milk"]`, set: `"nuts"`, says: "must be of type string[]"},
		{now: `"of an older manifest"`, set: `["nuts","nuts"]`, is: `["nuts"]`},
		{now: `["milk"]`, set: `null`, is: `null`},
	} {
		is, err := spec.Set(protocol.Value(c.now), protocol.Value(c.set))
		if c.says != "" {
			require.EqualError(t, err, c.says, c.set)
			continue
		}
		require.NoError(t, err, c.set)
		require.Equal(t, c.is, string(is), c.set)
	}
	last := protocol.FieldSpec{Type: protocol.TypeObject, Merge: protocol.Last}
	is, err := last.Set(`{"add":["a"]}`, `{"add":["b"]}`)
	require.NoError(t, err)
	require.Equal(t, `{"add":["b"]}`, string(is))
	found := protocol.FieldSpec{Type: protocol.TypeStrings, Merge: protocol.Union, Found: true}
	is, err = found.Set(`["a"]`, `false`)
	require.NoError(t, err)
	require.Equal(t, `false`, string(is))
}
