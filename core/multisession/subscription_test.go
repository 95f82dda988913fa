package multisession_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// told is all that a subscription yields of orders now, by kind.
func told(t *testing.T, s *multisession.Subscription) (all []string) {
	for {
		e, err := s.Next(t.Context())
		require.NoError(t, err)
		switch {
		case e.Reset != "":
			all = append(all, "reset "+string(e.Reset))
		case e.Snapshot != nil:
			all = append(all, fmt.Sprintf("snapshot of %d", len(e.Snapshot.Orders)))
		case e.Changes != nil:
			all = append(all, fmt.Sprintf("changes up to %d", e.Changes.Position.Seq))
		default:
			return all
		}
	}
}

// A reader goes on at its cursor, or is reset and gets a snapshot, and then
// every change once.
func TestSubscription(t *testing.T) {
	f := newMemSession(t)
	begin := f.session.Feed.Cursor(f.session.Feed.Head())
	f.do("a1", createO1)
	identity, err := f.store.Identity(t.Context())
	require.NoError(t, err)
	elsewhere := multisession.NewCursors(identity, "another").Cursor(multisession.Position{})
	none := protocol.Cursor("")
	seq := protocol.Seq(1)
	for name, c := range map[string]struct {
		who     multisession.Reader
		cursor  *protocol.Cursor
		first   []string
		refused bool
	}{
		"no cursor":        {multisession.Reader{Client: "b1", POS: "b"}, nil, []string{"snapshot of 1"}, false},
		"a cursor":         {multisession.Reader{Client: "b1", POS: "b"}, &begin, nil, false},
		"nobody's":         {multisession.Reader{POS: "b"}, &begin, nil, false},
		"no cursor's text": {multisession.Reader{Client: "b1", POS: "b"}, &none, []string{"reset cursor_expired", "snapshot of 1"}, false},
		"another's cursor": {multisession.Reader{Client: "b1", POS: "b"}, &elsewhere, []string{"reset other_multi_session", "snapshot of 1"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := f.session.Subscribe(t.Context(), c.who, c.cursor)
			require.NoError(t, err)
			require.Equal(t, c.refused, s.Refusal() != nil)
			first := c.first
			if first == nil {
				first = []string{fmt.Sprintf("changes up to %d", seq)}
			}
			require.Equal(t, first, told(t, s))
			require.Empty(t, told(t, s))
			require.Equal(t, []any{seq, protocol.Seq(0)}, []any{s.Seq(), s.Lag()})
			f.do("a1", `[{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1}]`)
			seq++
			require.EqualValues(t, 1, s.Lag())
			require.Equal(t, []string{fmt.Sprintf("changes up to %d", seq)}, told(t, s))
		})
	}
	_, err = f.session.Subscribe(t.Context(), multisession.Reader{Client: "a1", POS: "b"}, nil)
	require.Equal(t, protocol.ClientTaken, protocol.CodeOf(err))
}

// News is told once: the reader's own till, and to a connection who looks at
// what.
func TestSubscriptionNews(t *testing.T) {
	f := newMemSession(t)
	alone, err := f.session.Subscribe(t.Context(), multisession.Reader{Client: "b1", POS: "b"}, nil)
	require.NoError(t, err)
	other, err := f.session.Subscribe(t.Context(), multisession.Reader{Client: "b2", POS: "b", Conn: "c2"}, nil)
	require.NoError(t, err)
	order := protocol.OrderID("o1")
	who := protocol.Author{POS: protocol.POS{ID: "a", Name: "a"}}
	f.session.Presence.Set("c1", who, &order)
	require.Empty(t, alone.Welcome().Present)
	w := other.Welcome()
	require.True(t, w.TillOpen)
	require.Equal(t, []protocol.Presence{{Conn: "c1", POS: who.POS, Order: &order}}, w.Present)
	require.Empty(t, append(alone.News(), other.News()...))
	f.session.Presence.Set("c1", who, nil)
	f.session.Presence.Set("c2", who, &order)
	f.ask(&multisession.CloseTill{POS: "b"})
	ms := f.session.Feed.State().MultiSession
	till := protocol.Till{Run: 1, MultiSession: &ms}
	require.Equal(t, []protocol.ServerFrame{till}, alone.News())
	require.Equal(t, []protocol.ServerFrame{till, protocol.Presence{Conn: "c1", POS: who.POS}}, other.News())
	require.Empty(t, append(alone.News(), other.News()...))
}

// Whoever may not wait, such as the session itself that wakes its readers, is told so
// where a reader must be reset, and the reader goes on from there.
func TestNextThatMayNotWait(t *testing.T) {
	f := newMemSession(t)
	begin := f.session.Feed.Cursor(f.session.Feed.Head())
	f.do("a1", createO1)
	f.do("a1", `[{"op":"order.close","order":"o1","state":"cancelled"}]`)
	f.restart(0)
	s, err := f.session.Subscribe(t.Context(), multisession.Reader{Client: "b1", POS: "b"}, &begin)
	require.NoError(t, err)
	_, err = f.store.Prune(t.Context(), f.clock.Add(time.Hour), false)
	require.NoError(t, err)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Next(over)
	require.ErrorIs(t, err, context.Canceled)
	require.Error(t, f.session.Ask(over, &multisession.CloseTill{POS: "a"}).Err)
	require.Contains(t, f.session.Feed.State().Tills, protocol.POSID("a"), "nothing was asked for")
	require.Equal(t, []string{"reset cursor_expired", "snapshot of 0"}, told(t, s))
}
