package main_test

import (
	"path/filepath"
	"testing"

	"github.com/manytill/manytill/sdk"
	"github.com/stretchr/testify/require"
)

// TestABackupOfYesterday: taken while tills work, restored on a stopped
// server. The tills were ahead of it; what they hold comes through, once.
func TestABackupOfYesterday(t *testing.T) {
	t.Parallel()
	f := newFloor(t)
	ana, ben := f.till(f.bar, "Ana"), f.till(f.till1, "Ben")
	ana.expect("Connected as Ana")
	ben.expect("Connected as Ben")
	ana.types("add coffee")
	ana.expect("number 1 now", "Order 1")
	ben.match(sees(1))

	copied := filepath.Join(f.dir, "yesterday.db")
	require.Contains(t, must(t, "backup", "--config", f.config, "--to", copied), "Backed up")

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
	require.Contains(t, refused, "is there already")
	require.Contains(t, must(t, "restore", "--config", f.config, "--from", copied, "--force"), "Start the server")

	f.start()
	ana.expect("The server came back from a backup")
	ben.expect("The server came back from a backup")
	// One more tap of each: behind it, all before has gone through.
	ana.types("open 1", "add coffee 5")
	ben.types("new", "add tea 7")
	orders := f.await(func(orders []sdk.Order) bool {
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

func quantities(o sdk.Order) (all []string) {
	for _, l := range o.Lines {
		all = append(all, string(l.Fields["qty"]))
	}
	return all
}

func TestPruneTakesOldClosedOrders(t *testing.T) {
	f := newFloor(t)
	refused, err := output(t, "prune", "--config", f.config, "--older", "400d")
	require.Error(t, err)
	require.Contains(t, refused, "pruning needs the server stopped")
	f.server.stop()
	require.Contains(t, must(t, "prune", "--config", f.config, "--older", "400d"), "nothing to drop")
	for _, age := range []string{"400", "0d", "x", "1y"} {
		refused, err := output(t, "prune", "--config", f.config, "--older", age)
		require.Error(t, err)
		require.Contains(t, refused, "--older must be")
	}
}
