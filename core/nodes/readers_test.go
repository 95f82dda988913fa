package nodes_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/sdk/protocol"
)

// counting is a node's way to a store; it counts how often orders were read.
type counting struct {
	*mem.Shared
	loads atomic.Int64
}

func (c *counting) Load(ctx context.Context, id protocol.MultiSessionID) (*store.Snapshot, error) {
	c.loads.Add(1)
	return c.Shared.Load(ctx, id)
}

// A node whose tills only read what another commits follows the changes, and reads no
// orders, until something is to be decided.
func TestReadersReadNoOrders(t *testing.T) {
	shared := mem.Share(mem.New())
	writing, reading := &counting{Shared: shared}, &counting{Shared: shared}
	a := startOn(t, writing, "one", nothing)
	defer a.stop()
	b := startOn(t, reading, "two", nothing)
	defer b.stop()
	follows := func() {
		t.Helper()
		require.NoError(t, b.session.Ask(t.Context(), &multisession.Moved{}).Err)
		require.Equal(t, a.session.Feed.Head(), b.session.Feed.Head())
		is, told := a.session.Feed.State(), b.session.Feed.State()
		told.Version = is.Version // counts what each node was told
		require.Equal(t, is, told)
		require.Equal(t, a.session.Turn(), b.session.Turn())
	}
	at := b.session.Feed.Head()
	tells := func(changes int, last protocol.MutationID) {
		t.Helper()
		page, err := b.session.Page(t.Context(), at, "a1", 100)
		require.NoError(t, err)
		require.Equal(t, changes, page.Count)
		require.Equal(t, last, page.LastID)
		at = page.Position
	}
	a.open("a")
	follows()
	tells(0, 0)
	before := reading.loads.Load()
	for n := range 5 {
		id := protocol.MutationID(n + 1)
		require.NoError(t, a.push("a1", id, newOrderNamed(n)).Err)
		follows()
		tells(1, id)
	}
	rejected := a.push("a1", 6, newOrderNamed(1))
	require.Equal(t, protocol.Rejected, rejected.Results[0].Status)
	follows()
	tells(0, 6)
	require.True(t, b.session.TillOpen(t.Context(), "a"))
	a.open("b")
	follows()
	require.Equal(t, before, reading.loads.Load(), "orders were read")

	reply := b.session.Ask(t.Context(), &multisession.Pin{})
	require.NoError(t, reply.Err)
	require.Len(t, reply.Snapshot.Orders, 5)
	require.Equal(t, before+1, reading.loads.Load())
	require.NoError(t, b.push("b1", 1, newOrderNamed(7)).Err)
	require.Equal(t, before+1, reading.loads.Load())

	ops := make([]string, store.MovedMost+1)
	for i := range ops {
		ops[i] = newOrderNamed(100 + i)
	}
	require.NoError(t, a.push("a1", 7, ops...).Err)
	follows() // more than are read at once
	require.Equal(t, before+2, reading.loads.Load())
	tells(len(ops)+1, protocol.MutationID(6+len(ops)))
}
