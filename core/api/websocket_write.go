package api

import (
	"encoding/binary"
	"io"
	"net"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

func appendControl(kind ws.OpCode, payload []byte) []byte {
	const final = 0x80
	return append([]byte{final | byte(kind), byte(len(payload))}, payload...)
}

func (w *webSocket) write(frames []byte, within time.Duration) error {
	w.writing.Lock()
	defer w.writing.Unlock()
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
