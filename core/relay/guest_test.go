package relay_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// A push of a POS that the chain hasn't told of is decided by nobody: a POS of the shop's
// own may have that id.
func TestAPushOfATillThatWasNotTold(t *testing.T) {
	pushed := make(chan protocol.RelayPushed, 1)
	chain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		tell := func(frame any) { _ = ws.WriteJSON(frame) }
		for {
			var frame json.RawMessage
			var head struct{ T string }
			if ws.ReadJSON(&frame) != nil || json.Unmarshal(frame, &head) != nil {
				return
			}
			switch head.T {
			case protocol.RelayHelloFrame:
				tell(protocol.RelayWelcome{T: protocol.RelayWelcomeFrame, Relay: protocol.RelayVersion, ID: "shop-1"})
			case protocol.RelayOffersFrame:
				tell(protocol.RelayPositions{T: protocol.RelayPositionsFrame, Positions: []protocol.RelayPosition{{MultiSession: "main"}}})
				tell(protocol.RelayPush{
					T: protocol.RelayPushFrame, Ref: 1, MultiSession: "main", ClientID: "c1", POS: protocol.POS{ID: "bar", Name: "Bar"},
					Mutations: []json.RawMessage{json.RawMessage(`{"id":1,"ops":[{"op":"order.create","order":"o1"}]}`)},
				})
			case protocol.RelayPushedFrame:
				var answer protocol.RelayPushed
				if json.Unmarshal(frame, &answer) == nil {
					pushed <- answer
				}
			}
		}
	}))
	defer chain.Close()
	shop := newServer(t, newMem("SHOP"))
	require.NoError(t, shop.store.PutMultiSession(t.Context(), store.MultiSession{ID: "main", Name: "Floor", Active: true}, nil))
	token := "mtr_x"
	shop.start()
	shop.newPOS("main", "bar") // its till is open
	shop.stop()
	shop.above = &above{url: chain.URL}
	shop.above.token.Store(&token)
	shop.start()
	answer := <-pushed
	require.NotNil(t, answer.Error, "%+v", answer)
	require.Equal(t, protocol.Overloaded, answer.Error.Code)
	got, err := shop.everything("main")
	require.NoError(t, err)
	require.Empty(t, got.Orders)
}
