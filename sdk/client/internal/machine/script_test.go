package machine_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client/internal/machine"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/protocol"
)

var rewrite = flag.Bool("rewrite", false, "write what the scripts of testdata really give into them")

// TestScripts runs the stories of testdata: commands, ----, and what the
// machine asked for. Each is one rule of docs/protocol.md, "What a client must do".
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			require.NoError(t, err)
			got := play(t, string(raw))
			if *rewrite {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
				return
			}
			require.Equal(t, string(raw), got)
		})
	}
}

// play runs a script and returns it with what really came out.
func play(t *testing.T, script string) string {
	s := newMachineFixture(t)
	var out strings.Builder
	for _, part := range strings.Split(strings.TrimSpace(script), "\n\n") {
		commands, _, _ := strings.Cut(part, "\n----")
		out.WriteString(commands + "\n")
		if strings.HasPrefix(commands, "#") {
			var lines []string
			for _, line := range strings.Split(commands, "\n") {
				if !strings.HasPrefix(line, "#") {
					lines = append(lines, line)
				}
			}
			if commands = strings.Join(lines, "\n"); commands == "" {
				out.WriteString("\n")
				continue
			}
		}
		out.WriteString("----\n")
		s.out.Reset()
		for _, line := range strings.Split(commands, "\n") {
			s.run(line)
		}
		out.WriteString(s.out.String() + "\n")
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// machineFixture is a machine with a store in memory and a clock of its own.
type machineFixture struct {
	t     *testing.T
	m     *machine.Machine
	store *queue.Mem
	now   time.Time
	timer time.Time // when the machine wants to be stepped
	ids   int
	taps  int
	slow  bool // the disk doesn't answer
	poll  bool
	polls map[int]waiting // without an answer
	alive bool            // the server answers what is asked idly
	out   strings.Builder
}

// waiting is a long poll: where, and until when.
type waiting struct {
	at    protocol.Cursor
	until time.Time
}

func newMachineFixture(t *testing.T) *machineFixture {
	s := &machineFixture{t: t, polls: map[int]waiting{}, store: queue.NewMem(), now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
	s.start()
	return s
}

func (s *machineFixture) start() {
	state, err := s.store.Load()
	require.NoError(s.t, err)
	s.m = machine.New(machine.Config{
		State: state, Token: "secret", User: &protocol.User{ID: "7", Name: "Ana"}, NoSocket: s.poll,
		Random: func() float64 { return 0.5 },
		NewID:  func() string { s.ids++; return "c" + strconv.Itoa(s.ids) },
	})
}

func (s *machineFixture) step(inputs ...machine.Input) {
	effects := s.m.Step(s.now, inputs...)
	var next []machine.Input
	for _, e := range effects {
		s.print(e)
		next = append(next, s.idly(e)...)
		store, ok := e.(machine.Store)
		if !ok || s.slow {
			continue
		}
		var err error
		if store.Whole {
			err = s.store.Rewrite(s.m.State())
		} else {
			err = s.store.Append(store.Records, store.Sync)
		}
		if err != nil {
			next = append(next, machine.StoreFailed{Batch: store.Batch, Err: err})
		} else {
			next = append(next, machine.Stored{Batch: store.Batch})
		}
	}
	if len(next) > 0 {
		s.step(next...)
	}
}

func (s *machineFixture) print(e machine.Effect) {
	switch e := e.(type) {
	case machine.Done:
		if e.Err != nil {
			s.printf("refused: %s\n", e.Err)
		} else {
			s.printf("done %d\n", e.ID)
		}
	case machine.Store:
		if s.slow || e.Whole {
			s.printf("store %d sync=%v whole=%v\n", e.Batch, e.Sync, e.Whole)
		}
	case machine.Dial:
		s.printf("dial %d\n", e.Conn)
	case machine.Hangup:
		s.printf("hang up %d\n", e.Conn)
	case machine.Send:
		raw, err := protocol.EncodeClientFrame(e.Frame)
		require.NoError(s.t, err)
		s.printf("send %d %s\n", e.Conn, short(raw))
	case machine.Request:
		raw, err := json.Marshal(e.Call)
		require.NoError(s.t, err)
		s.printf("request %d %s\n", e.ID, short(raw))
	case machine.Timer:
		s.timer = e.At
	case machine.Notify:
		s.event(e.Event)
	}
}

// idly keeps which polls wait, and answers for a server that is alive: a push
// of nothing, by nothing.
func (s *machineFixture) idly(e machine.Effect) []machine.Input {
	switch e := e.(type) {
	case machine.Request:
		if call, ok := e.Call.(protocol.PullRequest); ok && call.Wait > 0 {
			s.polls[e.ID] = waiting{call.Cursor, s.now.Add(call.Wait)}
		}
	case machine.GiveUp:
		delete(s.polls, e.ID)
	case machine.Send:
		if p, ok := e.Frame.(protocol.Push); ok && s.alive && len(p.Mutations) == 0 {
			return []machine.Input{machine.Received{Conn: e.Conn, Frame: protocol.Pushed{Ref: p.Ref}}}
		}
	}
	return nil
}

// short leaves out what every mutation says.
func short(raw []byte) string {
	return strings.ReplaceAll(string(raw), `"user":{"id":"7","name":"Ana"},`, "")
}

func (s *machineFixture) event(e machine.Event) {
	switch e := e.(type) {
	case machine.OrdersChanged:
		for _, o := range e.Orders {
			by := ""
			if o.By != nil && o.By.POS != nil {
				by = " by " + string(o.By.POS.ID)
			}
			s.printf("changed %s%s\n", o.ID, by)
		}
	case machine.Rejected:
		s.printf("rejected %d %s kept=%v\n", e.Mutation.ID, e.Result.Code, e.Result.Kept)
		if len(e.Again) > 0 {
			raw, _ := json.Marshal(e.Again)
			s.printf("  again on %s: %s\n", e.NewOrder, raw)
		}
	case machine.StatusChanged:
		st := e.Status
		s.printf("status %q unsent=%d waiting=%d till=%v", st.Transport, st.Unsent, st.Waiting, st.TillOpen)
		if st.Problem != "" {
			s.printf(" %s: %s", st.Problem, st.Advice)
		}
		s.printf("\n")
	case machine.QueueStranded:
		s.printf("stranded %s %s: %d mutations\n", e.Queue.ClientID, e.Queue.Reason, len(e.Queue.Mutations))
	case machine.Renumbered:
		s.printf("renumbered %s to %s: %v\n", e.From, e.To, e.IDs)
	case machine.Ignored:
		s.printf("ignored %d %v\n", e.ID, e.Fields)
		for _, f := range protocol.SortedKeys(e.Why) {
			s.printf("  %s %s\n", f, e.Why[f])
		}
	case machine.Unreadable:
		s.printf("unreadable %q\n", e.What)
	case machine.ExtensionsChanged:
		s.printf("extensions %s\n", e.ETag)
	case machine.CatalogueChanged:
		s.printf("catalogue %s\n", e.ETag)
	case machine.PresenceChanged:
		if len(e.Present) > 0 {
			raw, _ := json.Marshal(e.Present)
			s.printf("present %s\n", raw)
		}
	}
}

func (s *machineFixture) printf(format string, args ...any) { fmt.Fprintf(&s.out, format, args...) }

func (s *machineFixture) run(line string) {
	name, rest, _ := strings.Cut(line, " ")
	command, ok := commands[name]
	require.True(s.t, ok, "no command %q", name)
	command(s, rest)
}

// number splits "3 rest".
func (s *machineFixture) number(rest string) (int, string) {
	text, rest, _ := strings.Cut(rest, " ")
	n, err := strconv.Atoi(text)
	require.NoError(s.t, err)
	return n, rest
}

func (s *machineFixture) json(text string, into any) {
	require.NoError(s.t, json.Unmarshal([]byte(text), into), text)
}

var errDisk = errors.New("disk full")
