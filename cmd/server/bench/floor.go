package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"

	"github.com/gobwas/ws"
)

// Floor is the least that a durable server does for the load of this package: it
// appends each push to a file, flushes the file once for all that waited, and writes
// each till a frame as long as a change. It checks, merges and keeps nothing, so it
// is no server: what it reaches is what the machine, the kernel and WebSockets leave
// to any server in Go. It ends with ctx.
func Floor(ctx context.Context, addr, log string) error {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	f := &floor{rooms: map[string]*room{}, pushes: make(chan pushed, 1<<16)}
	routes := http.NewServeMux()
	routes.HandleFunc("POST /v1/admin/pos", f.makePOS)
	routes.HandleFunc("POST /v1/admin/multi-sessions", f.makeMultiSession)
	routes.HandleFunc("POST /v1/till/open", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) })
	routes.HandleFunc("GET /v1/socket", f.socket)
	server := &http.Server{Addr: addr, Handler: routes}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	go f.store(ctx, file)
	if err := server.ListenAndServe(); ctx.Err() == nil {
		return err
	}
	return nil
}

type floor struct {
	mu     sync.Mutex
	rooms  map[string]*room // by token, which is the POS
	pushes chan pushed
}

// room is a multi-session. Its tills join before the load begins.
type room struct {
	mu    sync.Mutex
	tills []*floorTill
}

type floorTill struct {
	conn   net.Conn
	room   *room
	client string
}

// pushed is a frame that a till sent.
type pushed struct {
	by   *floorTill
	text []byte
}

func (f *floor) makePOS(w http.ResponseWriter, r *http.Request) {
	var body struct{ ID string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	fmt.Fprintf(w, `{"token":%q}`, body.ID)
}

func (f *floor) makeMultiSession(w http.ResponseWriter, r *http.Request) {
	var body struct{ POS []string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	f.mu.Lock()
	defer f.mu.Unlock()
	in := &room{}
	for _, pos := range body.POS {
		f.rooms[pos] = in
	}
	fmt.Fprint(w, `{}`)
}

func (f *floor) socket(w http.ResponseWriter, r *http.Request) {
	conn, buffered, _, err := ws.UpgradeHTTP(r, w)
	if err != nil {
		return
	}
	defer conn.Close()
	in := buffered.Reader
	first, err := readText(in)
	if err != nil {
		return
	}
	var hello struct {
		Token  string `json:"token"`
		Client string `json:"client_id"`
	}
	_ = json.Unmarshal(first, &hello)
	f.mu.Lock()
	t := &floorTill{conn: conn, room: f.rooms[hello.Token], client: hello.Client}
	f.mu.Unlock()
	t.room.mu.Lock()
	t.room.tills = append(t.room.tills, t)
	t.room.mu.Unlock()
	_, _ = conn.Write(textFrame(nil, []byte(`{"t":"snapshot","more":false}`)))
	for {
		text, err := readText(in)
		if err != nil {
			t.room.leave(t)
			return
		}
		if bytes.HasPrefix(text, []byte(`{"t":"push"`)) {
			f.pushes <- pushed{t, text}
		}
	}
}

func (r *room) leave(t *floorTill) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, other := range r.tills {
		if other == t {
			r.tills = append(r.tills[:i:i], r.tills[i+1:]...)
			return
		}
	}
}

// readText reads a masked text frame.
func readText(in *bufio.Reader) ([]byte, error) {
	h, err := ws.ReadHeader(in)
	if err != nil {
		return nil, err
	}
	text := make([]byte, h.Length)
	if _, err := io.ReadFull(in, text); err != nil {
		return nil, err
	}
	ws.Cipher(text, h.Mask, 0)
	if h.OpCode == ws.OpClose {
		return nil, io.EOF
	}
	return text, nil
}

func textFrame(b, text []byte) []byte {
	var head bytes.Buffer
	_ = ws.WriteHeader(&head, ws.Header{Fin: true, OpCode: ws.OpText, Length: int64(len(text))})
	return append(append(b, head.Bytes()...), text...)
}

// store makes groups of what waits: one write, one flush, then the frames.
func (f *floor) store(ctx context.Context, file *os.File) {
	const most = 512
	var group []pushed
	var lines []byte
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-f.pushes:
			group = append(group[:0], first)
		}
		for len(f.pushes) > 0 && len(group) < most {
			group = append(group, <-f.pushes)
		}
		lines = lines[:0]
		for _, p := range group {
			lines = append(append(lines, p.text...), '\n')
		}
		if _, err := file.Write(lines); err != nil {
			panic(err)
		}
		if err := file.Sync(); err != nil {
			panic(err)
		}
		tell(group)
	}
}

// changeBytes is about what Manytill's frame of a changed field takes.
const changeBytes = 301

// tell writes each till its frames of a group in one write; the sender's answer is
// the last of its own.
func tell(group []pushed) {
	out := map[*floorTill][]byte{}
	for _, p := range group {
		id := idOf(p.text)
		change := fmt.Appendf(make([]byte, 0, changeBytes+64), `{"t":"changes","changes":[{"client_id":%q,"id":%s,"pad":"`, p.by.client, id)
		for len(change) < changeBytes-4 {
			change = append(change, 'x')
		}
		frame := textFrame(nil, append(change, `"}]}`...))
		p.by.room.mu.Lock()
		for _, t := range p.by.room.tills {
			out[t] = append(out[t], frame...)
		}
		p.by.room.mu.Unlock()
		out[p.by] = append(out[p.by], textFrame(nil, fmt.Appendf(nil,
			`{"t":"pushed","ref":%s,"last_id":%s,"results":[{"id":%s,"status":"applied"}]}`, id, id, id))...)
	}
	for t, frames := range out {
		_, _ = t.conn.Write(frames)
	}
}

// idOf is a push's ref, which is its mutation's id.
func idOf(push []byte) []byte {
	_, rest, _ := bytes.Cut(push, []byte(`"ref":`))
	n := 0
	for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
		n++
	}
	return rest[:n]
}
