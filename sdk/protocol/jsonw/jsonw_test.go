package jsonw_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/manytill/manytill/sdk/protocol/jsonw"
	"github.com/stretchr/testify/require"
)

func TestWriter(t *testing.T) {
	w := jsonw.New([]byte("before "))
	w.Open('{')
	w.Key("n")
	w.Int(-7)
	w.TextKey("a \"key\"")
	w.Text("line\n{")
	for _, empty := range []byte{'[', '{'} {
		from := w.Begin("empty", empty)
		w.End(from, empty+2)
	}
	list := w.Begin("list", '[')
	w.Bool(true)
	w.Open('{')
	w.Close('}')
	w.Raw([]byte(`1,2`))
	w.Raw(nil)
	w.RawString("")
	w.RawString("null")
	w.Plain("id")
	w.End(list, ']')
	w.Members([]byte(` {} `))
	w.Members([]byte(`{"m":[1],"k":"}"}`))
	w.Key("at")
	w.Time(time.Date(2026, 11, 29, 12, 0, 0, 0, time.FixedZone("", 3600)), time.RFC3339)
	w.Close('}')
	require.Equal(t, `before {"n":-7,"a \"key\"":"line\n{","list":[true,{},1,2,null,"id"],"m":[1],"k":"}","at":"2026-11-29T11:00:00Z"}`, string(w.Bytes()))
	require.Equal(t, len(w.Bytes()), w.Len())
}

// What is written is read again as it was, whatever is in it.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "a", "\"\\\b\f\n\r\t\x00\x1f", "é\u2028😀", "\xff", "</script>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var w jsonw.Writer
		w.Open('[')
		w.Text(text)
		w.Text(text)
		w.Close(']')
		var read []string
		require.NoError(t, json.Unmarshal(w.Bytes(), &read))
		plain, err := json.Marshal(text)
		require.NoError(t, err)
		var want string
		require.NoError(t, json.Unmarshal(plain, &want))
		require.Equal(t, []string{want, want}, read)
	})
}
