package client_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/client/internal/journal"
	"github.com/manytill/manytill/sdk/client/internal/machine"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/protocol"
)

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
	require.Equal(t, protocol.Value("2"), a.Order("o1").Line("l1").Fields["qty"])
	a.qty("o1", "l1", "2")
	require.NoError(t, a.Close())

	again := openTill(t, "http://127.0.0.1:1", dir)
	require.Equal(t, protocol.Value("2"), again.Order("o1").Line("l1").Fields["qty"], "what was confirmed is there offline")
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
		require.Equal(t, protocol.Cursor("e1.1"), s.hellos[len(s.hellos)-1].Cursor)
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
		want protocol.Code
	}{
		{4100, protocol.Forbidden},
		{4301, protocol.Unauthorized},
		{4326, protocol.UpgradeRequired},
		{4209, protocol.NoMultiSession},
		{4250, protocol.Overloaded},
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

func TestClientTakenStrandsTheQueue(t *testing.T) {
	s, dir := newFakeServer(t), t.TempDir()
	away := openTill(t, "http://127.0.0.1:1", dir)
	away.begin("o1")
	require.NoError(t, away.Close())
	s.closeWith = 4309
	a := openTill(t, s.URL, dir)
	a.until("the queue is put aside", func() bool {
		stranded, err := a.StrandedQueues()
		return err == nil && len(stranded) == 1
	})
	s.with(func() { s.closeWith = 0 })
	a.online(machine.WebSocket)
	require.Empty(t, a.Orders())
	stranded, err := a.StrandedQueues()
	require.NoError(t, err)
	a.DropStrandedQueue(stranded[0].ClientID)
	stranded, err = a.StrandedQueues()
	require.NoError(t, err)
	require.Empty(t, stranded)
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
	_, err = a.StrandedQueues()
	require.ErrorIs(t, err, client.ErrClosed)
}

func TestTillOpens(t *testing.T) {
	s := newFakeServer(t)
	a := openTill(t, s.URL, t.TempDir())
	require.NoError(t, a.OpenTill(context.Background(), &protocol.User{ID: "8", Name: "Bo"}))
	a.until("open", func() bool { return a.Status().TillOpen && a.Status().Run == 1 })
	a.begin("o1")
	require.Equal(t, "Bo", a.Order("o1").Fields.MSInfo().Created.User.Name)
}

func TestInfoNamesTheCurrency(t *testing.T) {
	body := `{"server":"manytill","version":"1","currency":{"code":"KWD","decimals":3,"symbol":"KD"},"time_zone":"Asia/Kuwait"}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/info" {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	c, err := client.Open(t.Context(), client.Config{URL: server.URL, Token: "x", Store: queue.NewMem()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	info, err := c.Info(t.Context())
	require.NoError(t, err)
	require.Equal(t, protocol.Currency{Code: "KWD", Decimals: 3, Symbol: "KD"}, info.Currency)
	require.Equal(t, "Asia/Kuwait", info.TimeZone)
	body = `{"server":"manytill","version":"0"}` // an older one
	info, err = c.Info(t.Context())
	require.NoError(t, err)
	require.Equal(t, protocol.AnyCurrency, info.Currency)
	body = `null and void`
	_, err = c.Info(t.Context())
	require.ErrorContains(t, err, "can't be read")
}

// A schema of a later version: what is new in it is passed over, the rest counts.
func TestSchemaOfALaterVersion(t *testing.T) {
	s := newFakeServer(t)
	s.schema = `{"order":{},"orderline":{"temp":{"type":"celsius","merge":"guarded","owner":"x","min":0.5,"max":1e300,"enum":[1],"pattern":{"re":"x"}},"odd":7},"customer":{}}`
	a := openTill(t, s.URL, t.TempDir())
	a.begin("o1")
	a.settled()
	for based := false; !based; { // it is fetched beside
		a.do(client.SetLine("o1", "l1", protocol.Fields{"temp": "1", "odd": "2"}))
		a.settled()
		s.with(func() { based = s.ops[len(s.ops)-1].(protocol.LineSet).Base != nil })
	}
}
