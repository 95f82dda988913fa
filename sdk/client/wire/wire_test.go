package wire_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/wire"
)

// Frames as docs/protocol.md writes them, read and written again.
func TestFrames(t *testing.T) {
	for _, text := range []string{
		`{"t":"hello","protocol":1,"token":"x","client_id":"c","cursor":"e.1"}`,
		`{"t":"push","ref":6,"mutations":[{"id":1,"ops":[{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1}]}]}`,
		`{"t":"pushed","ref":6,"last_id":21,"results":[{"id":21,"status":"applied","seq":4}]}`,
		`{"t":"changes","changes":[],"cursor":"e.1042","seq":1042,"last_id":18}`,
		`{"t":"snapshot","orders":[],"more":false,"cursor":"e.1042","seq":1042,"last_id":18}`,
		`{"t":"till","open":true,"run":4,"multi_session":{"id":"m","name":"Main"}}`,
		`{"t":"hb"}`, `{"t":"hb","head":1044}`, `{"t":"presence","order":"o1"}`, `{"t":"presence","order":null}`,
		`{"t":"reset","reason":"diverged"}`, `{"t":"extensions","extensions_etag":"e"}`, `{"t":"catalogue","catalogue_etag":"c"}`,
		`{"t":"error","code":"id_gap","message":"m","expected":3,"got":5,"ref":6}`,
	} {
		frame, err := wire.Decode([]byte(text))
		require.NoError(t, err, text)
		raw, err := wire.Encode(frame)
		require.NoError(t, err)
		require.Equal(t, text, string(raw))
	}
}

func TestWhatIsNotKnownIsIgnored(t *testing.T) {
	frame, err := wire.Decode([]byte(`{"t":"later"}`))
	require.NoError(t, err)
	require.Nil(t, frame)
	_, err = wire.Decode([]byte(`{"t":`))
	require.Error(t, err)
	_, err = wire.DecodePull([]byte(`{"mode":"later"}`))
	require.Error(t, err)
}

// The ref of an internal error is a text, of an error frame a number.
func TestErrorRef(t *testing.T) {
	for text, want := range map[string]wire.Error{
		`{"code":"internal","message":"m","ref":"a7"}`: {Code: sdk.Internal, Message: "m (a7)"},
		`{"code":"internal","message":"m","ref":7}`:    {Code: sdk.Internal, Message: "m", Ref: 7},
		`{"code":"internal","message":"m","ref":null}`: {Code: sdk.Internal, Message: "m"},
	} {
		var e wire.Error
		require.NoError(t, json.Unmarshal([]byte(text), &e))
		require.Equal(t, want, e)
	}
}

// What isn't as the protocol says is unreadable; what is new to this client
// isn't. The TypeScript client reads the same examples.
func TestReadable(t *testing.T) {
	raw, err := os.ReadFile("testdata/readable.json")
	require.NoError(t, err)
	var examples []struct {
		Text     string
		Readable bool
	}
	require.NoError(t, json.Unmarshal(raw, &examples))
	require.Greater(t, len(examples), 60)
	for _, example := range examples {
		_, err := wire.Decode([]byte(example.Text))
		require.Equal(t, example.Readable, err == nil, "%s: %v", example.Text, err)
		if err != nil {
			require.ErrorAs(t, err, &wire.Unreadable{}, example.Text)
		}
	}
}
