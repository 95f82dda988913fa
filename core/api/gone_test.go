package api_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/wake"
)

// slowDisk holds the next commit until it is let go.
type slowDisk struct {
	*mem.Store
	holds    atomic.Bool
	reached  chan struct{}
	released chan struct{}
}

func (s *slowDisk) Commit(ctx context.Context, b *store.Batch) error {
	if s.holds.CompareAndSwap(true, false) {
		close(s.reached)
		<-s.released
	}
	return s.Store.Commit(ctx, b)
}

// A till whose link breaks while its push is decided was refused nothing: neither
// the log nor the count of refusals says that too much waited.
func TestATillThatGoesWasNotRefused(t *testing.T) {
	disk := &slowDisk{Store: mem.New(), reached: make(chan struct{}), released: make(chan struct{})}
	identity, err := disk.Identity(t.Context())
	require.NoError(t, err)
	var log strings.Builder
	a, _ := guarded(t, func(c *api.Config) {
		c.Store, c.Identity, c.Log = disk, identity, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
		c.Hub = multisession.NewHub(multisession.Config{
			Ledger: disk, Identity: identity, Bell: wake.NewLocal(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
			Rules: multisession.Rules{Limits: order.DefaultLimits},
		})
	})
	token := tillsOf(t, a, 1)[0]
	call := func(ctx context.Context, method, path, body string) string {
		r := httptest.NewRequest(method, path, strings.NewReader(body)).WithContext(ctx)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		return w.Body.String()
	}
	call(t.Context(), http.MethodPost, "/v1/till/open", "{}")
	cursor := gjson.Get(call(t.Context(), http.MethodGet, "/v1/pull", ""), "cursor").Str
	push := fmt.Sprintf(`{"client_id":"c1","cursor":%q,"mutations":[{"id":1,"ops":[{"op":"order.create","order":"o1"}]}]}`, cursor)

	disk.holds.Store(true)
	ctx, goes := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() {
		call(ctx, http.MethodPost, "/v1/push", push)
		close(over)
	}()
	<-disk.reached
	goes()
	<-over
	require.Contains(t, metricsOf(t, a), `manytill_refused_total{what="waiting"} 0`)
	require.Contains(t, metricsOf(t, a), `manytill_request_errors_total{code="overloaded"} 0`)
	require.Empty(t, log.String())

	close(disk.released)
	again := call(t.Context(), http.MethodPost, "/v1/push", push)
	require.Equal(t, "duplicate", gjson.Get(again, "results.0.status").Str, "it was decided all the same: %s", again)
}

// What a server cuts short because it stops isn't an error of it: the till comes back.
func TestStoppingServerSaysSo(t *testing.T) {
	var log strings.Builder
	a, _ := guarded(t, func(c *api.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	})
	answer := func(failure error) (code string) {
		w := httptest.NewRecorder()
		a.Fail(w, failure)
		return gjson.Get(w.Body.String(), "code").Str
	}
	cut := fmt.Errorf("reading the orders: %w", context.Canceled)
	closed := fmt.Errorf("reading the orders: %w", store.ErrClosed)
	require.Equal(t, "internal", answer(closed), "of a server that isn't stopping")
	require.Contains(t, log.String(), "internal error")
	log.Reset()
	a.Drain()
	require.Equal(t, "shutting_down", answer(cut))
	require.Equal(t, "shutting_down", answer(closed))
	require.Empty(t, log.String())
	require.Equal(t, "internal", answer(errors.New("a fault of its own")))
}
