package multisession_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// What is kept for readers is bounded by bytes too: large changes push out
// older ones, and whoever lacks those gets them from the store.
func TestRingIsBoundedByBytes(t *testing.T) {
	f := newMemSessionWith(t, nil)
	require.Equal(t, protocol.Applied, f.do("a1", createO1).Status)
	start := f.session.Feed.Head()
	large := strings.Repeat("x", 60_000)
	const n = 300
	for i := range n {
		set := fmt.Sprintf(`[{"op":"order.set","order":"o1","set":{"partner_id":"%d%s"}}]`, i, large)
		require.Equal(t, protocol.Applied, f.do("a1", set).Status)
		changes, bytes := f.session.Feed.Held()
		require.LessOrEqual(t, bytes, 8<<20)
		require.Positive(t, changes)
	}
	changes, _ := f.session.Feed.Held()
	require.Less(t, changes, n)
	seen := 0
	for at := start; ; {
		page, err := f.session.Page(t.Context(), at, "", 50)
		require.Nil(t, err)
		seen += page.Count
		at = page.Position
		if !page.More {
			break
		}
	}
	require.Equal(t, n, seen)
}
