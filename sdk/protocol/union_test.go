package protocol_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

func TestUnion(t *testing.T) {
	for _, test := range []struct{ has, more, want string }{
		{`["a"]`, `["b"]`, `["a","b"]`},
		{`["a","b"]`, `["b","c","c","a"]`, `["a","b","c"]`},
		{`null`, `["b","b"]`, `["b"]`},
		{`null`, `[]`, `[]`},
		{`["a"]`, `[]`, `["a"]`},
		{`["a"]`, `null`, `null`},
		{`null`, `null`, `null`},
		{`["a"]`, `"b"`, `"b"`},
		{`7`, `["b","b"]`, `["b","b"]`},
		{`[1,{"b":1,"a":2}]`, `[1.0,{"a":2,"b":1},[1]]`, `[1,{"a":2,"b":1},[1]]`},
		{`["<b>"]`, `["&"]`, `["<b>","&"]`}, // canonical: not escaped for HTML
		{`["a","b"]`, `{"add":["c","a"],"remove":["a"]}`, `["b","c","a"]`},
		{`["a","b",1]`, `{"remove":["b",1.0,"x"]}`, `["a"]`},
		{`["a"]`, `{"add":["b"]}`, `["a","b"]`},
		{`null`, `{"remove":["b"]}`, `[]`},
		{`["a"]`, `{}`, `["a"]`},
		{`["a"]`, `{"add":["b"],"other":1}`, `{"add":["b"],"other":1}`},
		{`["a"]`, `{"add":"b"}`, `{"add":"b"}`},
		{`["a"]`, `{"add":null}`, `{"add":null}`},
	} {
		has, err := protocol.ParseValue([]byte(test.has))
		require.NoError(t, err)
		more, err := protocol.ParseValue([]byte(test.more))
		require.NoError(t, err)
		require.Equal(t, test.want, string(has.Union(more)), "%s and %s", test.has, test.more)
	}
	require.Equal(t, `["a"]`, string(protocol.Value("").Union(`["a"]`)))
}
