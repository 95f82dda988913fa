package relay

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/manytill/manytill/sdk/protocol"
)

const (
	beat    = 10 * time.Second // how often each end sends something
	silence = 35 * time.Second // then the link is dead
	// writeTime is for one frame. A piece grows from firstPiece to mostPiece bytes while
	// pieces arrive, and is smaller after a link that broke: a bad line carries small ones.
	writeTime  = time.Minute
	leastPiece = 1 << 10
	firstPiece = 16 << 10
	mostPiece  = 256 << 10
	// frameBytes is the largest frame: orders of one change aren't divided.
	frameBytes = 256 << 20
	// waiting is how many bytes may wait to be sent.
	waiting = 32 << 20
)

// link is a WebSocket with a queue of frames to be sent. Safe for concurrent use.
type link struct {
	ws   *websocket.Conn
	name string        // no other link of this process has it, and no node
	over chan struct{} // closed when it ends
	more chan struct{} // holds a token if there is something to write

	mu    sync.Mutex
	queue [][]byte
	bytes int
	cause error // why it ended
}

var links atomic.Int64 // that there were

func newLink(ws *websocket.Conn) *link {
	ws.SetReadLimit(frameBytes)
	l := &link{ws: ws, name: "link " + strconv.FormatInt(links.Add(1), 10), over: make(chan struct{}), more: make(chan struct{}, 1)}
	go l.write()
	return l
}

var errFull = errors.New("too much waits to be sent")

// send queues a frame.
func (l *link) send(frame any) error {
	var text bytes.Buffer
	to := json.NewEncoder(&text)
	to.SetEscapeHTML(false) // bodies stay byte by byte what they are
	if err := to.Encode(frame); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cause != nil {
		return l.cause
	}
	if l.bytes > 0 && l.bytes+text.Len() > waiting {
		return errFull
	}
	l.queue = append(l.queue, text.Bytes())
	l.bytes += text.Len()
	kick(l.more)
	return nil
}

// kick leaves a token in a channel that holds one.
func kick(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (l *link) write() {
	for {
		select {
		case <-l.over:
			return
		case <-l.more:
		}
		l.mu.Lock()
		frames := l.queue
		l.queue = nil
		l.mu.Unlock()
		for _, frame := range frames {
			_ = l.ws.SetWriteDeadline(time.Now().Add(writeTime))
			if err := l.ws.WriteMessage(websocket.TextMessage, frame); err != nil {
				l.end(err)
				return
			}
			l.mu.Lock()
			l.bytes -= len(frame)
			l.mu.Unlock()
		}
	}
}

// read hands over frames until the link ends, or take has an error, and says why.
func (l *link) read(take func(t string, frame []byte) error) error {
	for {
		frame, err := l.next()
		var head struct {
			T string `json:"t"`
		}
		if err == nil {
			err = json.Unmarshal(frame, &head)
		}
		if err == nil && head.T == protocol.RelayFailureFrame {
			err = failureOf(frame)
		}
		if err == nil {
			err = take(head.T, frame)
		}
		if err != nil {
			l.end(err)
			return l.why()
		}
	}
}

// next reads one frame, for as long as something comes.
func (l *link) next() ([]byte, error) {
	_ = l.ws.SetReadDeadline(time.Now().Add(silence))
	_, from, err := l.ws.NextReader()
	if err != nil {
		return nil, err
	}
	var frame bytes.Buffer
	for {
		_, err := io.CopyN(&frame, from, 16<<10)
		if errors.Is(err, io.EOF) {
			return frame.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
		_ = l.ws.SetReadDeadline(time.Now().Add(silence))
	}
}

// fail tells the other end why the link can't go on, and ends it.
func (l *link) fail(err error) {
	e := protocol.AsError(err)
	text, _ := json.Marshal(protocol.RelayFailure{T: protocol.RelayFailureFrame, Code: e.Code, Message: e.Message})
	l.mu.Lock()
	over := l.cause != nil
	l.queue = append(l.queue, text)
	l.mu.Unlock()
	if over {
		return
	}
	kick(l.more)
	go func() {
		select {
		case <-l.over: // the other end has read it
		case <-time.After(time.Second):
			l.end(err)
		}
	}()
}

// end ends the link once; the first cause stays.
func (l *link) end(cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cause != nil {
		return
	}
	l.cause = cause
	close(l.over)
	_ = l.ws.Close()
}

func (l *link) why() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cause
}

func failureOf(frame []byte) error {
	var f protocol.RelayFailure
	if err := json.Unmarshal(frame, &f); err != nil {
		return err
	}
	return &protocol.Error{Code: f.Code, Message: f.Message}
}
