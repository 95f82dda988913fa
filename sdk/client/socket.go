package client

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"github.com/manytill/manytill/sdk/client/internal/machine"
	"github.com/manytill/manytill/sdk/protocol"
)

const (
	dialPatience  = 10 * time.Second
	writePatience = 10 * time.Second
)

// connection is one WebSocket: a goroutine reads, another writes.
type connection struct {
	cancel context.CancelFunc
	out    *mailbox[protocol.ClientFrame]
}

func (n *network) dial(id int) {
	ctx, cancel := context.WithCancel(n.ctx)
	conn := &connection{cancel: cancel, out: newMailbox[protocol.ClientFrame]()}
	n.mu.Lock()
	n.conns[id] = conn
	n.mu.Unlock()
	n.spawn(func() {
		defer n.hangUp(id)
		ws, err := n.openSocket(ctx)
		if err != nil {
			n.post(machine.LinkDown{Conn: id, Err: err})
			return
		}
		n.spawn(func() { conn.write(ctx, ws) })
		n.post(machine.LinkUp{Conn: id})
		n.read(id, ws)
	})
}

// newDialer dials as the HTTP client does: its proxy, its certificates.
func newDialer(h *http.Client) *websocket.Dialer {
	dialer := &websocket.Dialer{HandshakeTimeout: dialPatience, Proxy: http.ProxyFromEnvironment}
	t, ok := h.Transport.(*http.Transport)
	if !ok || t == nil {
		return dialer
	}
	t = t.Clone() // which waits for what the transport does to its TLS config
	dialer.NetDialContext, dialer.Proxy = t.DialContext, t.Proxy
	if t.TLSClientConfig != nil {
		dialer.TLSClientConfig = t.TLSClientConfig
		dialer.TLSClientConfig.NextProtos = []string{"http/1.1"}
	}
	return dialer
}

func (n *network) openSocket(ctx context.Context) (*websocket.Conn, error) {
	address := n.address("/v1/socket")
	address.Scheme = map[string]string{"http": "ws", "https": "wss"}[address.Scheme]
	ws, response, err := n.dialer.DialContext(ctx, address.String(), nil)
	if response != nil && response.Body != nil {
		_ = response.Body.Close()
	}
	return ws, err
}

// read posts frames until the connection ends.
func (n *network) read(id int, ws *websocket.Conn) {
	for {
		_, raw, err := ws.ReadMessage()
		if err != nil {
			down := machine.LinkDown{Conn: id, Err: err}
			var closed *websocket.CloseError
			if errors.As(err, &closed) {
				down.Code = closed.Code
			}
			n.post(down)
			return
		}
		frame, err := protocol.DecodeServerFrame(raw)
		if err != nil {
			n.post(machine.Garbled{Conn: id, Err: err})
			continue
		}
		n.post(machine.Received{Conn: id, Frame: frame})
	}
}

// write sends what is put into the mailbox, and closes the socket at the end.
func (c *connection) write(ctx context.Context, ws *websocket.Conn) {
	defer ws.Close()
	defer c.cancel()
	for {
		select {
		case <-ctx.Done():
			bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			_ = ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
			return
		case <-c.out.full:
		}
		for _, frame := range c.out.drain() {
			raw, err := protocol.EncodeClientFrame(frame)
			if err != nil {
				return
			}
			_ = ws.SetWriteDeadline(time.Now().Add(writePatience))
			if ws.WriteMessage(websocket.TextMessage, raw) != nil {
				return
			}
		}
	}
}

func (n *network) send(id int, f protocol.ClientFrame) {
	n.mu.Lock()
	conn := n.conns[id]
	n.mu.Unlock()
	if conn != nil {
		conn.out.put(f)
	}
}

func (n *network) hangUp(id int) {
	n.mu.Lock()
	conn := n.conns[id]
	delete(n.conns, id)
	n.mu.Unlock()
	if conn != nil {
		conn.cancel()
	}
}
