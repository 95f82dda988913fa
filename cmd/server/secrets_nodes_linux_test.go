package main_test

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/freeport"
	"github.com/manytill/manytill/internal/natstest"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/protocol"
)

// TestSecretsOfNodesAreNowhere: neither the database's password nor NATS's credentials is
// in the log of all calls, in what the API and the metrics tell, in the words about
// connections that are refused or break, or in a dump of the process. The server has
// them from files, and then from its environment.
func TestSecretsOfNodesAreNowhere(t *testing.T) {
	t.Parallel()
	const ofDatabase, ofNATS = "secret-of-the-database-1", "secret-of-NATS-12345"
	all := secrets{"the database's password": ofDatabase, "NATS's password": ofNATS, "the admin token": adminToken}
	store, name, role := databaseOf(t, ofDatabase)
	notes := natstest.Start(t, func(o *server.Options) { o.Username, o.Password = "shop", ofNATS })

	f := &serverWithTwoPOS{t: t, dir: t.TempDir()}
	f.config, f.url = filepath.Join(f.dir, "manytill.yaml"), "http://"+freeport.Address()
	f.write("database-password", ofDatabase+"\n")
	f.write("nats-credentials", "shop:"+ofNATS+"\n")
	ask := func(path string) string {
		r, err := http.NewRequestWithContext(t.Context(), "GET", f.url+path, nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+adminToken)
		w, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer w.Body.Close()
		body, err := io.ReadAll(w.Body)
		require.NoError(t, err)
		require.NotEmpty(t, body)
		require.Empty(t, all.in(string(body)), "%s: %s", path, body)
		return string(body)
	}
	askAll := func() {
		for _, path := range []string{"/metrics", "/readyz", "/v1/info", "/v1/admin/nodes", "/v1/admin/stats", "/v1/admin/connections", "/v1/admin/effects", "/v1/admin/upstream"} {
			ask(path)
		}
	}
	for from, lines := range map[string]string{
		"files":       "store_password_file: database-password\nwake_credentials_file: nats-credentials\n",
		"environment": "",
	} {
		f.write("manytill.yaml", "listen: "+strings.TrimPrefix(f.url, "http://")+"\nstore: "+store+"\nwake: "+notes.URL+"\nlog: {level: debug}\n"+lines)
		cmd := exec.Command(manytill, "serve", "--config", f.config)
		cmd.Env = append(os.Environ(), "MANYTILL_ADMIN_TOKEN="+adminToken)
		if from == "environment" {
			cmd.Env = append(cmd.Env, "PGPASSWORD="+ofDatabase, "MANYTILL_WAKE_CREDENTIALS=shop:"+ofNATS)
		}
		f.server = start(t, "server from "+from, cmd)
		f.server.match(`serving url=(\S+)`)
		if f.bar == "" {
			f.bar = f.createPOS("bar", "Bar")
			f.admin("POST", "/v1/admin/multi-sessions", map[string]any{"name": "Main floor", "pos": []string{"bar"}}, nil)
			f.hand(f.bar, "c1").do(create("o1", protocol.Fields{}))
		}
		askAll()
		// NATS breaks, then refuses; so does the database.
		notes.Stop()
		f.server.eventually("NATS can't be reached")
		askAll()
		pgtest.Exec(t, name, "ALTER ROLE "+role+" PASSWORD 'another'")
		pgtest.Exec(t, name, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"+role+"'")
		require.Equal(t, http.StatusServiceUnavailable, (&caller{t: t, url: f.url, token: f.bar}).call("POST", "/v1/till/open", map[string]any{}, nil))
		ask("/readyz")
		ask("/v1/admin/pos")
		pgtest.Exec(t, name, "ALTER ROLE "+role+" PASSWORD '"+ofDatabase+"'")
		notes.Start()
		require.NoError(t, f.server.cmd.Process.Signal(syscall.SIGQUIT))
		f.server.expect("goroutine ")
		<-f.server.ended
		require.Contains(t, f.server.all(), "level=DEBUG")
		require.Empty(t, all.in(f.server.all()), f.server.all())
	}
	pgtest.Exec(t, name, "REASSIGN OWNED BY "+role+" TO CURRENT_USER; DROP ROLE "+role) // which a server that tests were given would keep
}

// databaseOf is a fresh database of a user of its own, with a password: its URL without
// that; its URL of who may do everything; and the user.
func databaseOf(t *testing.T, password string) (store, name, role string) {
	t.Helper()
	name = pgtest.Database(t)
	u, err := url.Parse(name)
	require.NoError(t, err)
	database := strings.Trim(u.Path, "/")
	role = "of_" + database
	pgtest.Exec(t, name, "CREATE ROLE "+role+" LOGIN PASSWORD '"+password+"'; ALTER DATABASE "+database+" OWNER TO "+role)
	u.User = url.User(role)
	return u.String(), name, role
}
