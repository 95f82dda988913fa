package faults_test

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// inStep is the promise: so long after a fault healed every queue is empty, and every
// till shows what all others do.
const inStep = 5 * time.Second

// inStepDead is so where nothing fails, but links died without a word: a till with
// nothing to send asks after 5 s whether anybody is there, and waits 3 s for the answer;
// calls may take one dead connection after another of those that a browser kept.
const inStepDead = 10 * time.Second

// trouble is what goes wrong between tills and their server, or there, until it heals.
type trouble struct {
	begin, heal func(*proxy, *process)
	// lasts ends when it has lasted long enough.
	lasts func(*comeback)
	// server is what it needs, if it hits everybody.
	server func(testing.TB) *process
	// within is how soon after it all are in step; 0 is inStep.
	within time.Duration
	// idle: nobody behind the network taps meanwhile.
	idle bool
}

// inTheNetwork are those of the network alone.
var inTheNetwork = map[string]trouble{
	"cut mid-frame":        {begin: func(net *proxy, _ *process) { net.set(func() { net.piece = 100 }) }, heal: healed, lasts: tries(15)},
	"refused":              {begin: func(net *proxy, _ *process) { net.set(func() { net.down = true }); net.cut() }, heal: healed, lasts: tries(15)},
	"black hole":           {begin: func(net *proxy, _ *process) { net.set(func() { net.hole = true }); net.lose() }, heal: healed, lasts: tries(15)},
	"links are dead":       {begin: dead, heal: healed, lasts: tries(0), within: inStepDead},
	"links are dead, idle": {begin: dead, heal: healed, lasts: tries(0), within: inStepDead, idle: true},
	"slow link":            {begin: func(net *proxy, _ *process) { net.set(func() { net.delay = time.Second }) }, heal: healed, lasts: allArrives},
	"502":                  {begin: between(502, ""), heal: healed, lasts: tries(15)},
	"404":                  {begin: between(404, ""), heal: healed, lasts: tries(15)},
	"a login page":         {begin: between(200, "<html>Please log in</html>"), heal: healed, lasts: tries(15)},
}

// kill9 hits everybody.
var kill9 = trouble{
	begin: func(_ *proxy, p *process) { p.kill() }, heal: func(_ *proxy, p *process) { p.start() }, lasts: tries(15), server: newProcess,
}

// tries lets tills, all together, try so often in vain: their pauses are as long then
// as they get.
func tries(n int) func(*comeback) {
	return func(b *comeback) { b.net.await(b.ctx, n) }
}

// allArrives has all get in step, and tap again.
func allArrives(b *comeback) {
	b.inStep()
	for _, a := range b.tills {
		b.tap(a)
	}
}

func dead(net *proxy, _ *process) { net.lose() }

func healed(net *proxy, _ *process) {
	net.set(func() { net.down, net.hole, net.piece, net.delay, net.answer = false, false, 0, 0, "" })
}

func between(status int, body string) func(*proxy, *process) {
	return func(net *proxy, _ *process) {
		net.set(func() {
			net.answer = fmt.Sprintf("HTTP/1.1 %d No\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", status, len(body), body)
		})
		net.cut()
	}
}

// TestComingBack has tills of both clients on every transport behind a network, or at
// a server, that fails and heals; nobody says so to them. Soon after, what was tapped
// meanwhile is sent, and all show the same. -v tells how long each needed.
func TestComingBack(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts servers")
	}
	needNode(t, kit)
	shared := newProcess(t)
	var running sync.WaitGroup // of all at once: most of the time they wait
	for _, all := range []map[string]trouble{inTheNetwork, atTheServer} {
		for name, what := range all {
			running.Go(func() {
				t.Run(name, func(t *testing.T) {
					p := shared
					if what.server != nil {
						p = what.server(t)
					}
					comesBack(t, p, name, what)
				})
			})
		}
	}
	running.Wait()
}

// comeback is one of these stories.
type comeback struct {
	t     *testing.T
	ctx   context.Context
	net   *proxy
	tills map[string]app
	taps  int
}

func comesBack(t *testing.T, p *process, name string, what trouble) {
	f := p.newMultiSession(strings.NewReplacer(" ", "-", ",", "").Replace(name), 6)
	net := newProxy(t, p.addr)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	b := &comeback{t: t, ctx: ctx, net: net, taps: 1, tills: map[string]app{
		"Go, WebSocket": goApp{newDevice(t, net.url(), f.tokens[0], false)},
		"Go, polls":     goApp{newDevice(t, net.url(), f.tokens[1], true)},
	}}
	for i, ways := range []string{"websocket", "sse", "poll"} {
		a := newHostedApp(t, typeScriptHost(), ways, ways)
		require.NoError(t, a.open(net.url(), f.tokens[2+i]))
		b.tills["TypeScript, "+ways] = a
	}
	direct := goApp{newDevice(t, p.url(), f.tokens[5], false)}
	direct.begin("o1")
	b.inStep()
	net.set(func() { net.tries = 0 })
	what.begin(net, p)
	if what.server != nil {
		b.tills["Go, no proxy"] = direct
	}
	if !what.idle {
		for _, a := range b.tills {
			b.tap(a)
		}
	}
	if what.server == nil {
		b.tap(direct)
	}
	what.lasts(b)
	what.heal(net, p)
	sent, took := b.inStep()
	for who := range b.tills {
		t.Logf("%s: sent after %s, in step after %s", who, sent[who].Round(time.Millisecond), took[who].Round(time.Millisecond))
	}
	for who := range b.tills {
		require.Less(t, took[who], cmp.Or(what.within, inStep), who)
	}
	for who, a := range b.tills {
		s, err := a.see()
		require.NoError(t, err)
		require.Zero(t, len(s.Refused)+len(s.Aside)+s.Renamed, "%s took an answer of something between for the server's: %+v", who, s)
	}
}

func (b *comeback) tap(a app) {
	one, err := decimal.Parse("1")
	require.NoError(b.t, err)
	require.NoError(b.t, a.tap(client.Inc("o1", "l1", "qty", one)))
	b.taps++
}

// inStep waits for it, and says when each till had sent all and when it showed all.
func (b *comeback) inStep() (sent, took map[string]time.Duration) {
	want, began := protocol.Value(fmt.Sprint(b.taps)), time.Now()
	sent, took = map[string]time.Duration{}, map[string]time.Duration{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for who, a := range b.tills {
		all.Go(func() {
			shows(b.t, a, b.ctx, who+": all is sent", func(s *screen) bool { return s.Unsent == 0 && s.Online })
			mu.Lock()
			sent[who] = time.Since(began)
			mu.Unlock()
			shows(b.t, a, b.ctx, who+": there are "+string(want), func(s *screen) bool {
				o := s.order("o1")
				return o != nil && !o.Pending && qtyOf(o.Order, "l1") == want && s.Unsent == 0 && s.Online
			})
			mu.Lock()
			took[who] = time.Since(began)
			mu.Unlock()
		})
	}
	all.Wait()
	return sent, took
}
