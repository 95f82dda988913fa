package machine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/manytill/manytill/sdk/client/internal/machine"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/protocol"
)

// simTill is a machine with its disk and its end of a link.
type simTill struct {
	w      *tillsAndServer
	name   string
	m      *machine.Machine
	store  *queue.Mem
	conn   int // open connection; 0 is none
	client protocol.ClientID
	at     int // the server's position for it; -1 before hello
	doomed bool
	up     []protocol.ClientFrame // to the server
	down   []protocol.ServerFrame
	ids    int
	taps   int
}

// tillsAndServer is a server and three tills in one goroutine, under a seed.
type tillsAndServer struct {
	t       *rapid.T
	now     time.Time
	server  *simServer
	tills   []*simTill
	offline bool
}

func newTillsAndServer(t *rapid.T) *tillsAndServer {
	w := &tillsAndServer{t: t, now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC), server: newSimServer()}
	for i := range 3 {
		till := &simTill{w: w, name: fmt.Sprintf("t%d", i), store: queue.NewMem()}
		till.boot()
		w.tills = append(w.tills, till)
	}
	return w
}

func (s *simTill) boot() {
	state, err := s.store.Load()
	require.NoError(s.w.t, err)
	s.conn, s.up, s.down = 0, nil, nil
	s.m = machine.New(machine.Config{
		State: state, Token: "x", Random: func() float64 { return 0.5 },
		NewID: func() string { s.ids++; return fmt.Sprintf("%s-%d", s.name, s.ids) },
	})
}

// step carries out everything at once but what the link carries.
func (s *simTill) step(inputs ...machine.Input) {
	for len(inputs) > 0 {
		effects := s.m.Step(s.w.now, inputs...)
		inputs = nil
		for _, e := range effects {
			switch e := e.(type) {
			case machine.Store:
				require.NoError(s.w.t, s.store.Append(e.Records, e.Sync))
				inputs = append(inputs, machine.Stored{Batch: e.Batch})
			case machine.Dial:
				if s.w.offline {
					inputs = append(inputs, machine.LinkDown{Conn: e.Conn})
					continue
				}
				s.conn, s.at, s.doomed, s.up, s.down = e.Conn, -1, false, nil, nil
				inputs = append(inputs, machine.LinkUp(e))
			case machine.Hangup:
				s.conn = 0
			case machine.Send:
				s.up = append(s.up, e.Frame)
			case machine.Request:
				inputs = append(inputs, machine.Failed{Request: e.ID, Err: errDisk})
			case machine.Done:
				if e.Err == nil {
					s.taps++
				}
			}
		}
	}
}

func (s *simTill) cut() {
	if conn := s.conn; conn != 0 {
		s.conn = 0
		s.step(machine.LinkDown{Conn: conn})
	}
}

// serve lets the server take one frame.
func (s *simTill) serve() {
	if s.conn == 0 || len(s.up) == 0 {
		return
	}
	frame := s.up[0]
	s.up = s.up[1:]
	server := s.w.server
	switch f := frame.(type) {
	case protocol.Hello:
		s.client = f.ClientID
		s.down = append(s.down, welcome("s1", "m1"))
		var epoch int
		if _, err := fmt.Sscanf(string(f.Cursor), "e%d.%d", &epoch, &s.at); err == nil && epoch == server.epoch {
			s.catchUp()
			return
		}
		if f.Cursor != "" {
			s.doomed = true
			s.down = append(s.down, protocol.Reset{Reason: protocol.EpochChanged})
		}
		s.at = server.head()
		s.down = append(s.down, server.snapshot(s.client))
	case protocol.Push:
		if s.doomed {
			s.down = append(s.down, protocol.ErrorFrame{Ref: f.Ref, Code: protocol.ResetRequired, Details: protocol.Resetting{Reason: protocol.EpochChanged}})
			return
		}
		answer := server.push(s.client, f)
		s.catchUp()
		s.down = append(s.down, answer)
	}
}

func (s *simTill) catchUp() {
	if s.at >= 0 && s.at < s.w.server.head() {
		s.down = append(s.down, s.w.server.changes(s.client, s.at))
		s.at = s.w.server.head()
	}
}

func (s *simTill) receive() {
	if s.conn != 0 && len(s.down) > 0 {
		frame := s.down[0]
		s.down = s.down[1:]
		s.step(machine.Received{Conn: s.conn, Frame: frame})
	}
}

// calm connects everybody and lets everything arrive.
func (w *tillsAndServer) calm() {
	w.offline = false
	for range 400 {
		w.now = w.now.Add(time.Second)
		for _, s := range w.tills {
			s.step(machine.Tick{})
			for s.conn != 0 && len(s.up)+len(s.down) > 0 {
				s.serve()
				s.receive()
			}
			if s.conn != 0 {
				s.catchUp()
			}
		}
	}
}

func (w *tillsAndServer) act(till *simTill) {
	switch action := rapid.IntRange(0, 19).Draw(w.t, "action"); {
	case action < 5:
		till.step(machine.Tap{Ops: protocol.Ops{protocol.LineInc{Order: "o1", Line: "l1", Field: "qty", By: "1"}}})
	case action < 9:
		till.serve()
	case action < 13:
		till.receive()
	case action < 14:
		till.cut()
	case action < 15:
		till.cut()
		till.store.Crash()
		till.boot()
	case action < 16:
		w.offline = !w.offline
	default:
		w.now = w.now.Add(time.Duration(rapid.IntRange(0, 9000).Draw(w.t, "ms")) * time.Millisecond)
		till.step(machine.Tick{})
		if till.conn != 0 {
			till.catchUp()
		}
	}
}

func (w *tillsAndServer) begin() {
	w.calm()
	w.tills[0].step(machine.Tap{Ops: protocol.Ops{
		protocol.OrderCreate{Order: "o1"}, protocol.LineAdd{Order: "o1", Line: "l1", Set: protocol.Fields{"qty": "0"}},
	}})
	w.calm()
	w.tills[0].taps = 0
}

// agree: every accepted tap counts once, and all tills show the same.
func (w *tillsAndServer) agree() {
	taps := 0
	for _, s := range w.tills {
		taps += s.taps
	}
	require.Equal(w.t, fmt.Sprint(taps), w.server.orders["o1"]["l1"].String(), "taps on the server")
	for _, s := range w.tills {
		o := s.m.Order("o1")
		require.NotNil(w.t, o)
		require.False(w.t, o.Pending)
		require.EqualValues(w.t, fmt.Sprint(taps), o.Line("l1").Fields["qty"], s.name)
		require.Zero(w.t, s.m.Status().Unsent)
	}
}

// Links that break anywhere, tills that crash anywhere, answers that are lost:
// each accepted tap counts once.
func TestEveryTapCountsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newTillsAndServer(t)
		w.begin()
		for range rapid.IntRange(5, 80).Draw(t, "actions") {
			w.act(rapid.SampledFrom(w.tills).Draw(t, "till"))
		}
		w.calm()
		w.agree()
	})
}

// A backup is restored while the tills hold what came after it: all of it is
// sent again, once.
func TestRestoredBackupLosesNoTap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newTillsAndServer(t)
		w.begin()
		act := func(n int) {
			for range n {
				w.act(rapid.SampledFrom(w.tills).Draw(t, "till"))
			}
		}
		act(rapid.IntRange(0, 30).Draw(t, "before"))
		w.calm()
		backup := w.server.backup(2)
		act(rapid.IntRange(0, 30).Draw(t, "after"))
		w.calm()
		for _, s := range w.tills {
			s.cut()
		}
		w.server = backup
		act(rapid.IntRange(0, 30).Draw(t, "restored"))
		w.calm()
		w.agree()
	})
}
