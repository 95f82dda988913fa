package machine_test

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client/internal/machine"
	"github.com/manytill/manytill/sdk/client/internal/view"
	"github.com/manytill/manytill/sdk/protocol"
)

// commands are what a script can say.
var commands map[string]func(*machineFixture, string)

func init() {
	commands = map[string]func(*machineFixture, string){
		"tick": func(s *machineFixture, rest string) { s.tick(rest) },
		// idle lets time pass while the server has nothing to say but that it is there.
		"idle": func(s *machineFixture, rest string) {
			s.alive = true
			before := s.out.String()
			s.tick(rest)
			s.alive = false
			lines := strings.SplitAfter(strings.TrimPrefix(s.out.String(), before), "\n")
			s.out.Reset()
			s.out.WriteString(before)
			for _, line := range lines { // without what is asked idly
				if !strings.HasSuffix(line, "\"mutations\":[]}\n") && !strings.Contains(line, "\"Wait\":2000000000,") {
					s.out.WriteString(line)
				}
			}
		},
		"tap": func(s *machineFixture, rest string) {
			var ops protocol.Ops
			s.json(rest, &ops)
			s.taps++
			s.step(machine.Tap{N: s.taps, Ops: ops})
		},
		// add adds a line to an order, as the shortest tap: add o1 l1
		"add": func(s *machineFixture, rest string) {
			s.taps++
			s.step(machine.Tap{N: s.taps, Ops: protocol.Ops{protocol.LineAdd{
				Order: protocol.OrderID(rest[:2]), Line: protocol.LineID(rest[3:]), Set: protocol.Fields{"qty": "1"},
			}}})
		},
		"new": func(s *machineFixture, rest string) {
			s.taps++
			s.step(machine.Tap{N: s.taps, Ops: protocol.Ops{protocol.OrderCreate{Order: protocol.OrderID(rest)}}})
		},
		"inc": func(s *machineFixture, rest string) {
			s.taps++
			s.step(machine.Tap{N: s.taps, Ops: protocol.Ops{protocol.LineInc{
				Order: protocol.OrderID(rest[:2]), Line: protocol.LineID(rest[3:]), Field: "qty", By: "1",
			}}})
		},
		"up": func(s *machineFixture, rest string) {
			n, _ := s.number(rest)
			s.step(machine.LinkUp{Conn: n})
		},
		"down": func(s *machineFixture, rest string) {
			n, rest := s.number(rest)
			down := machine.LinkDown{Conn: n, Err: errors.New("cut")}
			if rest != "" {
				down.Code, _ = s.number(rest)
			}
			s.step(down)
		},
		"frame": func(s *machineFixture, rest string) {
			n, rest := s.number(rest)
			frame, err := protocol.DecodeServerFrame([]byte(rest))
			if err != nil {
				s.step(machine.Garbled{Conn: n, Err: err})
				return
			}
			s.step(machine.Received{Conn: n, Frame: frame})
		},
		"answer": func(s *machineFixture, rest string) {
			n, rest := s.number(rest)
			s.answered(n, rest, protocol.DecodePull)
		},
		"pushanswer": func(s *machineFixture, rest string) {
			n, rest := s.number(rest)
			s.answered(n, rest, protocol.DecodePush)
		},
		"fail": func(s *machineFixture, rest string) {
			n, rest := s.number(rest)
			delete(s.polls, n)
			if rest == "" {
				s.step(machine.Failed{Request: n, Err: errors.New("no route")})
				return
			}
			if status, err := strconv.Atoi(rest); err == nil { // of a proxy
				s.step(machine.Failed{Request: n, Err: protocol.Unreachable{Status: status}})
				return
			}
			var said protocol.Problem
			s.json(rest, &said)
			s.step(machine.Failed{Request: n, Err: said.Failure()})
		},
		// begun: the answer to a request begins to arrive: begun -1
		"begun": func(s *machineFixture, rest string) {
			n, _ := s.number(rest)
			s.step(machine.Begun{Request: n})
		},
		"token":    func(s *machineFixture, rest string) { s.step(machine.SetToken{Token: rest}) },
		"diskfull": func(s *machineFixture, _ string) { s.store.Fail(errDisk) },
		"diskfine": func(s *machineFixture, _ string) { s.store.Fail(nil) },
		"slow":     func(s *machineFixture, _ string) { s.slow = true },
		"stored": func(s *machineFixture, rest string) {
			n, _ := s.number(rest)
			s.slow = false
			s.step(machine.Stored{Batch: n})
		},
		// crash loses what wasn't synced and starts again.
		"crash": func(s *machineFixture, _ string) { s.store.Crash(); s.start() },
		"polls": func(s *machineFixture, _ string) { s.poll = true; s.start() },
		"show":  func(s *machineFixture, _ string) { s.show() },
		"queue": func(s *machineFixture, _ string) { s.queue() },
		"wake": func(s *machineFixture, _ string) {
			s.printf("wake in %s\n", s.timer.Sub(s.now))
		},
		// connect is the way to an open socket with an empty snapshot at seq 10.
		"connect": func(s *machineFixture, _ string) {
			s.step(machine.Tick{})
			s.step(machine.LinkUp{Conn: 1})
			s.step(machine.Received{Conn: 1, Frame: welcome("s1", "m1")})
			s.step(machine.Received{Conn: 1, Frame: protocol.Snapshot{Cursor: "e1.10", Seq: 10}})
			s.out.Reset()
		},
		// welcome answers the hello of a connection: welcome 2
		"welcome": func(s *machineFixture, rest string) {
			n, _ := s.number(rest)
			s.step(machine.LinkUp{Conn: n})
			s.step(machine.Received{Conn: n, Frame: welcome("s1", "m1")})
		},
		// quiet does what follows without showing what comes of it.
		"quiet": func(s *machineFixture, rest string) {
			before := s.out.String()
			s.run(rest)
			s.out.Reset()
			s.out.WriteString(before)
		},
	}
}

func (s *machineFixture) answered(n int, text string, decode func([]byte) (protocol.Response, error)) {
	delete(s.polls, n)
	answer, err := decode([]byte(text))
	if err != nil {
		s.step(machine.Failed{Request: n, Err: err})
		return
	}
	s.step(machine.Answered{Request: n, Answer: answer})
}

func welcome(server, multiSession string) protocol.Welcome {
	return protocol.Welcome{
		Protocol: 1, ServerID: server, HeartbeatS: 25, Run: 3, TillOpen: true,
		POS:          protocol.POS{ID: "bar", Name: "Bar"},
		MultiSession: &protocol.MultiSession{ID: protocol.MultiSessionID(multiSession), Name: "Main floor"},
	}
}

// tick lets time pass, stepping whenever the machine wants to be woken.
func (s *machineFixture) tick(rest string) {
	if rest == "" {
		s.step(machine.Tick{})
		return
	}
	d, err := time.ParseDuration(rest)
	require.NoError(s.t, err)
	end := s.now.Add(d)
	for {
		wake := s.timer
		poll, id := s.dueAnswer()
		if id != 0 && poll.until.Before(wake) {
			wake = poll.until
		}
		if wake.After(end) {
			break
		}
		if wake.After(s.now) {
			s.now = wake
		} else {
			s.now = s.now.Add(time.Millisecond)
		}
		if id != 0 && !poll.until.After(s.now) {
			delete(s.polls, id)
			s.step(machine.Answered{Request: id, Answer: protocol.Changes{Changes: []protocol.Change{}, Cursor: poll.at, Seq: s.m.State().Seq}})
			continue
		}
		s.step(machine.Tick{})
	}
	s.now = end
	s.step(machine.Tick{})
}

// dueAnswer is the poll that a server that is alive answers next.
func (s *machineFixture) dueAnswer() (first waiting, id int) {
	for n, poll := range s.polls {
		if s.alive && (id == 0 || poll.until.Before(first.until)) {
			first, id = poll, n
		}
	}
	return first, id
}

func (s *machineFixture) show() {
	for _, id := range protocol.SortedKeys(s.m.Orders()) {
		o := s.m.Order(id)
		s.printf("%s #%d %s%s", id, o.Number, o.State, mark(o.Pending))
		for _, p := range o.Payments {
			s.printf(" paid %s%s", p.Amount, mark(p.Pending))
		}
		s.printf("\n")
		for _, line := range o.Lines {
			s.printf("  %s\n", describe(line))
		}
	}
	if len(s.m.Orders()) == 0 {
		s.printf("nothing\n")
	}
}

func describe(line view.Line) string {
	text := string(line.ID) + mark(line.Pending)
	for _, f := range protocol.SortedKeys(line.Fields) {
		if f != protocol.FieldMSInfo {
			text += " " + string(f) + "=" + string(line.Fields[f])
		}
	}
	return text
}

func mark(pending bool) string {
	if pending {
		return "*"
	}
	return ""
}

func (s *machineFixture) queue() {
	state := s.m.State()
	s.printf("client %s next %d cursor %q seq %d\n", state.ClientID, state.Next, state.Cursor, state.Seq)
	unsent, waiting := 0, 0
	for _, e := range state.Entries {
		word := "queued"
		switch {
		case e.Waiting:
			word, waiting = "waiting", waiting+1
		case e.Rejected():
			word = "rejected " + string(e.Result.Code)
		case e.Decided():
			word = "applied"
		default:
			unsent++
		}
		s.printf("  %d %s %s\n", e.ID(), e.Mutation.Ops[0].Kind(), word)
	}
	require.Equal(s.t, []int{unsent, waiting}, []int{state.Unsent(), state.Waiting()})
	for _, a := range state.Stranded {
		s.printf("  stranded %s %s %d\n", a.ClientID, a.Reason, len(a.Mutations))
	}
	if state.Recovery != nil {
		s.printf("  recovering from %s\n", state.Recovery.Reason)
	}
}
