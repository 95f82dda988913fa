package bench

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// load is a number of closed-loop writers, each in a multi-session of its own with
// peers that read.
type load struct {
	multiSessions, tills, lines int
	during                      time.Duration
	// apart has the readers of a multi-session at another node than its writer.
	apart bool
	// op is what each mutation asks for; nil is [quantity].
	op func(order string, line, n, lines int) string
}

// result is what a load measured.
type result struct {
	mutations, deliveries, bytes int64
	took                         time.Duration
	latencies                    []time.Duration // from push to a peer's frame
	cpu, processes, load         time.Duration   // of the server, of those that it started, of this process
}

func (r *result) rate(n int64) float64 { return float64(n) / r.took.Seconds() }

// each is the CPU time of server, its processes and load for one mutation, in
// seconds. Unlike the rate it doesn't depend on other work of the machine.
func (r *result) each() float64 {
	return (r.cpu + r.processes + r.load).Seconds() / float64(max(1, r.mutations))
}

func (r *result) percentile(p float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	return r.latencies[min(len(r.latencies)-1, int(p*float64(len(r.latencies))))]
}

// ring is how many pushes a reader may be behind so that their times are still
// known.
const ring = 1 << 14

// party is one multi-session under load.
type party struct {
	writer *till
	peers  []*till
	next   int
	sent   [ring]atomic.Int64 // when the push with that id left, unix nanoseconds
}

func (l load) run(ctx context.Context, s *server, prefix string) (*result, error) {
	parties := make([]*party, l.multiSessions)
	defer func() {
		for _, p := range parties {
			p.leave()
		}
	}()
	var gathering errgroup.Group
	gathering.SetLimit(16) // the first tills must not wait for the last ones for long
	for i := range parties {
		gathering.Go(func() (err error) {
			parties[i], err = l.gather(ctx, s, fmt.Sprintf("%s%d", prefix, i+1), i)
			return err
		})
	}
	if err := gathering.Wait(); err != nil {
		return nil, err
	}
	return l.measure(s, parties)
}

// gather makes a party; with an error it gives what must be left.
func (l load) gather(ctx context.Context, s *server, name string, nth int) (p *party, err error) {
	r, err := s.makeMultiSession(ctx, name, l.tills)
	if err != nil {
		return nil, err
	}
	p = &party{next: 1}
	nodes := s.nodes()
	for i, token := range r.tokens {
		at := nth
		if l.apart && i > 0 {
			at++
		}
		t, err := dial(ctx, nodes[at%len(nodes)].addr, token, name+letters(i))
		if err != nil {
			return p, err
		}
		if i == 0 {
			p.writer = t
			continue
		}
		p.peers = append(p.peers, t)
	}
	p.next, err = p.writer.createOrder(p.next, "o1", l.lines)
	return p, err
}

func (p *party) leave() {
	if p == nil {
		return
	}
	if p.writer != nil {
		p.writer.close()
	}
	for _, peer := range p.peers {
		peer.close()
	}
}

func (l load) measure(s *server, parties []*party) (*result, error) {
	var (
		r          result
		mu         sync.Mutex
		failed     error
		wg         sync.WaitGroup
		deliveries atomic.Int64
		size       atomic.Int64
		mutations  atomic.Int64
	)
	before, err := s.usage()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	end := began.Add(l.during)
	for _, p := range parties {
		for _, peer := range p.peers {
			go func() {
				latencies := peer.listen(p, &deliveries, &size)
				mu.Lock()
				defer mu.Unlock()
				r.latencies = append(r.latencies, latencies...)
				wg.Done()
			}()
			wg.Add(1)
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			n, err := l.write(p, end)
			mutations.Add(n)
			for _, peer := range p.peers {
				_ = peer.ws.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
			}
			if err != nil {
				mu.Lock()
				failed = err
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	r.took = l.during
	after, err := s.usage()
	if err != nil {
		return nil, err
	}
	r.cpu, r.processes, r.load = after.cpu-before.cpu, after.processes-before.processes, after.load-before.load
	r.mutations, r.deliveries, r.bytes = mutations.Load(), deliveries.Load()+mutations.Load(), size.Load()
	slices.Sort(r.latencies)
	return &r, failed
}

func (l load) write(p *party, end time.Time) (n int64, err error) {
	op := l.op
	if op == nil {
		op = quantity
	}
	for now := time.Now(); now.Before(end); now = time.Now() {
		p.sent[p.next%ring].Store(now.UnixNano())
		if err := p.writer.push(p.next, op("o1", 1+p.next%l.lines, p.next, l.lines)); err != nil {
			return n, err
		}
		p.next++
		n++
	}
	return n, nil
}

// listen counts the changes that a peer gets until its read deadline, and the time
// from each push to its change.
func (t *till) listen(p *party, deliveries, size *atomic.Int64) (latencies []time.Duration) {
	for {
		frame, err := t.read()
		if err != nil {
			return latencies
		}
		if !bytes.HasPrefix(frame, []byte(`{"t":"changes"`)) {
			continue
		}
		size.Add(int64(len(frame)))
		for {
			_, after, found := bytes.Cut(frame, []byte(`","id":`))
			if !found {
				break
			}
			frame = after
			id, _ := strconv.Atoi(string(after[:bytes.IndexByte(after, ',')]))
			sent := p.sent[id%ring].Load()
			if sent == 0 {
				continue // a push from before the load
			}
			deliveries.Add(1)
			latencies = append(latencies, time.Duration(time.Now().UnixNano()-sent))
		}
	}
}
