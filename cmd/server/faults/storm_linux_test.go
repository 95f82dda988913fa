package faults_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/semaphore"

	"github.com/manytill/manytill/sdk/protocol"
)

var storm = flag.Int("storm", 1000, "how many tills TestReconnectStorm has")

const (
	stormFloor = 50               // tills of a multi-session
	stormTime  = 10 * time.Second // from the start of the server to the last till in step
	// What the server may take at its largest: by itself, and for each till.
	stormBytes, stormTillBytes = 96 << 20, 64 << 10
)

// TestReconnectStorm kills a server with 1,000 tills on it, each of which taps then and
// tries without pause to come back, and starts it again: all tills are in step soon
// after, none is starved, and the server's memory stays within a bound.
func TestReconnectStorm(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a server and many clients")
	}
	needFiles(t, uint64(*storm)+500)
	p := newProcess(t)
	tills := newStorm(t, p)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute+time.Duration(*storm)*10*time.Millisecond)
	defer cancel()
	all := func(do func(*stormTill) error) {
		var running sync.WaitGroup
		failed := make(chan error, len(tills))
		for _, s := range tills {
			running.Go(func() { failed <- do(s) })
		}
		running.Wait()
		close(failed)
		for err := range failed {
			require.NoError(t, err)
		}
	}
	atOnce := semaphore.NewWeighted(500) // the server bounds those that have shown no token yet
	all(func(s *stormTill) error {
		if err := atOnce.Acquire(ctx, 1); err != nil {
			return err
		}
		defer atOnce.Release(1)
		return s.connect(ctx)
	})
	p.kill()
	var back sync.WaitGroup
	back.Add(1)
	var began time.Time
	go func() {
		defer back.Done()
		all(func(s *stormTill) error { return s.comeBack(ctx) })
	}()
	began = time.Now()
	p.start()
	back.Wait()
	var took []time.Duration
	for _, s := range tills {
		took = append(took, s.inStep.Sub(began))
	}
	slices.Sort(took)
	largest := p.largest()
	t.Logf("%d tills in step: the first after %s, half after %s, the last after %s; the server took %d MiB at most",
		len(took), took[0].Round(time.Millisecond), took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond), largest>>20)
	require.Less(t, took[len(took)-1], stormTime, "the last till")
	require.Less(t, largest, stormBytes+len(tills)*stormTillBytes, "bytes of memory")
}

// needFiles fails where a process may not open so many files.
func needFiles(t *testing.T, files uint64) {
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	require.GreaterOrEqual(t, limit.Cur, files, "this test needs %d open files: raise `ulimit -n`", files)
}

// largest is what the process ever took of memory, in bytes.
func (p *process) largest() (kilobytes int) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	require.NoError(p.t, err)
	_, peak, found := bytes.Cut(status, []byte("VmHWM:"))
	require.True(p.t, found)
	_, err = fmt.Sscanf(string(peak), "%d kB", &kilobytes)
	require.NoError(p.t, err)
	return kilobytes << 10
}

// stormTill is as little of a till as can tap and be in step.
type stormTill struct {
	addr, token string
	from        net.IP // a multi-session is a shop, at an address of its own
	client      protocol.ClientID
	ws          *websocket.Conn
	cursor      protocol.Cursor
	seq         protocol.Seq
	inStep      time.Time
}

// newStorm makes tills on multi-sessions with a shared order.
func newStorm(t *testing.T, p *process) (tills []*stormTill) {
	var mu sync.Mutex
	var making sync.WaitGroup
	for i := range *storm / stormFloor {
		making.Go(func() {
			f := p.newMultiSession(fmt.Sprintf("floor%d", i), stormFloor)
			if err := p.share(f.tokens[0]); err != nil {
				t.Errorf("%v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			for n, token := range f.tokens {
				tills = append(tills, &stormTill{addr: p.addr, token: token, from: net.IPv4(127, 0, 1, byte(i+1)), client: protocol.ClientID(fmt.Sprintf("storm-%d-%d", i, n))})
			}
		})
	}
	making.Wait()
	require.Len(t, tills, *storm/stormFloor*stormFloor)
	return tills
}

// connect opens a socket, and reads up to where it has a cursor.
func (s *stormTill) connect(ctx context.Context) error {
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: s.from}}
	dialer := websocket.Dialer{ReadBufferSize: 1024, WriteBufferSize: 512, NetDialContext: from.DialContext}
	ws, answer, err := dialer.DialContext(ctx, "ws://"+s.addr+"/v1/socket", nil)
	if err != nil {
		return err
	}
	answer.Body.Close()
	s.ws = ws
	err = s.send(protocol.Hello{Protocol: protocol.Version, Token: s.token, ClientID: s.client, Cursor: s.cursor})
	for err == nil && s.cursor == "" {
		_, err = s.read()
	}
	return err
}

func (s *stormTill) send(f protocol.ClientFrame) error {
	raw, err := protocol.EncodeClientFrame(f)
	if err != nil {
		return err
	}
	return s.ws.WriteMessage(websocket.TextMessage, raw)
}

func (s *stormTill) read() (frame wireBody, err error) {
	_, raw, err := s.ws.ReadMessage()
	if err == nil {
		err = json.Unmarshal(raw, &frame)
	}
	if err == nil && frame.Cursor != "" {
		s.cursor, s.seq = frame.Cursor, frame.Seq
	}
	return frame, err
}

// comeBack notices that the link is gone, and tries until it is in step.
func (s *stormTill) comeBack(ctx context.Context) error {
	for {
		if _, err := s.read(); err != nil {
			break
		}
	}
	s.ws.Close()
	for ctx.Err() == nil {
		if s.catchUp(ctx) == nil {
			s.inStep = time.Now()
			return nil
		}
		s.ws.Close()
		time.Sleep(rand.N(100 * time.Millisecond)) // until the server is there again
	}
	return fmt.Errorf("%s isn't in step: %w", s.client, ctx.Err())
}

// catchUp pushes its tap, and reads until it has those of all others.
func (s *stormTill) catchUp(ctx context.Context) error {
	defer context.AfterFunc(ctx, func() { s.ws.Close() })()
	if err := s.connect(ctx); err != nil {
		return err
	}
	if err := s.send(protocol.Push{Ref: 1, Mutations: []protocol.Mutation{inc(1, sharedOrder)}}); err != nil {
		return err
	}
	for pushed := false; !pushed || s.seq < 1+stormFloor; {
		frame, err := s.read()
		if err != nil {
			return err
		}
		if frame.T == "error" {
			return fmt.Errorf("%s: refused", s.client)
		}
		pushed = pushed || frame.T == "pushed" && len(frame.Results) == 1 && frame.Results[0].Rejection == nil
	}
	return nil
}
