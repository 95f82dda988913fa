package faults_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/manytill/manytill/sdk/protocol"
)

// rawReader reads a multi-session over one transport, and goes on from its cursor
// when the connection breaks.
type rawReader struct {
	front  *process
	token  string
	client protocol.ClientID
	kind   string // poll, sse, socket

	mu     sync.Mutex
	cursor protocol.Cursor
	seq    protocol.Seq
	failed error // the last time
	moved  chan struct{}
}

func (r *rawReader) run(ctx context.Context) {
	once := map[string]func(context.Context) error{"poll": r.poll, "sse": r.stream, "socket": r.socket}[r.kind]
	for ctx.Err() == nil {
		if err := once(ctx); err != nil {
			r.mu.Lock()
			r.failed = err
			r.mu.Unlock()
			time.Sleep(5 * time.Millisecond) // until the server is there again
		}
	}
}

// reach waits until it was told all up to a seq.
func (r *rawReader) reach(ctx context.Context, seq protocol.Seq) error {
	for {
		r.mu.Lock()
		at, failed := r.seq, r.failed
		r.mu.Unlock()
		if at >= seq {
			return nil
		}
		select {
		case <-r.moved:
		case <-ctx.Done():
			return fmt.Errorf("%s (%s) is told all up to %d, not to %d; it failed last with: %v", r.client, r.kind, at, seq, failed)
		}
	}
}

// take goes on to where a body leads.
func (r *rawReader) take(raw []byte) error {
	var at wireBody
	if err := json.Unmarshal(raw, &at); err != nil || at.Cursor == "" {
		return err
	}
	r.mu.Lock()
	r.cursor, r.seq = at.Cursor, at.Seq
	r.mu.Unlock()
	select {
	case r.moved <- struct{}{}:
	default:
	}
	return nil
}

func (r *rawReader) at() protocol.Cursor {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cursor
}

// get asks for what follows its cursor.
func (r *rawReader) get(ctx context.Context, path string, query url.Values) (*http.Response, error) {
	query.Set("client_id", string(r.client))
	if at := r.at(); at != "" {
		query.Set("cursor", string(at))
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.front.url()+path+"?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+r.token)
	answer, err := http.DefaultClient.Do(request)
	if err == nil && answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		err = fmt.Errorf("%s: %s", path, answer.Status)
	}
	return answer, err
}

func (r *rawReader) poll(ctx context.Context) error {
	answer, err := r.get(ctx, "/v1/pull", url.Values{"wait": {"1"}, "limit": {"50"}})
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var raw bytes.Buffer
	if _, err := raw.ReadFrom(answer.Body); err != nil {
		return err
	}
	return r.take(raw.Bytes())
}

func (r *rawReader) stream(ctx context.Context) error {
	answer, err := r.get(ctx, "/v1/stream", url.Values{})
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	lines := bufio.NewReader(answer.Body)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return err
		}
		if data, is := bytes.CutPrefix(line, []byte("data: ")); is {
			if err := r.take(data); err != nil {
				return err
			}
		}
	}
}

func (r *rawReader) socket(ctx context.Context) error {
	ws, answer, err := websocket.DefaultDialer.DialContext(ctx, "ws://"+r.front.addr+"/v1/socket", nil)
	if err != nil {
		return err
	}
	answer.Body.Close()
	defer context.AfterFunc(ctx, func() { ws.Close() })()
	defer ws.Close()
	hello, err := protocol.EncodeClientFrame(protocol.Hello{Protocol: protocol.Version, Token: r.token, ClientID: r.client, Cursor: r.at()})
	if err != nil {
		return err
	}
	if err := ws.WriteMessage(websocket.TextMessage, hello); err != nil {
		return err
	}
	for {
		_, raw, err := ws.ReadMessage()
		if err != nil {
			return err
		}
		if err := r.take(raw); err != nil {
			return err
		}
	}
}
