package main_test

import (
	"context"
	"database/sql/driver"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"modernc.org/sqlite"

	"github.com/manytill/manytill/sdk/protocol"
)

// sqlText changes a database as a failing disk would: past the program.
func sqlText(t *testing.T, path, sql string) {
	t.Helper()
	c, err := (&sqlite.Driver{}).Open(path)
	require.NoError(t, err)
	_, err = c.(driver.ExecerContext).ExecContext(context.Background(), sql, nil)
	require.NoError(t, err)
	require.NoError(t, c.Close())
}

type problem struct{ Code, Message, Ref string }

// TestADamagedOrderIsSetApart: one wrong byte in a line, one in the log and one
// in an outcome. The order is told to be damaged wherever somebody asks for it,
// and all else goes on.
func TestADamagedOrderIsSetApart(t *testing.T) {
	t.Parallel()
	f := newServerWithTwoPOS(t)
	bar := f.hand(f.bar, "c1")
	add := func(order protocol.OrderID, line protocol.LineID) protocol.Op {
		return protocol.LineAdd{Order: order, Line: line, Set: protocol.Fields{"product_id": "11", "qty": "1"}}
	}
	for _, id := range []protocol.OrderID{"o1", "o2"} {
		require.Equal(t, protocol.Applied, bar.do(create(id, protocol.Fields{}), add(id, "l1")).Status)
	}
	door := f.hand(f.till1, "c2")
	require.Equal(t, protocol.Applied, door.do(create("o3", protocol.Fields{}), add("o3", "l1"), protocol.OrderClose{Order: "o3", State: protocol.Cancelled}).Status) // 3
	var behind struct{ Cursor protocol.Cursor }
	require.Equal(t, http.StatusOK, bar.call("GET", "/v1/pull", nil, &behind))
	require.Equal(t, protocol.Applied, bar.do(add("o2", "l2")).Status) // 4: its entry of the log is damaged
	require.Equal(t, protocol.Applied, bar.do(add("o2", "l3")).Status)
	healthy := filepath.Join(f.dir, "healthy.db")
	must(t, "backup", "--config", f.config, "--to", healthy)
	require.Contains(t, must(t, "verify", healthy), "is good: its structure, and every row")
	require.Contains(t, must(t, "verify", "--config", f.config), "is good", "also while the server works")
	f.server.stop()

	path := filepath.Join(f.dir, "manytill.db")
	sqlText(t, path, `UPDATE lines SET body = replace(body, '"qty":1', '"qty":7') WHERE order_key = (SELECT key FROM orders WHERE id = 'o1');
		UPDATE changes SET body = replace(body, '"seq":4', '"seq":8') WHERE seq = 4;
		UPDATE outcomes SET result = replace(result, 'applied', 'applief') WHERE id = 1 AND client = (SELECT key FROM clients WHERE id = 'c1');
		UPDATE clients SET pos = 'bar' WHERE id = 'c2'`)
	f.start()
	bar.url = f.url
	for _, token := range []string{f.bar, f.till1} {
		require.Equal(t, http.StatusOK, (&caller{t: t, url: f.url, token: token}).call("POST", "/v1/till/open", map[string]any{}, nil))
	}

	var snapshot struct {
		Orders []protocol.Order
		Cursor protocol.Cursor
	}
	require.Equal(t, http.StatusOK, bar.call("GET", "/v1/pull", nil, &snapshot))
	require.Len(t, snapshot.Orders, 1)
	require.Equal(t, protocol.OrderID("o2"), snapshot.Orders[0].ID)
	bar.at = protocol.Cursor(snapshot.Cursor) // it stood before the damaged change
	f.server.eventually("line l1 of order o1 of " + f.multiSession)
	require.Len(t, f.orders(), 2)
	var told problem
	require.Equal(t, http.StatusInternalServerError, bar.call("GET", "/v1/orders/o1", nil, &told))
	require.Equal(t, "internal", told.Code)
	require.Contains(t, told.Message, "order o1 is damaged in the database")
	require.Contains(t, told.Message, "manytill verify")
	require.NotEmpty(t, told.Ref)
	admin := caller{t: t, url: f.url, token: adminToken}
	orders := "/v1/admin/multi-sessions/" + f.multiSession + "/orders/"
	require.Equal(t, http.StatusInternalServerError, admin.call("POST", orders+"o1/cancel", map[string]string{"reason": "x"}, &told))
	require.Contains(t, told.Message, "order 1 (o1) is damaged")

	// Taps on it are refused in words, each with its money kept for the operator;
	// others of the same push go on.
	refused := bar.do(add("o1", "l9"))
	require.Equal(t, protocol.Rejected, refused.Status)
	require.Equal(t, protocol.Internal, refused.Rejection.Code)
	require.Contains(t, refused.Rejection.Message, "order 1 (o1) is damaged")
	require.NotEmpty(t, refused.Rejection.Ref)
	paid := bar.do(protocol.OrderPay{Order: "o1", Payment: protocol.NewPayment{ID: "p1", Method: "cash", Amount: "5"}})
	require.Equal(t, protocol.Internal, paid.Rejection.Code)
	require.Empty(t, paid.Kept)
	require.Equal(t, protocol.Applied, bar.do(add("o2", "l4")).Status)
	var inbox struct {
		Rejections []struct{ Mutation protocol.Mutation }
	}
	f.admin("GET", "/v1/admin/rejections", nil, &inbox)
	require.Len(t, inbox.Rejections, 2)
	require.Equal(t, protocol.PaymentID("p1"), inbox.Rejections[1].Mutation.Ops[0].(protocol.OrderPay).Payment.ID)

	// Who stands before the damaged change takes a snapshot.
	var reset struct{ Code, Reason string }
	require.Equal(t, http.StatusGone, bar.call("GET", "/v1/pull?cursor="+string(behind.Cursor), nil, &reset))
	require.Equal(t, "cursor_expired", reset.Reason)

	// A tap of before that is pushed again is told what can be told.
	var again struct{ Results []protocol.Result }
	require.Equal(t, http.StatusOK, bar.call("POST", "/v1/push", map[string]any{
		"client_id": "c1", "cursor": snapshot.Cursor, "mutations": []protocol.Mutation{{ID: 1, Ops: protocol.Ops{create("o1", protocol.Fields{}), add("o1", "l1")}}},
	}, &again))
	require.Equal(t, protocol.Duplicate, again.Results[0].Status)
	require.Equal(t, protocol.Internal, again.Results[0].Rejection.Code)

	// A client of which nobody knows whose it is gets words; its till keeps its
	// queue.
	require.Equal(t, http.StatusInternalServerError, (&caller{t: t, url: f.url, token: f.till1}).call("POST", "/v1/push", map[string]any{
		"client_id": "c2", "cursor": snapshot.Cursor, "mutations": []protocol.Mutation{{ID: 2, Ops: protocol.Ops{add("o2", "l7")}}},
	}, &told))
	require.Contains(t, told.Message, "client c2 is damaged")
	require.Equal(t, protocol.Applied, bar.do(add("o2", "l8")).Status)

	var ready struct {
		Status  string
		Damaged int
	}
	require.Equal(t, http.StatusOK, bar.call("GET", "/readyz", nil, &ready))
	require.Equal(t, "ready", ready.Status)
	require.Equal(t, 4, ready.Damaged)
	_, metrics, _ := f.read("/metrics", "")
	require.Contains(t, metrics, "manytill_store_damaged 4")

	// verify finds the same, and so does restore in a backup of it.
	sick := filepath.Join(f.dir, "sick.db")
	must(t, "backup", "--config", f.config, "--to", sick)
	for _, args := range [][]string{{"--config", f.config}, {sick}} {
		out, err := output(t, append([]string{"verify"}, args...)...)
		require.Error(t, err)
		for _, place := range []string{"line l1 of order o1 of " + f.multiSession, "change 4 of " + f.multiSession, "outcome 1 of client c1", "client c2", "in 4 places"} {
			require.Contains(t, out, place)
		}
		require.Contains(t, out, "The first is: client c2.")
	}
	f.server.stop()
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	out, err := output(t, "restore", "--config", f.config, "--from", sick, "--force")
	require.Error(t, err)
	require.Contains(t, out, "is damaged")
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
	cut := filepath.Join(f.dir, "cut.db")
	require.NoError(t, os.WriteFile(cut, before[:5*4096], 0o600))
	out, err = output(t, "verify", cut)
	require.Error(t, err)
	require.Contains(t, out, "it was truncated, or not copied completely")
	require.Contains(t, out, "cut.db is damaged, and the rest of it can't be read")
	require.NotContains(t, out, "internal:")
	must(t, "restore", "--config", f.config, "--from", healthy, "--force")
	f.start()
	bar.url = f.url
	require.Equal(t, http.StatusOK, bar.call("GET", "/v1/orders/o1", nil, nil))
}

// TestVerifyRefuses without a file, and what is no database.
func TestVerifyRefuses(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	require.NoError(t, os.WriteFile(text, []byte("this is no database, whatever its name says"), 0o600))
	for want, args := range map[string][]string{"name a backup": {"verify"}, "not a database": {"verify", text}} {
		out, err := output(t, args...)
		require.Error(t, err)
		require.Contains(t, out, want)
	}
}
