package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/manytill/manytill/sdk/client/internal/machine"
	"github.com/manytill/manytill/sdk/protocol"
)

const (
	callPatience = 70 * time.Second
	tillPatience = 20 * time.Second
	largestBody  = 256 << 20
)

// network makes calls and holds connections, each in goroutines of its own.
type network struct {
	ctx    context.Context
	client *Client
	http   *http.Client
	dialer *websocket.Dialer
	ended  sync.WaitGroup

	mu    sync.Mutex
	token string
	conns map[int]*connection
	calls map[int]context.CancelFunc
}

func newNetwork(ctx context.Context, c *Client) *network {
	n := &network{ctx: ctx, client: c, http: c.cfg.HTTP, token: c.cfg.Token, conns: map[int]*connection{}, calls: map[int]context.CancelFunc{}}
	if n.http == nil {
		n.http = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	}
	n.dialer = newDialer(n.http)
	return n
}

// wait ends when every goroutine has; their context must be cancelled before.
func (n *network) wait() {
	n.ended.Wait()
	if n.client.cfg.HTTP == nil {
		n.http.CloseIdleConnections()
	}
}

func (n *network) post(in machine.Input) { n.client.inbox.put(in) }

func (n *network) spawn(f func()) {
	n.ended.Add(1)
	go func() {
		defer n.ended.Done()
		f()
	}()
}

func (n *network) setToken(token string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.token = token
}

func (n *network) bearer() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return "Bearer " + n.token
}

func (n *network) address(path string) *url.URL { return n.client.base.JoinPath(path) }

// request makes a machine's call.
func (n *network) request(id int, call protocol.Request) {
	ctx, cancel := context.WithTimeout(n.ctx, callPatience)
	n.mu.Lock()
	n.calls[id] = cancel
	n.mu.Unlock()
	n.spawn(func() {
		defer n.forget(id)
		answer, err := n.call(ctx, call, func() { n.post(machine.Begun{Request: id}) })
		if err != nil {
			n.post(machine.Failed{Request: id, Err: err})
			return
		}
		n.post(machine.Answered{Request: id, Answer: answer})
	})
}

// giveUp ends a request. Its connection may be dead, and others beside it that
// are kept for later; so it is with a socket that is given up.
func (n *network) giveUp(id int) {
	n.forget(id)
	n.http.CloseIdleConnections()
}

func (n *network) forget(id int) {
	n.mu.Lock()
	cancel := n.calls[id]
	delete(n.calls, id)
	n.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// call makes a machine's call; begun is called when the answer begins.
func (n *network) call(ctx context.Context, call protocol.Request, begun func()) (protocol.Response, error) {
	method, address, decode := http.MethodGet, n.address("/v1/pull"), protocol.DecodePull
	var body []byte
	switch call := call.(type) {
	case protocol.PushRequest:
		method, address, decode = http.MethodPost, n.address("/v1/push"), protocol.DecodePush
		var err error
		if body, err = json.Marshal(call); err != nil {
			return nil, err
		}
	case protocol.PullRequest:
		address.RawQuery = pullQuery(call).Encode()
	}
	raw, ours, err := n.do(ctx, method, address, body, begun)
	if err != nil {
		return nil, err
	}
	answer, err := decode(raw)
	if err != nil && !ours {
		return nil, protocol.Unreachable{Status: http.StatusOK}
	}
	return answer, err
}

func pullQuery(call protocol.PullRequest) url.Values {
	query := url.Values{"client_id": {string(call.ClientID)}}
	if call.Cursor != "" {
		query.Set("cursor", string(call.Cursor))
	}
	if call.Page != "" {
		query.Set("page", call.Page)
	}
	if call.Wait > 0 {
		query.Set("wait", strconv.Itoa(int(call.Wait/time.Second)))
	}
	if call.Limit > 0 {
		query.Set("limit", strconv.Itoa(call.Limit))
	}
	return query
}

func (n *network) json(ctx context.Context, method, path string, body, answer any) error {
	var raw []byte
	var err error
	if body != nil {
		if raw, err = json.Marshal(body); err != nil {
			return err
		}
	}
	if raw, _, err = n.do(ctx, method, n.address(path), raw, nil); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, answer); err != nil {
		return fmt.Errorf("%s %s: the answer can't be read: %w", method, path, err)
	}
	return nil
}

// do gives the body of a 200, and whether it is the server's own: something in
// between may have made it.
func (n *network) do(ctx context.Context, method string, address *url.URL, body []byte, begun func()) ([]byte, bool, error) {
	request, err := http.NewRequestWithContext(ctx, method, address.String(), bytes.NewReader(body))
	if err != nil {
		return nil, false, err
	}
	request.Header.Set("Authorization", n.bearer())
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := n.http.Do(request)
	if err != nil {
		return nil, false, err
	}
	defer response.Body.Close()
	if begun != nil {
		begun()
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, largestBody))
	if err != nil {
		return nil, false, err
	}
	if response.StatusCode == http.StatusOK {
		return raw, ours(response, raw), nil
	}
	return nil, false, problem(response, raw)
}

// ours reports whether a 200 is the server's own, though its body can't be
// read: it says so, or (a proxy may have taken that off) begins with the keys
// of an answer.
func ours(response *http.Response, raw []byte) bool {
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	return response.Header.Get("Server") == "manytill" || (kind == "application/json" && isAnswer(raw))
}

// isAnswer looks at the keys of an object, as far as it can be read.
func isAnswer(raw []byte) bool {
	keys := json.NewDecoder(bytes.NewReader(raw))
	if t, err := keys.Token(); err != nil || t != json.Delim('{') {
		return false
	}
	for {
		key, err := keys.Token()
		if err != nil {
			return false
		}
		if key == "mode" || key == "results" {
			return true
		}
		var value json.RawMessage
		if keys.Decode(&value) != nil {
			return false
		}
	}
}

// problem is the server's error. What isn't in the server's form comes from
// something in between, and means that the server wasn't reached.
func problem(response *http.Response, raw []byte) error {
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	var said protocol.Problem
	if kind == "application/problem+json" && json.Unmarshal(raw, &said) == nil &&
		said.Status == response.StatusCode && said.Code.HTTPStatus() == response.StatusCode {
		return said.Failure()
	}
	return protocol.Unreachable{Status: response.StatusCode}
}

// fetchSchema asks for the fields of the server's extensions.
func (n *network) fetchSchema() {
	n.spawn(func() {
		ctx, cancel := context.WithTimeout(n.ctx, tillPatience)
		defer cancel()
		raw, _, err := n.do(ctx, http.MethodGet, n.address("/v1/schema"), nil, nil)
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				n.client.log.Warn("the schema can't be fetched; fields of extensions merge as `last` until it can", "err", err)
			}
			return
		}
		schema, err := protocol.DecodeSchema(raw)
		if err != nil {
			n.client.log.Warn("the server's schema can't be read; fields of extensions merge as `last`", "err", err)
			return
		}
		n.post(machine.SetSchema{Schema: schema})
	})
}
