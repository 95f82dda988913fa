package main_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

type backupsNow struct {
	Folder  string
	Running *struct {
		Name      string
		Pages, Of int
	}
	Failed  *struct{ Name, Message string }
	Backups []struct {
		Name  string
		Bytes int64
		At    string
	}
}

// A backup is made by the admin call while the server works, listed, and
// downloaded; what comes down opens as a store with the orders in it.
func TestABackupByTheAdminCall(t *testing.T) {
	f := newServerWithTwoPOS(t)
	f.hand(f.bar, "c1").do(create("o1", protocol.Fields{}))
	var now backupsNow
	f.admin("GET", "/v1/admin/backups", nil, &now)
	require.Equal(t, "backups", filepath.Base(now.Folder))
	require.Empty(t, now.Backups)
	admin := caller{t: t, url: f.url, token: adminToken}
	for _, name := range []string{"../x", "a/b", ".hidden", "é"} {
		require.Equal(t, http.StatusBadRequest, admin.call("POST", "/v1/admin/backups", map[string]string{"name": name}, nil), name)
	}
	f.admin("POST", "/v1/admin/backups", map[string]string{"name": "before the fair"}, &now)
	require.Eventually(t, func() bool {
		now = backupsNow{}
		f.admin("GET", "/v1/admin/backups", nil, &now)
		return now.Running == nil
	}, patience, 5*time.Millisecond)
	require.Nil(t, now.Failed)
	require.Len(t, now.Backups, 1)
	require.Equal(t, "before the fair.db", now.Backups[0].Name)
	require.Equal(t, http.StatusConflict, admin.call("POST", "/v1/admin/backups", map[string]string{"name": "before the fair.db"}, nil))

	r, err := http.NewRequestWithContext(t.Context(), "GET", f.url+"/v1/admin/backups/before%20the%20fair.db", nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, answer.StatusCode)
	require.NoError(t, answer.Body.Close())
	r.Header.Set("Authorization", "Bearer "+adminToken)
	answer, err = http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Contains(t, answer.Header.Get("Content-Disposition"), `"before the fair.db"`)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Len(t, body, int(now.Backups[0].Bytes))
	copied := filepath.Join(t.TempDir(), "copy.db")
	require.NoError(t, os.WriteFile(copied, body, 0o600))
	st, err := sqlite.Open(t.Context(), copied, sqlite.Options{})
	require.NoError(t, err)
	defer st.Close()
	rows, _, err := st.Orders(t.Context(), protocol.MultiSessionID(f.multiSession), []protocol.OrderID{"o1"})
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, http.StatusNotFound, admin.call("GET", "/v1/admin/backups/none.db", nil, nil))
}

// Who looks at the orders again and again is told when nothing changed.
func TestOrdersAreTagged(t *testing.T) {
	f := newServerWithTwoPOS(t)
	bar := f.hand(f.bar, "c1")
	bar.do(create("o1", protocol.Fields{}))
	get := func(etag string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", f.url+"/v1/admin/multi-sessions/"+f.multiSession+"/orders?state=open", nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+adminToken)
		r.Header.Set("If-None-Match", etag)
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		return answer.StatusCode, answer.Header.Get("ETag")
	}
	status, etag := get("")
	require.Equal(t, http.StatusOK, status)
	status, again := get(etag)
	require.Equal(t, http.StatusNotModified, status)
	require.Equal(t, etag, again)
	bar.do(create("o2", protocol.Fields{}))
	status, again = get(etag)
	require.Equal(t, http.StatusOK, status)
	require.NotEqual(t, etag, again)
}

// The last hour knows what was pushed, and how long it took.
func TestStats(t *testing.T) {
	f := newServerWithTwoPOS(t)
	bar := f.hand(f.bar, "c1")
	for i, id := range []protocol.OrderID{"o1", "o2", "o2"} {
		require.Equal(t, i == 2, bar.do(create(id, protocol.Fields{})).Status == protocol.Rejected)
	}
	var now struct {
		BucketSeconds int `json:"bucket_seconds"`
		Buckets       []struct {
			At                  string
			Seconds             float64
			Mutations, Rejected int
			P50                 *float64 `json:"p50_ms"`
			P99                 *float64 `json:"p99_ms"`
		}
	}
	f.admin("GET", "/v1/admin/stats", nil, &now)
	require.Equal(t, 10, now.BucketSeconds)
	mutations, rejected := 0, 0
	for _, b := range now.Buckets {
		mutations, rejected = mutations+b.Mutations, rejected+b.Rejected
		if b.Mutations == 0 {
			require.Nil(t, b.P50)
			continue
		}
		require.Positive(t, *b.P50)
		require.GreaterOrEqual(t, *b.P99, *b.P50)
	}
	require.Equal(t, 3, mutations)
	require.Equal(t, 1, rejected)
}
