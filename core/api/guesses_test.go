package api

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/manytill/manytill/sdk/protocol"

	"github.com/stretchr/testify/require"
)

func TestAddresses(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.7:4711": "192.0.2.7/32", "[::ffff:192.0.2.7]:1": "192.0.2.7/32",
		"[2001:db8:1:2:3:4:5:6]:80": "2001:db8:1:2::/64", "[fe80::1%eth0]:80": "fe80::/64",
	} {
		require.Equal(t, netip.MustParsePrefix(want), addressOf(remote), remote)
	}
	require.Equal(t, netip.Prefix{}, addressOf("@"))
}

// A burst is answered at once, then each waits a little longer, then they are
// refused; another address doesn't notice; what was refused doesn't count.
func TestGuesses(t *testing.T) {
	var g guesses
	now := time.Now()
	a, b := addressOf("192.0.2.1:1"), addressOf("192.0.2.2:1")
	for range guessBurst {
		pause, err := g.take(a, now)
		require.Nil(t, err)
		require.Zero(t, pause)
	}
	last := time.Duration(0)
	for range int(guessWait / guessEach) {
		pause, err := g.take(a, now)
		require.Nil(t, err)
		require.Greater(t, pause, last)
		last = pause
	}
	for range 1000 {
		_, err := g.take(a, now)
		require.NotNil(t, err)
		require.Equal(t, protocol.RateLimited, protocol.CodeOf(err))
		require.GreaterOrEqual(t, protocol.AsError(err).RetryAfter(), time.Second)
	}
	pause, err := g.take(b, now)
	require.Nil(t, err)
	require.Zero(t, pause)
	now = now.Add(guessWait + 2*guessEach)
	pause, err = g.take(a, now)
	require.Nil(t, err)
	require.Zero(t, pause)
}

func TestGuessersAreBounded(t *testing.T) {
	var g guesses
	now := time.Now()
	for i := range guessersKept + 500 {
		_, err := g.take(addressOf(fmt.Sprintf("[2001:db8:%x:%x::1]:1", i>>8, i&0xff)), now)
		require.Nil(t, err)
		require.LessOrEqual(t, len(g.by), guessersKept)
	}
}
