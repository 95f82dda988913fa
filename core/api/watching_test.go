package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

const watcher = "mta_of-this-test-0123456789"

// logged is a log that several goroutines write.
type logged struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

// lines are the entries of a message, or (with none) all.
func (l *logged) lines(t require.TestingT, message string) (lines []map[string]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, text := range strings.Split(strings.TrimSpace(l.all.String()), "\n") {
		if text == "" {
			continue
		}
		var line map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &line))
		if message == "" || line["msg"] == message {
			lines = append(lines, line)
		}
	}
	return lines
}

// call makes a request and gives its answer's body.
func callTo(t *testing.T, server *httptest.Server, token, method, path, body string) (status int, answer string) {
	r, err := http.NewRequest(method, server.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer w.Body.Close()
	raw, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	return w.StatusCode, string(raw)
}

// TestAccessLog: connects, refusals and admin calls are told at info with who
// and what, all other calls at debug; no secret stands there.
func TestAccessLog(t *testing.T) {
	for _, level := range []slog.Level{slog.LevelInfo, slog.LevelDebug} {
		t.Run(level.String(), func(t *testing.T) {
			log := &logged{}
			a := newAPI(t, func(c *api.Config) { c.Log = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: level})) })
			_, err := a.Directory().EnsureAdmin(t.Context(), watcher)
			require.NoError(t, err)
			server := httptest.NewServer(a)
			t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
			_, answer := callTo(t, server, watcher, "POST", "/v1/admin/pos", `{"id":"bar","name":"Bar"}`)
			var made struct{ Token string }
			require.NoError(t, json.Unmarshal([]byte(answer), &made))
			callTo(t, server, watcher, "POST", "/v1/admin/multi-sessions", `{"name":"Main floor","pos":["bar"]}`)
			callTo(t, server, watcher, "GET", "/v1/admin/pos", "")
			callTo(t, server, made.Token, "POST", "/v1/till/open", `{}`)
			_, answer = callTo(t, server, made.Token, "POST", "/v1/ticket", "")
			var given struct{ Ticket string }
			require.NoError(t, json.Unmarshal([]byte(answer), &given))
			status, _ := callTo(t, server, "wrong-token", "GET", "/v1/stream?ticket="+given.Ticket+"&client_id=a%20b", "")
			require.Equal(t, http.StatusBadRequest, status)
			status, _ = callTo(t, server, "wrong-token", "GET", "/v1/schema", "")
			require.Equal(t, http.StatusUnauthorized, status)
			ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http")+"/v1/socket", nil)
			require.NoError(t, err)
			require.NoError(t, ws.WriteJSON(map[string]any{"t": "hello", "protocol": 1, "token": made.Token, "client_id": "c1"}))
			frameOf(t, ws, "snapshot")
			require.NoError(t, ws.Close())
			require.Eventually(t, func() bool { return len(log.lines(t, "disconnected")) == 1 }, time.Minute, time.Millisecond)

			admin := log.lines(t, "admin call")
			require.Len(t, admin, 2)
			require.Equal(t, []any{"INFO", "POST", "/v1/admin/pos", "Make a POS", "admin", 200.0},
				[]any{admin[0]["level"], admin[0]["method"], admin[0]["path"], admin[0]["what"], admin[0]["by"], admin[0]["status"]})
			require.Contains(t, admin[0]["from"], "127.0.0.1")
			refused := log.lines(t, "refused")
			require.Len(t, refused, 1)
			require.Equal(t, []any{"INFO", "/v1/schema", "unauthorized"}, []any{refused[0]["level"], refused[0]["path"], refused[0]["code"]})
			require.Equal(t, "bar", log.lines(t, "till")[0]["by"])
			connected := log.lines(t, "connected")
			require.Len(t, connected, 1)
			require.Equal(t, []any{"socket", "bar", "c1"}, []any{connected[0]["transport"], connected[0]["pos"], connected[0]["client_id"]})
			require.Equal(t, level == slog.LevelDebug, len(log.lines(t, "call")) > 0)
			_, metrics := callTo(t, server, watcher, "GET", "/metrics", "")
			require.Contains(t, metrics, `manytill_request_seconds_count{call="/v1/socket",status="101"} 1`)
			for _, secret := range []string{watcher, made.Token, given.Ticket, "wrong-token"} {
				require.NotContains(t, log.all.String(), secret)
			}
		})
	}
}

// TestRefusalsDontFillTheLog: of a flood a few are told, and how many more.
func TestRefusalsDontFillTheLog(t *testing.T) {
	log := &logged{}
	server := httptest.NewServer(newAPI(t, func(c *api.Config) { c.Log = slog.New(slog.NewJSONHandler(log, nil)) }))
	defer server.Close()
	asked := 0
	for ; len(log.lines(t, "more was refused")) == 0; asked++ {
		require.Less(t, asked, 100_000)
		callTo(t, server, "wrong", "GET", "/v1/schema", "")
		if asked == 0 {
			require.Len(t, log.lines(t, ""), 1)
		}
	}
	require.Less(t, len(log.lines(t, "refused")), asked)
}

// TestMetricsFromTheStart: an alert needs every label before the first error.
func TestMetricsFromTheStart(t *testing.T) {
	dir := t.TempDir()
	database, backups := filepath.Join(dir, "manytill.db"), filepath.Join(dir, "backups")
	require.NoError(t, os.WriteFile(database, make([]byte, 1000), 0o600))
	require.NoError(t, os.WriteFile(database+"-wal", make([]byte, 234), 0o600))
	require.NoError(t, os.Mkdir(backups, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(backups, "old.db"), make([]byte, 7), 0o600))
	require.NoError(t, os.Chtimes(filepath.Join(backups, "old.db"), time.Time{}, time.Now().Add(-2*time.Hour)))
	require.NoError(t, os.WriteFile(filepath.Join(backups, "new.db"), make([]byte, 5), 0o600))
	require.NoError(t, os.Chtimes(filepath.Join(backups, "new.db"), time.Time{}, time.Now().Add(-time.Hour)))
	var st *mem.Store
	var elsewhere time.Time
	a := newAPI(t, func(c *api.Config) {
		c.MetricsPublic, c.DatabasePath, c.BackupDir = true, database, backups
		c.CertificateEnd = func() time.Time { return time.Unix(2_000_000_000, 0) }
		c.LastBackup = func() (time.Time, int64) { return elsewhere, 17 }
		st = c.Store.(*mem.Store)
	})
	server := httptest.NewServer(a)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	metrics := func() string {
		_, text := callTo(t, server, "", "GET", "/metrics", "")
		return text
	}
	text := metrics()
	for _, code := range protocol.ErrorCodes() {
		require.Contains(t, text, `manytill_request_errors_total{code="`+string(code)+`"} 0`+"\n")
	}
	for _, line := range []string{
		`manytill_request_seconds_count{call="/v1/push",status="200"} 0`, `manytill_request_seconds_count{call="/v1/push",status="500"} 0`,
		`manytill_request_seconds_count{call="/v1/socket",status="101"} 0`,
		`manytill_mutations_total{status="rejected"} 0`, `manytill_connections{transport="poll"} 0`, "manytill_rejections_open 0",
		"manytill_read_only 0", "manytill_slowest_lag_changes 0", "manytill_last_backup_bytes 5", "manytill_database_bytes 1234",
		`manytill_build_info{version="test"} 1`, "manytill_certificate_expires_timestamp_seconds 2e+09", "manytill_store_damaged 0",
	} {
		require.Contains(t, text, line+"\n")
	}
	require.Regexp(t, `manytill_last_backup_age_seconds 36\d\d\.`, text)
	elsewhere = time.Now().Add(-30 * time.Minute)
	require.Regexp(t, `manytill_last_backup_age_seconds 1[89]\d\d\.(.|\n)*\nmanytill_last_backup_bytes 17\n`, metrics())
	require.Regexp(t, `manytill_disk_bytes [1-9]`, text)
	require.Regexp(t, `manytill_disk_free_bytes [0-9]`, text)

	_, token, err := a.Directory().CreatePOS(t.Context(), "bar", "Bar")
	require.Nil(t, err)
	_, err = a.Directory().CreateMultiSession(t.Context(), "Main floor", []protocol.POSID{"bar"})
	require.Nil(t, err)
	callTo(t, server, token, "POST", "/v1/till/open", "")
	_, answer := callTo(t, server, token, "GET", "/v1/pull", "")
	var pulled struct{ Cursor string }
	require.NoError(t, json.Unmarshal([]byte(answer), &pulled))
	callTo(t, server, token, "POST", "/v1/push", `{"client_id":"c1","cursor":"`+pulled.Cursor+`","mutations":[{"id":1,"ops":[{"op":"x"}]}]}`)
	st.SetReadOnly(true)
	text = metrics()
	require.Contains(t, text, "manytill_rejections_open 1\n")
	require.Contains(t, text, "manytill_read_only 1\n")
	st.SetReadOnly(false)
}
