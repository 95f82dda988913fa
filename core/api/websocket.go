package api

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"
	"github.com/manytill/manytill/sdk/protocol"
)

// webSocket carries frames over a connection on which the handshake is done.
// While it is idle it holds no buffer: what comes is read into one of the
// pool, and that is given back before the next wait.
type webSocket struct {
	net      net.Conn
	raw      syscall.RawConn // nil under TLS
	small    []byte          // what is read into there
	limit    int64           // of a message
	heard    *atomic.Int64   // when something came, in [ticks]; nil before the hello is answered
	buffer   *[]byte         // that holds rest
	rest     []byte          // what came and wasn't read yet
	held     *[]byte         // the message that was read last
	reading  *reading        // how much of its POS's share that takes; nil before the hello is answered
	writing  sync.Mutex
	goodbye  atomic.Bool // a close frame is sent
	from     string      // as the access log has it
	remote   string      // its address
	stranger *stranger   // nil when a good token was shown
}

// helloBytes is how large a first frame may be: whoever sends it isn't known.
const helloBytes = 16 << 10

func newWebSocket(conn net.Conn, limit int64) *webSocket {
	w := &webSocket{net: conn, limit: limit}
	if plain, ok := conn.(syscall.Conn); ok {
		w.raw, _ = plain.SyscallConn()
	}
	return w
}

// await returns when there is something to read, or the link ended. Its stack
// is small: a goroutine that does nothing else costs 2 KB.
func (w *webSocket) await() error {
	release(&w.held)
	if w.reading != nil {
		w.reading.done()
	}
	if len(w.rest) > 0 {
		return nil
	}
	release(&w.buffer)
	return w.wait()
}

func release(b **[]byte) {
	if *b != nil && cap(**b) <= 64<<10 {
		buffers.Put(*b)
	}
	*b = nil
}

// arrived takes n bytes that were read into a buffer of the pool.
func (w *webSocket) arrived(b *[]byte, n int) {
	w.buffer, w.rest = b, (*b)[:n]
}

// Read gives what came first, then what comes.
func (w *webSocket) Read(p []byte) (int, error) {
	if len(w.rest) > 0 {
		n := copy(p, w.rest)
		w.rest = w.rest[n:]
		return n, nil
	}
	return w.net.Read(p)
}

// headBytes is how much is kept of a message that is too large: its ref stands
// there.
const headBytes = 256

// errFrameTooLarge is of a message that was read to its end and thrown away.
// Its beginning is what read returned.
var errFrameTooLarge = errors.New("the frame is larger than the limit")

// read gives the next text message; it is good until the next await. A binary
// one is nil.
func (w *webSocket) read() ([]byte, error) {
	if err := w.await(); err != nil {
		return nil, err
	}
	state, total, text := ws.StateServerSide, int64(0), true
	for {
		var space [ws.MaxHeaderSize]byte
		h, err := ws.ReadHeaderBuffer(w, space[:])
		if err == nil {
			err = w.check(h, state, total)
		}
		if err != nil {
			return nil, err
		}
		if h.OpCode.IsControl() {
			if err := w.control(h); err != nil {
				return nil, err
			}
			if state == ws.StateServerSide && total == 0 {
				if err := w.await(); err != nil {
					return nil, err
				}
			}
			continue
		}
		if h.OpCode != ws.OpContinuation {
			text = h.OpCode == ws.OpText
		}
		total += h.Length
		if err := w.payload(h, total); err != nil {
			return nil, err
		}
		state = state.Set(ws.StateFragmented)
		if h.Fin {
			break
		}
	}
	switch {
	case total > w.limit:
		return *w.held, errFrameTooLarge
	case !text:
		return nil, nil // no JSON object
	}
	return *w.held, nil
}

func (w *webSocket) check(h ws.Header, state ws.State, total int64) error {
	if err := ws.CheckHeader(h, state); err != nil {
		w.bye(ws.StatusProtocolError, err.Error())
		return err
	}
	if h.Length > drainBytes || total+h.Length > drainBytes {
		w.bye(ws.StatusMessageTooBig, errFrameTooLarge.Error())
		return errFrameTooLarge
	}
	return nil
}

// payload appends a frame's to the message; what is beyond the limit is
// thrown away.
func (w *webSocket) payload(h ws.Header, total int64) error {
	if w.held == nil {
		w.held = buffers.Get().(*[]byte)
		*w.held = (*w.held)[:0]
	}
	b := *w.held
	from, left := len(b), int(h.Length)
	if total > w.limit {
		left = max(0, min(left, headBytes-from))
	}
	for beyond := h.Length - int64(left); left > 0 || beyond > 0; {
		if left == 0 {
			_, err := io.CopyN(io.Discard, w, beyond)
			if err != nil {
				return err
			}
			break
		}
		// What was only announced takes no memory.
		const step = 64 << 10
		n := min(left, step)
		if n == step && w.reading != nil && !w.reading.add(n) {
			w.bye(ws.StatusCode(closeOverloaded), protocol.AsError(w.reading.full()).Message)
			return errNoRoom
		}
		if cap(b)-len(b) < n {
			grown := make([]byte, len(b), max(2*cap(b), len(b)+n))
			copy(grown, b)
			b = grown
		}
		if _, err := io.ReadFull(w, b[len(b):len(b)+n]); err != nil {
			return err
		}
		b = b[:len(b)+n]
		left -= n
		if w.heard != nil {
			w.heard.Store(ticks())
		}
	}
	ws.Cipher(b[from:], h.Mask, 0)
	*w.held = b
	return nil
}

// control answers a ping or the peer's close.
func (w *webSocket) control(h ws.Header) error {
	var space [ws.MaxControlFramePayloadSize]byte
	payload := space[:h.Length]
	if _, err := io.ReadFull(w, payload); err != nil {
		return err
	}
	ws.Cipher(payload, h.Mask, 0)
	switch h.OpCode {
	case ws.OpPing:
		return w.write(appendControl(ws.OpPong, payload), writeTime)
	case ws.OpClose:
		if w.goodbye.CompareAndSwap(false, true) {
			w.say(appendControl(ws.OpClose, payload))
		}
		return io.EOF
	}
	return nil
}

// waitReading waits in a read, with a buffer of its own.
func (w *webSocket) waitReading() error {
	if w.small == nil {
		w.small = make([]byte, 512)
	}
	n, err := w.net.Read(w.small)
	w.rest = w.small[:n]
	if n > 0 {
		return nil
	}
	return err
}

func appendControl(kind ws.OpCode, payload []byte) []byte {
	const final = 0x80
	return append([]byte{final | byte(kind), byte(len(payload))}, payload...)
}

func (w *webSocket) write(frames []byte, within time.Duration) error {
	w.writing.Lock()
	defer w.writing.Unlock()
	defer func() { _ = w.net.SetWriteDeadline(time.Time{}) }() // tryWrite has none
	return inPieces(frames, func(piece []byte) error {
		if w.goodbye.Load() && within > byeTime {
			return net.ErrClosed
		}
		if err := w.net.SetWriteDeadline(time.Now().Add(within)); err != nil {
			return err
		}
		_, err := w.net.Write(piece)
		return err
	})
}

// inPieces writes so that each piece has the time that is allowed: whoever
// reads slowly but steadily gets all of it.
func inPieces(b []byte, write func([]byte) error) error {
	const size = 64 << 10
	for len(b) > 0 {
		n := min(size, len(b))
		if err := write(b[:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

func (w *webSocket) deadline(t time.Time) { _ = w.net.SetReadDeadline(t) }

func (w *webSocket) close(code closeCode, why string) {
	w.bye(ws.StatusCode(code), why)
	_ = w.net.SetReadDeadline(time.Now().Add(lingerTime))
}

// bye sends a close frame, once.
func (w *webSocket) bye(code ws.StatusCode, why string) {
	if !w.goodbye.CompareAndSwap(false, true) {
		return
	}
	const longest = 120 // of the reason, in bytes
	why = cut(why, longest)
	payload := append(binary.BigEndian.AppendUint16(nil, uint16(code)), why...)
	w.say(appendControl(ws.OpClose, payload))
}

const byeTime = time.Second

// say ends what is being written, then says the last word.
func (w *webSocket) say(frame []byte) {
	_ = w.net.SetWriteDeadline(time.Now().Add(byeTime))
	_ = w.write(frame, byeTime)
}

// cut shortens a text without cutting a character.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

const lingerTime = 2 * time.Second

// linger ends the connection so that the peer can still read what it was
// told: closing with unread bytes would throw that away.
func (w *webSocket) linger() {
	release(&w.held)
	release(&w.buffer)
	if w.reading != nil {
		w.reading.done()
	}
	w.rest = nil
	if half, ok := w.net.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_ = w.net.SetReadDeadline(time.Now().Add(lingerTime))
	_, _ = io.CopyN(io.Discard, w.net, drainBytes)
	_ = w.net.Close()
}
