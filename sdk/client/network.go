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

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/machine"
	"github.com/manytill/manytill/sdk/client/wire"
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
}

func newNetwork(ctx context.Context, c *Client) *network {
	n := &network{ctx: ctx, client: c, http: c.cfg.HTTP, token: c.cfg.Token, conns: map[int]*connection{}}
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
func (n *network) request(id int, call wire.Call) {
	n.spawn(func() {
		ctx, cancel := context.WithTimeout(n.ctx, callPatience)
		defer cancel()
		answer, err := n.call(ctx, call)
		if err != nil {
			n.post(machine.Failed{Request: id, Err: err})
			return
		}
		n.post(machine.Answered{Request: id, Answer: answer})
	})
}

func (n *network) call(ctx context.Context, call wire.Call) (wire.Answer, error) {
	switch call := call.(type) {
	case wire.PushCall:
		var answer wire.PushAnswer
		err := n.json(ctx, http.MethodPost, "/v1/push", call, &answer)
		return answer, err
	case wire.PullCall:
		address := n.address("/v1/pull")
		address.RawQuery = pullQuery(call).Encode()
		raw, err := n.do(ctx, http.MethodGet, address, nil)
		if err != nil {
			return nil, err
		}
		return wire.DecodePull(raw)
	}
	return nil, fmt.Errorf("no such call: %T", call)
}

func pullQuery(call wire.PullCall) url.Values {
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
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if raw, err = n.do(ctx, method, n.address(path), raw); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, answer); err != nil {
		return fmt.Errorf("%s %s: the answer can't be read: %w", method, path, err)
	}
	return nil
}

func (n *network) do(ctx context.Context, method string, address *url.URL, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, address.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", n.bearer())
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := n.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, largestBody))
	if err != nil {
		return nil, err
	}
	if response.StatusCode == http.StatusOK {
		return raw, nil
	}
	return nil, problem(response, raw)
}

// problem is the server's error. What isn't in the server's form comes from
// something in between, and means that the server wasn't reached.
func problem(response *http.Response, raw []byte) error {
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	var e wire.Error
	if kind == "application/problem+json" && json.Unmarshal(raw, &e) == nil && e.Code != "" {
		return e
	}
	return fmt.Errorf("the server couldn't be reached: %s", response.Status)
}

// fetchSchema asks for the fields of the server's extensions.
func (n *network) fetchSchema() {
	n.spawn(func() {
		ctx, cancel := context.WithTimeout(n.ctx, tillPatience)
		defer cancel()
		raw, err := n.do(ctx, http.MethodGet, n.address("/v1/schema"), nil)
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				n.client.log.Warn("the schema can't be fetched; fields of extensions merge as `last` until it can", "err", err)
			}
			return
		}
		var schema sdk.Schema
		if json.Unmarshal(raw, &schema) == nil && schema.Orderline != nil {
			n.post(machine.SetSchema{Schema: &schema})
		}
	})
}
