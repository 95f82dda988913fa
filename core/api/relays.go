package api

import (
	"context"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/gorilla/websocket"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/relay"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// relayCalls are the links of shops' servers, and this server's own.
type relayCalls struct {
	*observer
	chain     *relay.Chain
	upstream  *relay.Upstream
	directory *directory.Directory
	intake    *intake
	origins   Origins
	life      context.Context // of what outlives the handshake
}

// link takes the WebSocket of a shop's server.
func (r *relayCalls) link(c *call) error {
	upgrader := websocket.Upgrader{
		CheckOrigin:      func(req *http.Request) bool { return r.origins.allow(req, req.Header.Get("Origin")) },
		HandshakeTimeout: helloTime,
		Error: func(w http.ResponseWriter, _ *http.Request, _ int, reason error) {
			r.fail(w, protocol.Errorf(protocol.BadRequest, "this is a WebSocket: %s", reason))
		},
	}
	ws, err := upgrader.Upgrade(c.w, c.r, nil)
	if err != nil {
		return nil // answered by Error
	}
	_ = ws.NetConn().SetDeadline(time.Time{})
	go r.chain.Serve(r.life, ws, c.caller)
	return nil
}

func (r *relayCalls) list(c *call) error {
	list, err := r.chain.Status(c.r.Context())
	if err != nil {
		return err
	}
	return c.answer(protocol.RelaysResponse{Relays: list})
}

func relayParam(c *call) protocol.RelayID { return protocol.RelayID(chi.URLParam(c.r, "id")) }

func (r *relayCalls) create(c *call) error {
	body, err := r.intake.object(c)
	if err != nil {
		return err
	}
	name, err := text(body, "name")
	if err != nil {
		return err
	}
	row, token, err := r.directory.CreateRelay(c.r.Context(), protocol.RelayID(body.Get("id").Str), name)
	if err != nil {
		return err
	}
	return c.answer(protocol.RelayTokenResponse{ID: row.ID, Name: row.Name, Token: token})
}

func (r *relayCalls) newToken(c *call) error {
	token, err := r.directory.NewRelayToken(c.r.Context(), relayParam(c))
	if err != nil {
		return err
	}
	return c.answer(protocol.RelayTokenResponse{ID: relayParam(c), Token: token})
}

func (r *relayCalls) remove(c *call) error {
	return orBad(c, func() (any, error) {
		return protocol.Nothing{}, r.directory.DeleteRelay(c.r.Context(), relayParam(c))
	})
}

func (r *relayCalls) above(c *call) error { return c.answer(r.upstream.Status()) }

// resolved tells the other end of a link of a rejected mutation that was resolved here.
func (r *relayCalls) resolved(was *store.Rejection) {
	r.chain.Resolved(was)
	r.upstream.Resolved(was)
}
