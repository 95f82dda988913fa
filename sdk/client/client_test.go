package client_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/client/journal"
	"github.com/manytill/manytill/sdk/client/machine"
)

// till is a client and what it was told.
type till struct {
	*client.Client
	t      *testing.T
	mu     sync.Mutex
	events []machine.Event
	told   chan struct{}
}

func openTill(t *testing.T, url, dir string, more ...func(*client.Config)) *till {
	t.Helper()
	till := &till{t: t, told: make(chan struct{}, 1)}
	cfg := client.Config{
		URL: url, Token: "secret", Dir: dir, User: &sdk.User{ID: "7", Name: "Ana"},
		Logger: slog.New(slog.DiscardHandler), OnEvent: till.hear,
	}
	for _, change := range more {
		change(&cfg)
	}
	c, err := client.Open(context.Background(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	till.Client = c
	return till
}

func (c *till) hear(e machine.Event) {
	c.mu.Lock()
	c.events = append(c.events, e)
	c.mu.Unlock()
	select {
	case c.told <- struct{}{}:
	default:
	}
}

// until waits for events until a condition holds.
func (c *till) until(what string, holds func() bool) {
	c.t.Helper()
	limit := time.After(10 * time.Second)
	for !holds() {
		select {
		case <-c.told:
		case <-limit:
			require.FailNow(c.t, "didn't happen: "+what, "status %+v", c.Status())
		}
	}
}

func (c *till) online(how machine.Transport) {
	c.t.Helper()
	c.until("online by "+string(how), func() bool { return c.Status().Transport == how })
}

func (c *till) settled() {
	c.t.Helper()
	c.until("all sent", func() bool { return c.Status().Transport != machine.Offline && c.Status().Unsent == 0 })
}

// qty waits until a line shows a confirmed quantity.
func (c *till) qty(order sdk.OrderID, line sdk.LineID, want sdk.Value) {
	c.t.Helper()
	c.until("qty "+string(want), func() bool {
		o := c.Order(order)
		return o != nil && !o.Pending && o.Line(line) != nil && o.Line(line).Fields["qty"] == want
	})
}

func (c *till) do(ops ...sdk.Op) {
	c.t.Helper()
	_, err := c.Do(ops...)
	require.NoError(c.t, err)
}

func (c *till) begin(order sdk.OrderID) {
	c.t.Helper()
	c.do(client.NewOrder(order, nil), client.AddLine(order, "l1", client.Values(map[sdk.Field]any{"qty": 1})))
}

func (c *till) more(order sdk.OrderID) {
	c.t.Helper()
	one, err := sdk.ParseDecimal("1")
	require.NoError(c.t, err)
	c.do(client.Inc(order, "l1", "qty", one))
}

func TestTwoTillsOverTheSocket(t *testing.T) {
	s := newFakeServer(t)
	a, b := openTill(t, s.URL, t.TempDir()), openTill(t, s.URL, t.TempDir())
	a.online(machine.WebSocket)
	b.online(machine.WebSocket)
	a.begin("o1")
	b.qty("o1", "l1", "1")
	for range 30 {
		a.more("o1")
		b.more("o1")
	}
	a.qty("o1", "l1", "61")
	b.qty("o1", "l1", "61")
	require.EqualValues(t, 1, b.Order("o1").Number)
}

func TestBlockedUpgradeFallsBackToPolls(t *testing.T) {
	s := newFakeServer(t)
	s.noSocket = true
	a, b := openTill(t, s.URL, t.TempDir()), openTill(t, s.URL, t.TempDir())
	a.online(machine.LongPoll)
	b.online(machine.LongPoll)
	a.begin("o1")
	b.qty("o1", "l1", "1")
	b.more("o1")
	a.qty("o1", "l1", "2")

	s.with(func() { s.noSocket = false })
	a.Retry()
	a.online(machine.WebSocket)
	a.more("o1")
	b.qty("o1", "l1", "3")
}

func TestOfflineTapsSurviveARestartAndAreSent(t *testing.T) {
	s, dir := newFakeServer(t), t.TempDir()
	away := openTill(t, "http://127.0.0.1:1", dir)
	away.begin("o1")
	away.more("o1")
	require.True(t, away.Order("o1").Pending)
	require.NoError(t, away.Close())

	a := openTill(t, s.URL, dir)
	require.Equal(t, sdk.Value("2"), a.Order("o1").Line("l1").Fields["qty"])
	a.qty("o1", "l1", "2")
	require.NoError(t, a.Close())

	again := openTill(t, "http://127.0.0.1:1", dir)
	require.Equal(t, sdk.Value("2"), again.Order("o1").Line("l1").Fields["qty"], "what was confirmed is there offline")
	require.False(t, again.Order("o1").Pending)
}

func TestAnswerLostIsPushedAgainOnce(t *testing.T) {
	s := newFakeServer(t)
	a := openTill(t, s.URL, t.TempDir())
	a.online(machine.WebSocket)
	s.with(func() { s.loseAnswer = 1 })
	a.begin("o1")
	a.settled()
	a.more("o1")
	a.qty("o1", "l1", "2")
}

func TestCutLinkResumesFromItsCursor(t *testing.T) {
	s := newFakeServer(t)
	a, b := openTill(t, s.URL, t.TempDir()), openTill(t, s.URL, t.TempDir())
	a.online(machine.WebSocket)
	a.begin("o1")
	b.qty("o1", "l1", "1")
	a.settled()
	s.cut()
	a.more("o1")
	a.qty("o1", "l1", "2")
	b.qty("o1", "l1", "2")
	s.with(func() {
		require.Equal(t, sdk.Cursor("e1.1"), s.hellos[len(s.hellos)-1].Cursor)
	})
}

func TestRestoredBackupGetsWhatTheTillHolds(t *testing.T) {
	for _, noSocket := range []bool{false, true} {
		s := newFakeServer(t)
		s.noSocket = noSocket
		a := openTill(t, s.URL, t.TempDir())
		a.begin("o1")
		a.more("o1")
		a.settled()
		a.qty("o1", "l1", "2")
		s.restore()
		s.cut()
		a.until("a new client_id", func() bool {
			a.mu.Lock()
			defer a.mu.Unlock()
			for _, e := range a.events {
				if _, ok := e.(machine.Renumbered); ok {
					return true
				}
			}
			return false
		})
		a.settled()
		a.qty("o1", "l1", "2")
		s.with(func() { require.Len(t, s.orders["o1"].Lines, 1) })
		require.NoError(t, a.Close())
	}
}

func TestExpiredCursorTakesASnapshot(t *testing.T) {
	s, dir := newFakeServer(t), t.TempDir()
	a := openTill(t, s.URL, dir)
	a.begin("o1")
	a.settled()
	require.NoError(t, a.Close())
	b := openTill(t, s.URL, t.TempDir())
	b.qty("o1", "l1", "1")
	b.more("o1")
	b.settled()
	s.with(func() { s.base, s.log = s.head(), nil })
	a = openTill(t, s.URL, dir)
	a.qty("o1", "l1", "2")
}

func TestCloseCodes(t *testing.T) {
	for _, test := range []struct {
		code int
		want sdk.Code
	}{
		{4100, sdk.Forbidden},
		{4301, sdk.Unauthorized},
		{4326, sdk.UpgradeRequired},
		{4209, sdk.NoMultiSession},
		{4250, sdk.Overloaded},
	} {
		s := newFakeServer(t)
		s.closeWith = test.code
		a := openTill(t, s.URL, t.TempDir())
		a.until(string(test.want), func() bool { return a.Status().Problem == test.want })
		require.NotEmpty(t, a.Status().Advice)
		a.begin("o1")
		s.with(func() { s.closeWith = 0 })
		a.SetToken("better")
		a.qty("o1", "l1", "1")
		require.NoError(t, a.Close())
	}
}

func TestClientTakenPutsTheQueueAside(t *testing.T) {
	s, dir := newFakeServer(t), t.TempDir()
	away := openTill(t, "http://127.0.0.1:1", dir)
	away.begin("o1")
	require.NoError(t, away.Close())
	s.closeWith = 4309
	a := openTill(t, s.URL, dir)
	a.until("aside", func() bool {
		asides, err := a.Asides()
		return err == nil && len(asides) == 1
	})
	s.with(func() { s.closeWith = 0 })
	a.online(machine.WebSocket)
	require.Empty(t, a.Orders())
	asides, err := a.Asides()
	require.NoError(t, err)
	a.DropAside(asides[0].ClientID)
	asides, err = a.Asides()
	require.NoError(t, err)
	require.Empty(t, asides)
}

func TestOpenSaysWhatIsMissing(t *testing.T) {
	for _, test := range []struct {
		cfg  client.Config
		want string
	}{
		{client.Config{URL: "pos.example", Token: "x", Dir: "d"}, "must look like"},
		{client.Config{URL: "http://pos.example", Dir: "d"}, "token is missing"},
		{client.Config{URL: "http://pos.example", Token: "x"}, "directory"},
	} {
		_, err := client.Open(context.Background(), test.cfg)
		require.ErrorContains(t, err, test.want)
	}
	dir := t.TempDir()
	openTill(t, "http://127.0.0.1:1", dir)
	_, err := client.Open(context.Background(), client.Config{URL: "http://x.example", Token: "x", Dir: dir})
	require.ErrorIs(t, err, journal.ErrLocked)
}

func TestDoAfterClose(t *testing.T) {
	a := openTill(t, "http://127.0.0.1:1", t.TempDir())
	require.NoError(t, a.Close())
	require.NoError(t, a.Close())
	_, err := a.Do(client.NewOrder("o1", nil))
	require.ErrorIs(t, err, client.ErrClosed)
	_, err = a.Asides()
	require.ErrorIs(t, err, client.ErrClosed)
}

func TestTillOpens(t *testing.T) {
	s := newFakeServer(t)
	a := openTill(t, s.URL, t.TempDir())
	require.NoError(t, a.OpenTill(context.Background(), &sdk.User{ID: "8", Name: "Bo"}))
	a.until("open", func() bool { return a.Status().TillOpen && a.Status().Run == 1 })
	a.begin("o1")
	require.Equal(t, "Bo", a.Order("o1").Fields.MSInfo().Created.User.Name)
}
