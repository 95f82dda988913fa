package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/manytill/manytill/cmd/server/admin"
	"github.com/manytill/manytill/internal/freeport"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

const adminToken = "mta_only-for-tests"

// serverWithTwoPOS is a server with its configuration, and a multi-session with two POS.
type serverWithTwoPOS struct {
	t            *testing.T
	dir, config  string
	store        string // of the configuration, with the lines that go with it
	url          string
	server       *program
	bar, till1   string // tokens
	multiSession string
}

// newServerWithTwoPOS starts a server on an empty database and furnishes it.
func newServerWithTwoPOS(t *testing.T) *serverWithTwoPOS {
	t.Helper()
	return newServerOn(t, "sqlite:manytill.db")
}

// newServerOn does so on a store.
func newServerOn(t *testing.T, store string) *serverWithTwoPOS {
	t.Helper()
	f := &serverWithTwoPOS{t: t, dir: t.TempDir(), store: store}
	f.config = filepath.Join(f.dir, "manytill.yaml")
	f.write("products.csv", "id,name,price\n11,Coffee,2.50\n20,Tea,2.30\n")
	f.write("cashiers.csv", "id,name\n7,Ana\n8,Ben\n")
	f.configure(freeport.Address())
	f.start()
	f.bar = f.createPOS("bar", "Bar")
	f.till1 = f.createPOS("till-1", "Till 1")
	var made struct{ ID string }
	f.admin("POST", "/v1/admin/multi-sessions", map[string]any{"name": "Main floor", "pos": []string{"bar", "till-1"}}, &made)
	f.multiSession = made.ID
	return f
}

func (f *serverWithTwoPOS) configure(listen string) {
	f.write("manytill.yaml", "listen: "+listen+"\nstore: "+f.store+"\n"+
		"catalogue: {products: products.csv, cashiers: cashiers.csv}\n")
}

func (f *serverWithTwoPOS) write(name, text string) {
	f.t.Helper()
	require.NoError(f.t, os.WriteFile(filepath.Join(f.dir, name), []byte(text), 0o600))
}

func (f *serverWithTwoPOS) start(args ...string) { f.startProgram(manytill, args...) }

func (f *serverWithTwoPOS) startProgram(program string, args ...string) {
	f.t.Helper()
	cmd := exec.Command(program, append([]string{"serve", "--config", f.config}, args...)...)
	cmd.Env = append(os.Environ(), "MANYTILL_ADMIN_TOKEN="+adminToken)
	f.server = start(f.t, "server", cmd)
	f.url = f.server.match(`serving url=(\S+)`)[1]
}

func (f *serverWithTwoPOS) admin(method, path string, body, answer any) {
	f.t.Helper()
	c, err := admin.New(f.url, adminToken, http.DefaultClient)
	require.NoError(f.t, err)
	require.NoError(f.t, c.Do(context.Background(), method, path, body, answer))
}

func (f *serverWithTwoPOS) createPOS(id, name string) (token string) {
	f.t.Helper()
	var made struct{ Token string }
	f.admin("POST", "/v1/admin/pos", map[string]string{"id": id, "name": name}, &made)
	return made.Token
}

// till starts one; its queue lies in the same folder as the server's.
func (f *serverWithTwoPOS) till(token, user string) *program { return f.tillAt(f.url, token, user) }

func (f *serverWithTwoPOS) tillAt(url, token, user string) *program {
	f.t.Helper()
	return run(f.t, user, "till", "--server", url, "--token", token, "--user", user, "--data", filepath.Join(f.dir, "queue-"+user))
}

// orders are all orders of the server, of any state.
func (f *serverWithTwoPOS) orders() (orders []protocol.Order) {
	f.t.Helper()
	var answer struct {
		Orders []protocol.Order `json:"orders"`
		After  json.RawMessage  `json:"after"`
	}
	path := fmt.Sprintf("/v1/admin/multi-sessions/%s/orders", f.multiSession)
	for after := ""; ; {
		f.admin("GET", path+after, nil, &answer)
		orders = append(orders, answer.Orders...)
		var next string
		if json.Unmarshal(answer.After, &next) != nil || next == "" {
			return orders
		}
		after = "?after=" + next
	}
}

// await waits for orders that are as they should be, and returns them.
func (f *serverWithTwoPOS) await(done func([]protocol.Order) bool) []protocol.Order {
	f.t.Helper()
	c := &caller{t: f.t, url: f.url, token: f.bar}
	end := time.Now().Add(patience)
	var at struct{ Cursor protocol.Cursor }
	require.Equal(f.t, http.StatusOK, c.call("GET", "/v1/pull", nil, &at))
	for {
		orders := f.orders()
		if done(orders) {
			return orders
		}
		require.True(f.t, time.Now().Before(end), "orders aren't as they should be: %v", orders)
		require.Equal(f.t, http.StatusOK, c.call("GET", "/v1/pull?wait=5&cursor="+string(at.Cursor), nil, &at))
	}
}
