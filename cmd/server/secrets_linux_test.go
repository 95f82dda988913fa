package main_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/freeport"
	"github.com/manytill/manytill/sdk/protocol"
)

// secrets are what a server knows that nobody is told twice, by name.
type secrets map[string]string

// in names those that a text has, as they are or as the hash under which they are stored.
func (s secrets) in(text string) (found []string) {
	for name, secret := range s {
		hash := sha256.Sum256([]byte(secret))
		if strings.Contains(text, secret) || strings.Contains(text, hex.EncodeToString(hash[:])) {
			found = append(found, name)
		}
	}
	return found
}

// TestSecretsAreNowhere has a server at work with all kinds of secrets, good and bad uses
// of them, and the log of all calls; none is in the log, in a dump of the process, in the
// metrics, or in what the API tells.
func TestSecretsAreNowhere(t *testing.T) {
	t.Parallel()
	f := &serverWithTwoPOS{t: t, dir: t.TempDir(), store: "sqlite:manytill.db"}
	f.config, f.url = filepath.Join(f.dir, "manytill.yaml"), "http://"+freeport.Address()
	all := secrets{
		"the admin token": adminToken, "old_wire's secret": oldSecret,
		"a relay's token": "mtr_of-the-chain-0123456789", "a setting": "setting-that-is-a-password",
	}
	f.write("old-secret", oldSecret+"\n")
	f.write("relay-token", all["a relay's token"]+"\n")
	f.write("products.csv", "id,name,price\n11,Coffee,2.50\n")
	f.write("cashiers.csv", "id,name\n7,Ana\n")
	f.enable("  - path: documented.js\n    timeout: 30s\n    config: {password: "+all["a setting"]+"}\n", "documented.js")
	config, err := os.ReadFile(f.config)
	require.NoError(t, err)
	f.write("manytill.yaml", string(config)+"log: {level: debug}\nold_wire: {path: /old, secret_file: old-secret}\n"+
		"upstream: {url: \"http://"+freeport.Address()+"\", token_file: relay-token}\n")
	cmd := exec.Command(manytill, "serve", "--config", f.config)
	cmd.Env = append(os.Environ(), "MANYTILL_ADMIN_TOKEN="+adminToken)
	f.server = start(t, "server", cmd)
	f.url = f.server.match(`serving url=(\S+)`)[1]
	f.bar, f.till1 = f.createPOS("bar", "Bar"), f.createPOS("till-1", "Till 1")
	all["a POS token"], all["another POS token"] = f.bar, f.till1
	var made struct{ Token string }
	f.admin("POST", "/v1/admin/multi-sessions", map[string]any{"name": "Main floor", "pos": []string{"bar", "till-1"}}, nil)
	f.admin("POST", "/v1/admin/relays", map[string]any{"id": "shop-1", "name": "Shop"}, &made)
	all["the token of a shop"] = made.Token
	f.admin("POST", "/v1/admin/pos/till-1/token", map[string]any{}, &made)
	all["a new token"] = made.Token
	f.hand(f.bar, "c1").do(create("o1", protocol.Fields{"first_new_variable": "1"}))
	var ticket struct{ Ticket string }
	require.Equal(t, http.StatusOK, (&caller{t: t, url: f.url, token: f.bar}).call("POST", "/v1/ticket", map[string]any{}, &ticket))
	all["a ticket"] = ticket.Ticket
	for name, secret := range all {
		require.Greater(t, len(secret), 12, name)
	}

	ask := func(method, path, authorization string) string {
		r, err := http.NewRequestWithContext(t.Context(), method, f.url+path, nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", authorization)
		w, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer w.Body.Close()
		if w.Header.Get("Content-Type") == "text/event-stream" {
			return ""
		}
		body, err := io.ReadAll(w.Body)
		require.NoError(t, err)
		require.Empty(t, all.in(string(body)), "%s %s: %s", method, path, body)
		return string(body)
	}
	for _, secret := range all {
		ask("GET", "/v1/stream?client_id=c9&ticket="+secret, "") // the good one, once, among others
		for _, path := range []string{"/v1/orders", "/v1/admin/pos", "/metrics", "/v1/relay", "/v1/pull?token=" + secret, "/v1/socket?access_token=" + secret} {
			ask("GET", path, "Bearer "+secret)
			ask("GET", path, "Basic "+secret)
			ask("POST", path, secret)
		}
		ask("POST", "/old/"+secret+"x/longpolling/poll", "")
		ask("GET", "/old/"+secret+"/nowhere", "")
		socket, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(f.url, "http")+"/v1/socket", nil)
		require.NoError(t, err)
		require.NoError(t, socket.WriteJSON(map[string]any{"t": "hello", "protocol": 1, "token": secret, "client_id": "c5"}))
		_, said, err := socket.ReadMessage()
		require.NoError(t, err)
		require.Empty(t, all.in(string(said)))
		require.NoError(t, socket.Close())
	}
	for _, path := range []string{
		"multi-sessions", "pos", "relays", "upstream", "rejections", "extensions", "effects", "connections", "nodes", "stats", "backups", "extensions/documented/trace",
	} {
		require.NotEmpty(t, ask("GET", "/v1/admin/"+path, "Bearer "+adminToken))
	}
	for _, path := range []string{"/metrics", "/v1/info", "/v1/extensions.js", "/openapi.json", "/demo.json", "/readyz", "/pos.js"} {
		require.NotEmpty(t, ask("GET", path, "Bearer "+adminToken))
	}
	require.NoError(t, f.server.cmd.Process.Signal(syscall.SIGQUIT))
	f.server.expect("goroutine ")
	<-f.server.ended
	require.Empty(t, all.in(f.server.all()), f.server.all())
	require.Contains(t, f.server.all(), "level=DEBUG")
}
