package protocol_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

// FuzzFrame: whatever comes through a socket, on either side, reading it ends, and what is
// read is written and read again as it was.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		`{"t":"hello","protocol":1,"token":"x","client_id":"c","cursor":"e.1"}`,
		`{"t":"push","ref":6,"mutations":[{"id":1,"at":"2026-11-21T09:59:58Z","ops":[{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1e0}]}]}`,
		`{"t":"push","mutations":[{"id":2,"ops":[{"op":"order.create","order":"o","set":{"note":null,"x":[1.50,{"é":"\ud83d"}]}}]}]}`,
		`{"t":"presence","order":null}`, `{"t":"hb","head":0}`,
		`{"t":"pushed","ref":6,"last_id":21,"results":[{"id":21,"status":"rejected","code":"gone","message":"m","kept":[]}]}`,
		`{"t":"changes","changes":[{"seq":4,"orders":{"o1":{"set":{"a":1}}}}],"cursor":"e.1042","seq":1042,"last_id":18}`,
		`{"t":"error","ref":6,"code":"id_gap","message":"m","expected":3,"got":5}`, `{"t":"error","code":"internal","message":"m","ref":"a7"}`,
		`{"t":"till","open":true,"run":4,"multi_session":{"id":"m","name":"Main"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if frame, err := protocol.DecodeClientFrame(raw); err == nil && frame != nil {
			once, err := protocol.EncodeClientFrame(frame)
			require.NoError(t, err)
			again, err := protocol.DecodeClientFrame(once)
			require.NoError(t, err, string(once))
			twice, err := protocol.EncodeClientFrame(again)
			require.NoError(t, err)
			require.Equal(t, string(once), string(twice))
		}
		if frame, err := protocol.DecodeServerFrame(raw); err == nil && frame != nil {
			once, err := protocol.EncodeServerFrame(frame)
			require.NoError(t, err)
			again, err := protocol.DecodeServerFrame(once)
			require.NoError(t, err, string(once))
			twice, err := protocol.EncodeServerFrame(again)
			require.NoError(t, err)
			require.Equal(t, string(once), string(twice))
		}
	})
}

// FuzzValue: a canonical value is JSON, and canonical.
func FuzzValue(f *testing.F) {
	for _, seed := range []string{
		"null", " true ", "-0.0", "1e3", "0.1000", "123456789012345678", `"plain"`, `"\u00e9\/\ud83d\ude00"`, `"\ud83d"`, "\"\xff\"",
		`{"b":1,"a":[1.0,{"\u20ac":null,"\ud83d\ude00":2}],"a":2}`, "[[[[]]]]", "01", "1.", "-", "1 2", `"a"b"`, "\u00a01",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		v, err := protocol.ParseValue(raw)
		if err != nil {
			return
		}
		require.True(t, json.Valid([]byte(v)), "%q of %q", v, raw)
		require.False(t, protocol.TooDeep([]byte(v)))
		again, err := protocol.ParseValue([]byte(v))
		require.NoError(t, err)
		require.Equal(t, v, again)
		through, err := protocol.ValueOf(json.RawMessage(v))
		require.NoError(t, err)
		require.Equal(t, v, through)
		if number, is := v.Decimal(); is {
			require.Equal(t, v, protocol.Num(number))
			return
		}
		var plain, canonical any
		require.NoError(t, json.Unmarshal(raw, &plain), "what is taken is JSON")
		require.NoError(t, json.Unmarshal([]byte(v), &canonical))
		if v.Kind() == protocol.KindString {
			require.Equal(t, plain, canonical)
		}
	})
}
