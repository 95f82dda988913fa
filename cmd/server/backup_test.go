package main_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/manytill/manytill/cmd/server/admin"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// TestABackupOfYesterday: taken while tills work, restored on a stopped
// server. The tills were ahead of it; what they hold comes through, once.
func TestABackupOfYesterday(t *testing.T) {
	t.Parallel()
	f := newServerWithTwoPOS(t)
	ana, ben := f.till(f.bar, "Ana"), f.till(f.till1, "Ben")
	ana.expect("Connected as Ana")
	ben.expect("Connected as Ben")
	ana.types("add coffee")
	ana.expect("number 1 now", "Order 1")
	ben.match(sees(1))

	copied := filepath.Join(f.dir, "yesterday.db")
	require.Contains(t, must(t, "backup", "--config", f.config, "--to", copied), "Backed up")
	_, metrics, _ := f.read("/metrics", "")
	require.Regexp(t, `\nmanytill_last_backup_age_seconds \d`, metrics, "the server knows of a backup that lies elsewhere")
	require.Regexp(t, `\nmanytill_last_backup_bytes [1-9]`, metrics)

	ana.types("add tea 2")
	ana.expect("2 × Tea")
	ben.expect("Bar (Ana) added 2 × Tea to order 1")
	ben.types("add coffee 3")
	ben.expect("number 2 now")
	ana.match(sees(2))

	refused, err := output(t, "restore", "--config", f.config, "--from", copied, "--force")
	require.Error(t, err)
	require.Contains(t, refused, "stop that server first")
	f.server.stop()
	refused, err = output(t, "restore", "--config", f.config, "--from", copied)
	require.Error(t, err)
	require.Contains(t, refused, "exists already")
	require.Contains(t, must(t, "restore", "--config", f.config, "--from", copied, "--force"), "Start the server")

	f.start()
	ana.expect("The server came back from a backup")
	ben.expect("The server came back from a backup")
	// One more tap of each: behind it, all before has gone through.
	ana.types("open 1", "add coffee 5")
	ben.types("new", "add tea 7")
	orders := f.await(func(orders []protocol.Order) bool {
		lines := 0
		for _, o := range orders {
			lines += len(o.Lines)
		}
		return lines >= 5
	})
	require.Len(t, orders, 3)
	require.Equal(t, []string{"1", "2", "5"}, quantities(orders[0]))
	require.Equal(t, []string{"3"}, quantities(orders[1]))
	require.Equal(t, []string{"7"}, quantities(orders[2]))
}

func quantities(o protocol.Order) (all []string) {
	for _, l := range o.Lines {
		all = append(all, string(l.Fields["qty"]))
	}
	return all
}

func TestPruneTakesOldClosedOrders(t *testing.T) {
	f := newServerWithTwoPOS(t)
	refused, err := output(t, "prune", "--config", f.config, "--older", "400d")
	require.Error(t, err)
	require.Contains(t, refused, "pruning needs the server stopped")
	f.server.stop()
	require.Contains(t, must(t, "prune", "--config", f.config, "--older", "400d"), "nothing to delete")
	for _, age := range []string{"400", "0d", "x", "1y"} {
		refused, err := output(t, "prune", "--config", f.config, "--older", age)
		require.Error(t, err)
		require.Contains(t, refused, "--older must be")
	}
}

// TestPruneThenALatePayment: the payment reaches every till as a change that
// can be read, and what the server tells of the order is JSON.
func TestPruneThenALatePayment(t *testing.T) {
	f := newServerWithTwoPOS(t)
	bar, till1 := f.caller(f.bar), f.caller(f.till1)
	bar("POST", "/v1/till/open", nil)
	till1("POST", "/v1/till/open", nil)
	pay := map[string]any{"op": "order.pay", "order": "old", "payment": map[string]any{"id": "p1", "method": "cash", "amount": 2}}
	cursor := bar("GET", "/v1/pull?client_id=b", nil)["cursor"]
	push := func(id int, ops ...map[string]any) map[string]any {
		return bar("POST", "/v1/push", map[string]any{"client_id": "b", "cursor": cursor, "mutations": []any{map[string]any{"id": id, "ops": ops}}})
	}
	push(1, map[string]any{"op": "order.create", "order": "old"}, map[string]any{"op": "line.add", "order": "old", "line": "l1", "set": map[string]any{"qty": 1}})
	push(2, pay, map[string]any{"op": "order.close", "order": "old", "state": "paid"})
	f.server.stop()
	st, err := sqlite.Open(t.Context(), filepath.Join(f.dir, "manytill.db"), sqlite.Options{})
	require.NoError(t, err)
	pruned, err := st.Prune(t.Context(), time.Now().Add(time.Hour), false)
	require.NoError(t, err)
	require.EqualValues(t, 1, pruned.Orders)
	require.NoError(t, st.Close())
	f.start()

	order := bar("GET", "/v1/orders/old", nil)
	require.Equal(t, []any{"paid", true, 1}, []any{order["state"], order["pruned"], len(order["payments"].([]any))})
	history := "/v1/admin/multi-sessions/" + f.multiSession + "/orders/old/history"
	var told struct{ Changes []any }
	f.admin("GET", history, nil, &told)
	require.Empty(t, told.Changes)

	cursor = till1("GET", "/v1/pull?client_id=t", nil)["cursor"] // the one before was pruned
	again := push(3, pay)
	require.NotContains(t, again["results"].([]any)[0], "code", "the same payment again changes nothing")
	cursor = again["cursor"]
	pay["payment"].(map[string]any)["id"] = "p2"
	push(4, pay)
	changes := till1("GET", "/v1/pull?client_id=t&wait=10&cursor="+cursor.(string), nil)["changes"].([]any)
	late := changes[len(changes)-1].(map[string]any)["orders"].(map[string]any)["old"].(map[string]any)
	require.Len(t, late["payments"], 1)
	require.Equal(t, "refund", late["payments"].([]any)[0].(map[string]any)["needs"])
	require.Len(t, bar("GET", "/v1/orders/old", nil)["payments"], 2)
	f.admin("GET", history, nil, &told)
	require.NotEmpty(t, told.Changes)
}

// caller makes calls with a token; each must succeed.
func (f *serverWithTwoPOS) caller(token string) func(method, path string, body any) map[string]any {
	return func(method, path string, body any) (answer map[string]any) {
		f.t.Helper()
		c, err := admin.New(f.url, token, http.DefaultClient)
		require.NoError(f.t, err)
		require.NoError(f.t, c.Do(f.t.Context(), method, path, body, &answer))
		return answer
	}
}
