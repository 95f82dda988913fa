package protocol_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

// Frames as docs/protocol.md writes them, read and written again.
func TestServerFrames(t *testing.T) {
	for _, text := range []string{
		`{"t":"pushed","ref":6,"last_id":21,"results":[{"id":21,"status":"applied","seq":4}]}`,
		`{"t":"changes","changes":[],"cursor":"e.1042","seq":1042,"last_id":18}`,
		`{"t":"snapshot","orders":[],"more":false,"cursor":"e.1042","seq":1042,"last_id":18}`,
		`{"t":"till","open":true,"run":4,"multi_session":{"id":"m","name":"Main"}}`,
		`{"t":"hb","head":1044}`, `{"t":"hb","head":0}`, `{"t":"presence","conn":"c1","user":null,"pos":{"id":"bar","name":"Bar"},"order":"o1"}`,
		`{"t":"reset","reason":"diverged"}`, `{"t":"extensions","extensions_etag":"e"}`, `{"t":"catalogue","catalogue_etag":"c"}`,
		`{"t":"error","ref":6,"code":"id_gap","message":"m","expected":3,"got":5}`,
		`{"t":"error","code":"internal","message":"m","ref":"a7"}`,
	} {
		frame, err := protocol.DecodeServerFrame([]byte(text))
		require.NoError(t, err, text)
		raw, err := protocol.EncodeServerFrame(frame)
		require.NoError(t, err)
		require.Equal(t, text, string(raw))
	}
}

func TestClientFrames(t *testing.T) {
	order := protocol.OrderID("o1")
	for text, frame := range map[string]protocol.ClientFrame{
		`{"t":"hello","protocol":1,"token":"x","client_id":"c","cursor":"e.1"}`: protocol.Hello{Protocol: 1, Token: "x", ClientID: "c", Cursor: "e.1"},
		`{"t":"push","ref":6,"mutations":[{"id":1,"ops":[{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1}]}]}`: protocol.Push{
			Ref: 6, Mutations: []protocol.Mutation{{ID: 1, Ops: protocol.Ops{protocol.LineInc{Order: "o1", Line: "l1", Field: "qty", By: "1"}}}},
		},
		`{"t":"hb"}`:                    protocol.Alive{},
		`{"t":"presence","order":"o1"}`: protocol.Look{Order: &order},
		`{"t":"presence","order":null}`: protocol.Look{},
	} {
		raw, err := protocol.EncodeClientFrame(frame)
		require.NoError(t, err)
		require.Equal(t, text, string(raw))
		read, err := protocol.DecodeClientFrame(raw)
		require.NoError(t, err)
		require.Equal(t, frame, read)
	}
}

func TestWhatIsNotKnownIsIgnored(t *testing.T) {
	frame, err := protocol.DecodeServerFrame([]byte(`{"t":"later"}`))
	require.NoError(t, err)
	require.Nil(t, frame)
	_, err = protocol.DecodeServerFrame([]byte(`{"t":`))
	require.Error(t, err)
	_, err = protocol.DecodePull([]byte(`{"mode":"later"}`))
	require.Error(t, err)
}

// The ref of an internal error is a text, of an error frame a number.
func TestErrorRef(t *testing.T) {
	for text, want := range map[string]protocol.ErrorFrame{
		`{"code":"internal","message":"m","ref":"a7"}`: {Code: protocol.Internal, Message: "m", Details: protocol.LogEntry{Ref: "a7"}},
		`{"code":"internal","message":"m","ref":7}`:    {Code: protocol.Internal, Message: "m", Ref: 7},
		`{"code":"internal","message":"m","ref":null}`: {Code: protocol.Internal, Message: "m"},
	} {
		var e protocol.ErrorFrame
		require.NoError(t, json.Unmarshal([]byte(text), &e))
		require.Equal(t, want, e)
	}
}

// An error is found again with its details, whatever lies around it.
func TestProblem(t *testing.T) {
	for code, details := range map[protocol.Code]protocol.Details{
		protocol.BadRequest: protocol.Place{At: "mutations[0].id"}, protocol.Unauthorized: protocol.TokenProblem{Reason: "revoked"},
		protocol.TillOpen: protocol.OpenTills{POS: []protocol.POSID{"bar"}}, protocol.IDGap: protocol.Gap{Expected: 3, Got: 5},
		protocol.ResetRequired: protocol.Resetting{Reason: protocol.Diverged}, protocol.TooLarge: protocol.TooMuch{What: "body", Limit: 5},
		protocol.IDReused: protocol.UsedID{ID: 7}, protocol.UpgradeRequired: protocol.Spoken{Protocol: protocol.Versions{Min: 1, Max: 1}},
		protocol.ReadOnly: protocol.Pause{RetryAfterMS: 1500}, protocol.Internal: protocol.LogEntry{Ref: "a7"}, protocol.NotFound: nil,
	} {
		sent := fmt.Errorf("around: %w", protocol.Errorf(code, "m").With(details).Because(os.ErrExist))
		var e *protocol.Error
		require.ErrorAs(t, sent, &e)
		require.ErrorIs(t, sent, os.ErrExist)
		require.Equal(t, code, protocol.CodeOf(sent))
		raw, err := json.Marshal(e.Problem())
		require.NoError(t, err)
		var read protocol.Problem
		require.NoError(t, json.Unmarshal(raw, &read), string(raw))
		require.Equal(t, &protocol.Error{Code: code, Message: "m", Details: details}, read.Failure())
		require.Equal(t, code.HTTPStatus(), read.Status)
		require.Equal(t, code == protocol.ResetRequired, read.Failure().Reason() != "")
		require.Equal(t, code == protocol.ReadOnly, read.Failure().RetryAfter() == 1500*time.Millisecond)
	}
	require.Equal(t, protocol.Internal, protocol.AsError(os.ErrExist).Code)
	require.Empty(t, protocol.CodeOf(os.ErrExist))
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
		_, err := protocol.DecodeServerFrame([]byte(example.Text))
		require.Equal(t, example.Readable, err == nil, "%s: %v", example.Text, err)
		if err != nil {
			require.ErrorAs(t, err, &protocol.Unreadable{}, example.Text)
		}
	}
}
