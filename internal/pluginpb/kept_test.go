package pluginpb_test

import (
	"testing"

	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/stretchr/testify/require"
)

type megabytes int

func (m megabytes) Bytes() int { return int(m) << 20 }

// What is kept is bounded, and what is used stays.
func TestKept(t *testing.T) {
	var kept pluginpb.Kept[int, megabytes]
	_, ok := kept.Get(0)
	require.False(t, ok)
	kept.Put(-1, 1)
	for i := 100; i < 500; i++ {
		kept.Put(i, 1)
		_, used := kept.Get(-1)
		require.True(t, used)
		_, unused := kept.Get(i - 40)
		require.False(t, unused)
		bytes := kept.Bytes()
		require.LessOrEqual(t, bytes, 32<<20)
		require.GreaterOrEqual(t, bytes, min(i-100, 15)<<20)
	}
	kept.Put(1000, 100) // larger than all: kept until something else comes
	_, ok = kept.Get(1000)
	require.True(t, ok)
	kept.Drop(1000)
	_, ok = kept.Get(1000)
	require.False(t, ok)
	for range 100 {
		kept.Put(-1, 3) // instead of what was
		kept.Put(-2, 3)
	}
	_, ok = kept.Get(-1)
	require.True(t, ok)
}
