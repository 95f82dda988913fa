package api

import (
	"io"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// webSocket is the [link] over gorilla's library: it does the handshake and
// reads; whole frames are written straight to the network.
type webSocket struct {
	ws   *websocket.Conn
	net  net.Conn
	held *[]byte
}

var writeBuffers = &sync.Pool{}

func (w *webSocket) read() ([]byte, error) {
	w.free()
	kind, r, err := w.ws.NextReader()
	if err != nil {
		return nil, err
	}
	if kind != websocket.TextMessage {
		return nil, nil // no JSON object
	}
	return w.readAll(r)
}

// readAll reads into a buffer that it holds only until the next read, so that
// an idle connection has none.
func (w *webSocket) readAll(r io.Reader) ([]byte, error) {
	w.held = buffers.Get().(*[]byte)
	b := (*w.held)[:0]
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	*w.held = b
	return b, nil
}

func (w *webSocket) free() {
	if w.held != nil && cap(*w.held) <= 64<<10 {
		buffers.Put(w.held)
	}
	w.held = nil
}

func (w *webSocket) write(frames []byte, within time.Duration) error {
	if err := w.net.SetWriteDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	_, err := w.net.Write(frames)
	return err
}

func (w *webSocket) deadline(t time.Time) { _ = w.net.SetReadDeadline(t) }

func (w *webSocket) close(code closeCode, why string) {
	const longest = 120 // of a close frame's reason, in bytes
	if len(why) > longest {
		why = why[:longest]
	}
	_ = w.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(int(code), why), time.Now().Add(time.Second))
	_ = w.net.SetReadDeadline(time.Now().Add(lingerTime))
}

const lingerTime = 2 * time.Second

// linger ends the connection so that the peer can still read what it was
// told: closing with unread bytes would throw that away.
func (w *webSocket) linger() {
	if half, ok := w.net.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_ = w.net.SetReadDeadline(time.Now().Add(lingerTime))
	_, _ = io.CopyN(io.Discard, w.net, drainBytes)
	_ = w.net.Close()
}
