//go:build linux

package deploy_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/apitest"
	"github.com/manytill/manytill/internal/freeport"
	"github.com/manytill/manytill/internal/natstest"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/internal/testbin"
	"github.com/manytill/manytill/sdk/protocol"
)

const adminToken = "admin-token-of-a-test"

// node is a server of a shop.
type node struct {
	config, address string
	process         *program
}

// shop is two servers on one database, configured by compose/manytill.yaml.
type shop struct {
	t     testing.TB
	nodes [2]*node
	name  string  // of the front
	front *front  // what is before them
	admin *client // by the front
}

// newShop starts them, with a catalogue of about 1 MB.
func newShop(t testing.TB) *shop {
	t.Helper()
	database, err := url.Parse(pgtest.Database(t))
	require.NoError(t, err)
	dir := t.TempDir()
	password, _ := database.User.Password()
	database.User = url.User(database.User.Username())
	secret := write(t, filepath.Join(dir, "db-password"), password+"\n")
	require.NoError(t, os.Chmod(secret, 0o600))
	var rows strings.Builder
	rows.WriteString("id,name,price\n")
	for i := range 8000 {
		fmt.Fprintf(&rows, "p-%05d,Product with a name of its own %x,%d.%02d\n", i, uint64(i+1)*0x9e3779b97f4a7c15, i%90+1, i%100)
	}
	products := write(t, filepath.Join(dir, "products.csv"), rows.String())
	notes := natstest.Start(t).URL
	s := &shop{t: t}
	for i := range s.nodes {
		n := &node{address: freeport.Address()}
		text := replaced(t, "compose/manytill.yaml", "0.0.0.0:8080", n.address,
			"postgres://manytill@db:5432/manytill", database.String(), "/run/secrets/db-password", secret, "nats://nats:4222", notes)
		text += "catalogue: {products: " + products + "}\nallowed_origins: [https://elsewhere.example]\n"
		n.config = write(t, filepath.Join(dir, fmt.Sprintf("node-%d.yaml", i+1)), text)
		s.nodes[i] = n
		s.start(n)
	}
	return s
}

// start starts a node, again after it was killed.
func (s *shop) start(n *node) {
	s.t.Helper()
	program, err := testbin.Server()
	require.NoError(s.t, err)
	c := exec.Command(program, "serve", "--config", n.config)
	c.Env = append(os.Environ(), "MANYTILL_ADMIN_TOKEN="+adminToken)
	n.process = start(s.t, c)
	n.process.ready(n.address)
}

// ready waits until a server can store.
func (p *program) ready(address string) {
	p.t.Helper()
	p.until("is ready", func() bool {
		answer, err := http.Get("http://" + address + "/readyz")
		return err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	})
}

// of is the admin at one server itself.
func (s *shop) of(node int) *client {
	return &client{front: plainFront(s.nodes[node].address), token: adminToken}
}

// behind is the shop called by a front, with POS of another name than by others.
func (s *shop) behind(name string, f *front) *shop {
	return &shop{t: s.t, nodes: s.nodes, name: name, front: f, admin: &client{front: f, token: adminToken}}
}

// newTills makes a multi-session, and opens its tills.
func (s *shop) newTills(t testing.TB, names ...string) []*client {
	t.Helper()
	var tills []*client
	for i, name := range names {
		name = s.name + "-" + name
		names[i] = name
		var made struct{ Token string }
		s.admin.must(t, "POST", "/v1/admin/pos", map[string]any{"id": name, "name": name}, &made)
		tills = append(tills, &client{front: s.front, token: made.Token, id: "client-" + name})
	}
	s.admin.must(t, "POST", "/v1/admin/multi-sessions", map[string]any{"name": names[0], "pos": names}, nil)
	for _, one := range tills {
		one.must(t, "POST", "/v1/till/open", map[string]any{}, nil)
		one.must(t, "GET", "/v1/pull?client_id="+one.id, nil, &one.at)
	}
	return tills
}

// front is where clients call: a node, or what is before them.
type front struct {
	url  string
	http *http.Client
}

// ask makes a call as it is.
func (f *front) ask(t testing.TB, method, path string, headers http.Header, body io.Reader) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, f.url+path, body)
	require.NoError(t, err)
	if headers != nil {
		r.Header = headers
	}
	answer, err := f.http.Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

// client has a token, and pushes as one till.
type client struct {
	*front
	token, id string
	mutation  int
	at        struct{ Cursor protocol.Cursor }
}

func (c *client) authorized() http.Header {
	return http.Header{"Authorization": {"Bearer " + c.token}}
}

// call makes a call of the API; answer may be nil.
func (c *client) call(t testing.TB, method, path string, body, answer any) error {
	t.Helper()
	return apitest.Call(t.Context(), c.http, method, c.url+path, c.token, body, answer)
}

func (c *client) must(t testing.TB, method, path string, body, answer any) {
	t.Helper()
	require.NoError(t, c.call(t, method, path, body, answer))
}

// push pushes one mutation, which is applied.
func (c *client) push(t testing.TB, ops ...any) error {
	t.Helper()
	c.mutation++
	var said struct {
		Results []protocol.Result
		Cursor  protocol.Cursor
	}
	err := c.call(t, "POST", "/v1/push", map[string]any{
		"client_id": c.id, "cursor": c.at.Cursor, "mutations": []any{map[string]any{"id": c.mutation, "ops": ops}},
	}, &said)
	if err != nil {
		return err
	}
	require.Len(t, said.Results, 1)
	require.Contains(t, []protocol.Status{protocol.Applied, protocol.Duplicate}, said.Results[0].Status)
	require.Empty(t, said.Results[0].Rejection)
	c.at.Cursor = said.Cursor
	return nil
}

// create makes an order.
func (c *client) create(t testing.TB, order string) error {
	t.Helper()
	return c.push(t, map[string]any{"op": "order.create", "order": order})
}

// trusting calls servers whose certificates an authority signed.
func trusting(t testing.TB, authority string) *http.Client {
	text, err := os.ReadFile(authority)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(text))
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// plainFront is a server itself.
func plainFront(address string) *front {
	return &front{url: "http://" + address, http: http.DefaultClient}
}
