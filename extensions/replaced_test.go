package extensions_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
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
	for state, down := range map[protocol.ExtensionState]bool{protocol.Failed: false, protocol.Down: true} {
		k := &kit{t: t}
		e, err := extensions.Start(t.Context(), func(context.Context) (*extensions.Chain, error) {
			return k.build(extensions.Entry{Host: gone{extension("a", export(nil), "note"), down}})
		})
		require.NoError(t, err)
		s := e.Status()[0]
		require.Equal(t, state, s.State)
		require.Equal(t, []protocol.ExtensionError{{At: "1970-01-01T00:00:01Z", First: "1970-01-01T00:00:01Z", Count: 1, Message: "it ended"}}, s.Errors)
	}
}

// endless is a host whose hooks run until they are given up.
type endless struct {
	*fake
	asked chan struct{}
}

func (e endless) Run(ctx context.Context, _ *extensions.Batch) ([]hooks.Result, error) {
	e.asked <- struct{}{}
	<-ctx.Done()
	return nil, ctx.Err()
}

// A server that ends gives up the calls under way and makes no more: what the
// hooks would have said isn't known, so nothing is refused, and no failure is
// held against the extension.
func TestGivenUp(t *testing.T) {
	host := endless{extension("a", nil, "note"), make(chan struct{}, 10)}
	k := &kit{t: t}
	e, err := extensions.Start(t.Context(), func(context.Context) (*extensions.Chain, error) {
		return k.build(extensions.Entry{Host: host, OnError: extensions.OnErrorReject, Timeout: time.Hour})
	})
	require.NoError(t, err)
	wave := func() *hooks.Wave {
		r, _ := record("o1", protocol.Fields{}, protocol.Fields{"note": `"a"`}, "note")
		return &hooks.Wave{Mutations: []*hooks.Mutation{{Orders: []*hooks.Change{r}}}}
	}
	first, ended := wave(), make(chan struct{})
	go func() {
		e.Chain().Run(context.Background(), first)
		close(ended)
	}()
	<-host.asked
	e.GiveUp()
	<-ended
	require.True(t, first.GivenUp)
	require.Nil(t, first.Mutations[0].Veto)
	second := wave()
	e.Chain().Run(context.Background(), second)
	require.True(t, second.GivenUp)
	require.Empty(t, host.asked, "it isn't asked again")
	require.Empty(t, e.Status()[0].Errors)
	require.NoError(t, e.Close())
}
