package bench

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/gorilla/websocket"
)

// till is a minimal client: it sends prepared frames and doesn't decode those that
// it gets, so that the server is measured and not the client.
type till struct {
	ws     *websocket.Conn
	buffer []byte
}

func dial(ctx context.Context, addr, token, client string) (*till, error) {
	d := websocket.Dialer{ReadBufferSize: 4 << 10, WriteBufferSize: 1 << 10, HandshakeTimeout: 10 * time.Second}
	ws, answer, err := d.DialContext(ctx, "ws://"+addr+"/v1/socket", nil)
	if err != nil {
		return nil, err
	}
	answer.Body.Close()
	t := &till{ws: ws, buffer: make([]byte, 64<<10)}
	hello := fmt.Sprintf(`{"t":"hello","protocol":1,"token":%q,"client_id":%q}`, token, client)
	if err := t.send([]byte(hello)); err != nil {
		return nil, err
	}
	if err := t.await(func(frame []byte) bool {
		return bytes.HasPrefix(frame, []byte(`{"t":"snapshot"`)) && bytes.Contains(frame, []byte(`"more":false`))
	}); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *till) send(frame []byte) error { return t.ws.WriteMessage(websocket.TextMessage, frame) }

// read gives the next frame; it is good until the next call.
func (t *till) read() ([]byte, error) {
	_, r, err := t.ws.NextReader()
	if err != nil {
		return nil, err
	}
	n := 0
	for {
		if n == len(t.buffer) {
			t.buffer = append(t.buffer, make([]byte, len(t.buffer))...)
		}
		k, err := r.Read(t.buffer[n:])
		n += k
		if err != nil {
			return t.buffer[:n], nil
		}
	}
}

func (t *till) await(found func([]byte) bool) error {
	deadline := time.Now().Add(30 * time.Second)
	_ = t.ws.SetReadDeadline(deadline)
	defer t.ws.SetReadDeadline(time.Time{})
	for {
		frame, err := t.read()
		if err != nil {
			return err
		}
		if bytes.HasPrefix(frame, []byte(`{"t":"error"`)) {
			return fmt.Errorf("the server said: %s", frame)
		}
		if found(frame) {
			return nil
		}
	}
}

// push sends one mutation and waits for its result.
func (t *till) push(id int, ops string) error {
	frame := strconv.AppendInt([]byte(`{"t":"push","ref":`), int64(id), 10)
	frame = strconv.AppendInt(append(frame, `,"mutations":[{"id":`...), int64(id), 10)
	frame = append(append(append(frame, `,"ops":[`...), ops...), `]}]}`...)
	if err := t.send(frame); err != nil {
		return err
	}
	var bad error
	err := t.await(func(frame []byte) bool {
		if !bytes.HasPrefix(frame, []byte(`{"t":"pushed"`)) {
			return false
		}
		if !bytes.Contains(frame, []byte(`"status":"applied"`)) {
			bad = fmt.Errorf("not applied: %s", frame)
		}
		return true
	})
	if err == nil {
		err = bad
	}
	return err
}

// createOrder makes an order of so many lines, in mutations from id on.
func (t *till) createOrder(id int, order string, lines int) (next int, err error) {
	ops := fmt.Sprintf(`{"op":"order.create","order":%q,"set":{}}`, order)
	for i := range lines {
		ops += fmt.Sprintf(`,{"op":"line.add","order":%q,"line":"l%d","set":{"product_id":%d,"qty":1,"price_unit":4.8}}`, order, i+1, 50+i)
	}
	return id + 1, t.push(id, ops)
}

// quantity is the op of a load: it sets another quantity than the line has, from 2
// to 9.
func quantity(order string, line, n, lines int) string {
	return fmt.Sprintf(`{"op":"line.set","order":%q,"line":"l%d","set":{"qty":%d}}`, order, line, 2+n/lines%8)
}

func (t *till) close() {
	_ = t.ws.WriteControl(websocket.CloseMessage, nil, time.Now().Add(time.Second))
	_ = t.ws.NetConn().(*net.TCPConn).Close()
}
