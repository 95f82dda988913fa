package faults_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// TestHistories has clients of all kinds push and read at once over every transport,
// while connections break and the server is killed. All that went over the wire is
// one log for each multi-session: what was pushed and pulled is linearizable, and
// each stream is ordered, without gap or repetition, and resumable from any cursor.
// With -soak=10m it does so again and again.
func TestHistories(t *testing.T) {
	again(t, func(t *testing.T, dice *rand.Rand) {
		p := newProcess(t)
		newHistory(t, dice, 40, p).play(6)
	})
}

// TestHistoriesOnTwoNodes does so with two servers on one database: whoever was
// answered by one finds that at the other.
func TestHistoriesOnTwoNodes(t *testing.T) {
	again(t, func(t *testing.T, dice *rand.Rand) {
		dsn := pgtest.Start(t).Database(t)
		newHistory(t, dice, 25, twoNodes(t, dsn)...).play(3)
	})
}

// again plays once, or as long as -soak says; each time with a seed of its own.
func again(t *testing.T, play func(*testing.T, *rand.Rand)) {
	if testing.Short() {
		t.Skip("it starts servers and clients")
	}
	needNode(t, kit)
	for end := time.Now().Add(*soak); ; {
		t.Run("", func(t *testing.T) {
			_, dice := moments(t)
			play(t, dice)
		})
		if t.Failed() || !time.Now().Before(end) {
			return
		}
	}
}

// historyPlay is a run of clients behind a recorder.
type historyPlay struct {
	t       *testing.T
	dice    *rand.Rand
	taps    int // of each client
	nodes   []*process
	front   *process // the recorder, as tills see it
	r       *recorder
	floors  []*multiSession
	ctx     context.Context
	tapping sync.WaitGroup
	reading []*rawReader
	hammers []*hammer
}

func newHistory(t *testing.T, dice *rand.Rand, taps int, nodes ...*process) *historyPlay {
	h := &historyPlay{t: t, dice: dice, taps: taps, nodes: nodes}
	var addresses []string
	for _, p := range nodes {
		addresses = append(addresses, p.addr)
	}
	h.r = newRecorder(t, addresses...)
	front := *nodes[0]
	front.addr = h.r.addr()
	h.front = &front
	for i, name := range []string{"floor", "bar"} {
		f := nodes[i%len(nodes)].newMultiSession(name, 6)
		h.r.knows(f)
		require.NoError(t, h.front.share(f.tokens[0]))
		h.floors = append(h.floors, f)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	h.ctx = ctx
	t.Cleanup(cancel)
	return h
}

// play has all work while something breaks so often, then looks at what was recorded.
func (h *historyPlay) play(breaks int) {
	floor, bar := h.floors[0], h.floors[1]
	url := h.front.url()
	h.till(floor, 0, goApp{newDevice(h.t, url, floor.tokens[0], false)})
	h.till(floor, 1, goApp{newDevice(h.t, url, floor.tokens[1], true)})
	h.till(bar, 0, goApp{newDevice(h.t, url, bar.tokens[0], false)})
	for i, at := range []struct {
		floor *multiSession
		ways  string
	}{{floor, "sse"}, {bar, "websocket"}, {bar, "poll"}} {
		a := newHostedApp(h.t, typeScriptHost(), fmt.Sprint(at.ways, i), at.ways)
		require.NoError(h.t, a.open(url, at.floor.tokens[2+i]))
		h.till(at.floor, 2+i, a)
	}
	for i, f := range h.floors {
		h.pushes(f, f.tokens[5])
		h.reads(f, f.tokens[5], "poll")
		h.reads(f, f.tokens[5], []string{"sse", "socket"}[i])
	}
	h.hammer(bar)
	h.trouble(breaks)
	h.drain()
	h.resume()
	h.verdict()
}

// trouble breaks something, after some more results each time.
func (h *historyPlay) trouble(times int) {
	for n := range times {
		for until := h.r.results.Load() + 1 + h.dice.Int64N(80); h.r.results.Load() < until; {
			select {
			case <-h.r.heard:
			case <-h.ctx.Done():
				h.stuck("no more results come")
			}
		}
		if n%4 != 3 {
			h.r.cut()
			continue
		}
		p := h.nodes[h.dice.IntN(len(h.nodes))]
		p.kill()
		h.r.cut()
		p.start()
	}
}

// stuck has the servers write down what each goroutine does, and ends the test.
func (h *historyPlay) stuck(what string) {
	for _, p := range h.nodes {
		_ = p.cmd.Process.Signal(syscall.SIGQUIT)
		<-p.ended
		p.cmd = nil
	}
	require.FailNow(h.t, what, "%d results; the servers' goroutines are in their logs", h.r.results.Load())
}

// drain waits until all that was tapped is answered, and all readers are at the end.
func (h *historyPlay) drain() {
	for _, m := range h.hammers {
		m.mu.Lock()
		m.draining = true
		m.mu.Unlock()
	}
	over := make(chan struct{})
	go func() {
		h.tapping.Wait()
		close(over)
	}()
	select {
	case <-over:
	case <-h.ctx.Done():
		h.stuck("what was pushed isn't answered")
	}
	heads := map[string]protocol.Seq{}
	for _, f := range h.floors {
		var at struct{ Seq protocol.Seq }
		require.NoError(h.t, h.front.call("GET", "/v1/pull?client_id=end", f.tokens[0], nil, &at))
		for _, token := range f.tokens {
			heads[token] = at.Seq
		}
	}
	for _, r := range h.reading {
		if err := r.reach(h.ctx, heads[r.token]); err != nil {
			h.stuck(err.Error())
		}
	}
}

// verdict holds what was recorded against what a log is.
func (h *historyPlay) verdict() {
	h.r.cut()
	h.r.mu.Lock()
	defer h.r.mu.Unlock()
	s, wrong := h.r.history.checkStreams()
	require.Empty(h.t, wrong[:min(len(wrong), 10)])
	wrong, operations := h.r.history.checkLinear(s)
	require.Empty(h.t, wrong)
	changes := 0
	for _, log := range s.log {
		changes += len(log)
	}
	require.Greater(h.t, changes, 6*h.taps)
	h.t.Logf("%d changes, %d operations, %d frames and answers on %d links", changes, operations, len(h.r.history.told), h.r.links)
}

// till has a client tap, and wait now and then until all is sent.
func (h *historyPlay) till(f *multiSession, n int, a app) {
	dice := rand.New(rand.NewPCG(h.dice.Uint64(), 2))
	h.tapping.Go(func() {
		shows(h.t, a, h.ctx, "the shared order", func(s *screen) bool { return s.order(sharedOrder) != nil })
		own := protocol.OrderID("")
		for i := range h.taps {
			one, _ := decimal.Parse("1")
			more := func(o protocol.OrderID) protocol.Op { return client.Inc(o, "l1", "qty", one) }
			ops := []protocol.Op{more(sharedOrder)}
			switch kind := dice.IntN(6); {
			case own == "" || kind == 0:
				own = protocol.OrderID(fmt.Sprintf("%s-%d-%d", f.id, n, i))
				ops = []protocol.Op{client.NewOrder(own, nil), addLine(own, "l1")}
			case kind == 1:
				ops = append(ops, more(own)) // both or none
			case kind == 2:
				ops = []protocol.Op{more(own)}
			}
			if err := a.tap(ops...); err != nil {
				h.t.Errorf("%s %d can't tap: %v", f.id, n, err)
				return
			}
			if dice.IntN(8) == 0 || i == h.taps-1 {
				shows(h.t, a, h.ctx, "all is sent", func(s *screen) bool { return s.Online && s.Unsent == 0 })
			}
		}
	})
}

// shows waits until a till shows something, and asks nothing of it.
func shows(t testing.TB, a app, ctx context.Context, what string, holds func(*screen) bool) bool {
	for {
		s, err := a.see()
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return false
		}
		if holds(&s) {
			return true
		}
		select {
		case <-a.told():
		case <-ctx.Done():
			t.Errorf("didn't happen: %s; %+v", what, s)
			return false
		}
	}
}

func (h *historyPlay) hammer(f *multiSession) {
	h.hammers = hammersOf(nil, &multiSession{id: f.id, pos: f.pos[1:2], tokens: f.tokens[1:2]}, newHammering(h.t, h.r.addr()), h.dice.Uint64())
	for _, m := range h.hammers {
		h.tapping.Go(func() { m.run(h.ctx) })
	}
}

// pushes has a program push over HTTP, some mutations at a time, each again until it
// is answered. Some are refused.
func (h *historyPlay) pushes(f *multiSession, token string) {
	dice := rand.New(rand.NewPCG(h.dice.Uint64(), 3))
	h.tapping.Go(func() {
		body := protocol.PushRequest{ClientID: protocol.ClientID("push-" + f.id)}
		for id := protocol.MutationID(1); id <= protocol.MutationID(h.taps); {
			body.Mutations = nil
			for range 1 + dice.IntN(3) {
				order := sharedOrder
				if dice.IntN(10) == 0 {
					order = "nowhere"
				}
				body.Mutations = append(body.Mutations, inc(id, order))
				id++
			}
			for answered := false; !answered && h.ctx.Err() == nil; {
				var at struct{ Cursor protocol.Cursor }
				if body.Cursor == "" {
					if h.front.call("GET", "/v1/pull?client_id="+string(body.ClientID), token, nil, &at) == nil {
						body.Cursor = at.Cursor
					}
				} else if h.front.call("POST", "/v1/push", token, body, &at) == nil {
					body.Cursor, answered = at.Cursor, true
				} else {
					time.Sleep(5 * time.Millisecond) // until the server is there again
				}
			}
		}
	})
}

func (h *historyPlay) reads(f *multiSession, token, kind string) {
	r := &rawReader{front: h.front, token: token, client: protocol.ClientID(fmt.Sprint(kind, "-reader-", f.id)), kind: kind, moved: make(chan struct{}, 1)}
	h.reading = append(h.reading, r)
	go r.run(h.ctx)
}

// resume restarts the servers, and reads on from cursors that were given to anybody,
// over each transport.
func (h *historyPlay) resume() {
	for _, p := range h.nodes {
		p.stop()
		p.start()
	}
	h.r.mu.Lock()
	all := map[protocol.MultiSessionID]map[protocol.Cursor]protocol.Seq{}
	for _, e := range h.r.history.told {
		if e.Cursor != "" {
			if all[e.floor] == nil {
				all[e.floor] = map[protocol.Cursor]protocol.Seq{}
			}
			all[e.floor][e.Cursor] = e.Seq
		}
	}
	h.r.mu.Unlock()
	for _, f := range h.floors {
		cursors := protocol.SortedKeys(all[f.id])
		h.dice.Shuffle(len(cursors), func(i, j int) { cursors[i], cursors[j] = cursors[j], cursors[i] })
		require.Greater(h.t, len(cursors), 30)
		var head struct{ Seq protocol.Seq }
		require.NoError(h.t, h.front.call("GET", "/v1/pull?client_id=end", f.tokens[0], nil, &head))
		for i, cursor := range cursors[:30] {
			kind := []string{"poll", "sse", "socket"}[i%3]
			r := &rawReader{front: h.front, token: f.tokens[5], client: "resumes", kind: kind, cursor: cursor, seq: all[f.id][cursor], moved: make(chan struct{}, 1)}
			ctx, end := context.WithCancel(h.ctx)
			go r.run(ctx)
			if err := r.reach(h.ctx, head.Seq); err != nil {
				h.stuck(err.Error())
			}
			end()
		}
	}
}
