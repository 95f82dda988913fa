package extensions_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/sdk"
	"github.com/stretchr/testify/require"
)

// counted counts the hosts that are there.
type counted struct {
	*fake
	open *atomic.Int32
}

func (c counted) Close() error {
	c.open.Add(-1)
	return nil
}

// Chains that were replaced are few, however often they are, and end with the
// server.
func TestReplacedChains(t *testing.T) {
	var open atomic.Int32
	k := &kit{t: t}
	e, err := extensions.Start(t.Context(), func(context.Context) (*extensions.Chain, error) {
		open.Add(1)
		return k.build(extensions.Entry{Host: counted{extension("a", export(nil), "note"), &open}})
	})
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, e.Reload(t.Context()))
	}
	require.EqualValues(t, 3, open.Load(), "decisions may have begun with them")
	for range 20 {
		require.NoError(t, e.Reload(t.Context()))
	}
	require.Eventually(t, func() bool { return open.Load() <= 3 }, time.Minute, time.Millisecond)
	require.NoError(t, e.Close())
	require.Zero(t, open.Load())
}

// gone is a host whose process isn't there.
type gone struct {
	*fake
	down bool
}

func (g gone) Ended() (string, time.Time, bool) { return "it ended", time.Unix(1, 0).UTC(), g.down }

// A process that isn't there is told before a call misses it.
func TestProcessThatIsGone(t *testing.T) {
	for state, down := range map[sdk.ExtensionState]bool{sdk.Failed: false, sdk.Down: true} {
		k := &kit{t: t}
		e, err := extensions.Start(t.Context(), func(context.Context) (*extensions.Chain, error) {
			return k.build(extensions.Entry{Host: gone{extension("a", export(nil), "note"), down}})
		})
		require.NoError(t, err)
		s := e.Status()[0]
		require.Equal(t, state, s.State)
		require.Equal(t, []sdk.ExtensionError{{At: "1970-01-01T00:00:01Z", First: "1970-01-01T00:00:01Z", Count: 1, Message: "it ended"}}, s.Errors)
	}
}
