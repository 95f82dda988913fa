package main_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/manytill/manytill/cmd/server/admin"
	"github.com/manytill/manytill/internal/hostile"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/shirou/gopsutil/v4/process"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var hostileLong = flag.Bool("hostile-long", false, "try every hook and file of internal/hostile, and 10,000 taps that leak; else the first of each kind, and 500")

// tried are the cases of this run.
func tried(all []hostile.Case) []hostile.Case {
	if *hostileLong {
		return all
	}
	return slices.DeleteFunc(all, func(c hostile.Case) bool { return !c.First })
}

// shops are two: one with two tills, whose extension is hostile, and another
// with a till that never stops. A till of a server without extensions does the
// same at the same time, and says how busy the machine is.
type shops struct {
	*serverWithTwoPOS
	bar, door *hand
	pace      pace
}

func newShops(t *testing.T) *shops {
	f := newServerWithTwoPOS(t)
	token := f.createPOS("elsewhere", "Elsewhere")
	f.admin("POST", "/v1/admin/multi-sessions", map[string]any{"name": "Elsewhere", "pos": []string{"elsewhere"}}, nil)
	s := &shops{serverWithTwoPOS: f, bar: f.hand(f.bar, "c1"), door: f.hand(f.till1, "c2")}
	calm := newServerWithTwoPOS(t)
	s.pace.begin(t, f.hand(token, "c3"), calm.hand(calm.bar, "c4"))
	return s
}

// pace is what taps of the other shop take, by what goes on meanwhile, and those
// of a shop whose server has no extensions.
type pace struct {
	now  atomic.Pointer[string]
	stop chan struct{}
	done sync.WaitGroup

	mu         sync.Mutex
	took, calm map[string][]time.Duration
	failed     []string
}

// What goes on.
const (
	nothing   = "nothing"
	reloading = "a reload"
	running   = "hooks"
)

func (p *pace) while(what string) { p.now.Store(&what) }

func (p *pace) begin(t *testing.T, other, calm *hand) {
	p.took, p.calm, p.stop = map[string][]time.Duration{}, map[string][]time.Duration{}, make(chan struct{})
	p.while(nothing)
	for till, took := range map[*hand]map[string][]time.Duration{other: p.took, calm: p.calm} {
		require.Equal(t, protocol.Applied, till.do(create("o0", protocol.Fields{"partner_id": "1"})).Status)
		p.done.Go(func() {
			next := time.NewTicker(5 * time.Millisecond)
			defer next.Stop()
			for {
				select {
				case <-p.stop:
					return
				case <-next.C:
					p.tap(till, took)
				}
			}
		})
	}
	t.Cleanup(p.end)
}

func (p *pace) tap(till *hand, took map[string][]time.Duration) {
	before, began := p.now.Load(), time.Now()
	result, err := till.try(setOrder("o0", protocol.Fields{"partner_id": protocol.Int(int(till.next))}))
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil || result.Status != protocol.Applied {
		p.failed = append(p.failed, fmt.Sprintf("while %s: %v %v", *before, err, result))
	}
	if before == p.now.Load() {
		took[*before] = append(took[*before], time.Since(began))
	}
}

func (p *pace) end() {
	select {
	case <-p.stop:
	default:
		close(p.stop)
	}
	p.done.Wait()
}

// check ends the other shop's till: its taps took what they take at a server
// without extensions on the same machine at the same time, and hardly one
// waited for as long as a hook may run.
func (p *pace) check(t *testing.T) {
	t.Helper()
	p.end()
	require.Empty(t, p.failed)
	for _, what := range []string{reloading, running} {
		took, calm := p.took[what], p.calm[what]
		if len(took) == 0 || len(calm) == 0 {
			continue
		}
		slices.Sort(took)
		slices.Sort(calm)
		slow := func(all []time.Duration) (n int) {
			for _, took := range all {
				if took >= hostileTimeout {
					n++
				}
			}
			return n
		}
		median := func(all []time.Duration) time.Duration { return all[len(all)/2] }
		t.Logf("%s: %d taps of the other shop, half of them within %s (%s at a server without extensions), 99 of 100 within %s, the slowest %s (%s); %d slower than a hook may be (%d)",
			what, len(took), median(took), median(calm), took[len(took)*99/100], took[len(took)-1], calm[len(calm)-1], slow(took), slow(calm))
		assert.LessOrEqual(t, median(took), 5*median(calm), what)
		assert.LessOrEqual(t, slow(took), 3+len(took)/50+2*slow(calm), what)
	}
}

// hostileTimeout is what a hook may take.
const hostileTimeout = 200 * time.Millisecond

// load lets the extension be another, by the API and by a signal in turn. It
// returns what the operator is told where it can't be.
func (s *shops) load(i int, code string) (refused string) {
	s.t.Helper()
	s.pace.while(reloading)
	defer s.pace.while(nothing)
	s.write("hostile.js", code)
	if i%2 == 0 {
		c, err := admin.New(s.url, adminToken, http.DefaultClient)
		require.NoError(s.t, err)
		ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
		defer cancel()
		if err := c.Do(ctx, "POST", "/v1/admin/extensions/reload", nil, nil); err != nil {
			require.NoError(s.t, ctx.Err())
			return err.Error()
		}
		return ""
	}
	require.NoError(s.t, s.server.cmd.Process.Signal(syscall.SIGHUP))
	return s.server.within(2*time.Minute, `reloading the extensions failed; the old ones stay in use" error=(.*)|extensions loaded`)[1]
}

// status is what the admin page shows of the extension.
func (s *shops) status() protocol.ExtensionStatus {
	s.t.Helper()
	var now extensionsNow
	s.admin("GET", "/v1/admin/extensions", nil, &now)
	require.Len(s.t, now.Extensions, 1)
	return now.Extensions[0]
}

// told is what the admin page says of a hook's failure on an order; "" is
// nothing.
func (s *shops) told(order protocol.OrderID, notes []string) string {
	status := s.status()
	for _, e := range status.Errors {
		if e.Order == order {
			return e.Message
		}
	}
	if len(status.Notes) > len(notes) {
		return status.Notes[len(status.Notes)-1]
	}
	return ""
}

func applied(result protocol.Result, err error) error {
	if err == nil && result.Status != protocol.Applied {
		err = fmt.Errorf("%+v", result)
	}
	return err
}

// Whatever a hook does: the sale goes on, that shop's other till too, the other
// shop notices nothing, the operator is told, and the extension works again.
func TestHostileHooks(t *testing.T) {
	s := newShops(t)
	s.enable("  - path: hostile.js\n    timeout: " + hostileTimeout.String() + "\n")
	for i, c := range tried(hostile.Hooks()) {
		t.Run(c.Kind+"/"+c.Name, func(t *testing.T) {
			s.t, s.bar.t, s.door.t, s.server.t = t, t, t, t
			require.Empty(t, s.load(i, c.Code))
			notes := s.status().Notes
			order := protocol.OrderID(fmt.Sprint("now", i))
			s.pace.while(running)
			answered := make(chan error, 1)
			go func() { answered <- applied(s.bar.try(create(order, protocol.Fields{"go": `"now"`}))) }()
			assert.Equal(t, protocol.Applied, s.door.do(create(protocol.OrderID(fmt.Sprint("beside", i)), protocol.Fields{})).Status)
			select {
			case err := <-answered:
				assert.NoError(t, err)
			case <-time.After(patience):
				require.FailNow(t, "the sale doesn't go on")
			}
			s.pace.while(nothing)

			if s.bar.fields(order)["echo"] == `"now"` {
				t.Log("ran")
			} else {
				assert.EventuallyWithT(t, func(c *assert.CollectT) {
					if why := s.told(order, notes); why != "" {
						t.Log(why)
						return
					}
					// The machine had no time for the hook: it is run again with the next tap.
					require.NoError(c, applied(s.bar.try(setOrder(order, protocol.Fields{"partner_id": protocol.Int(int(s.bar.next))}))))
					require.NotEmpty(c, s.told(order, notes), s.status())
				}, time.Minute, 20*time.Millisecond)
			}
			assert.NoError(t, applied(s.bar.try(setOrder(order, protocol.Fields{"go": `"over"`})))) // no work for the cases that follow
			assert.EventuallyWithT(t, func(c *assert.CollectT) {
				later := protocol.OrderID(fmt.Sprintf("later%d-%d", i, s.door.next))
				require.NoError(c, applied(s.door.try(create(later, protocol.Fields{"go": `"later"`}))))
				require.EqualValues(c, `"later"`, s.door.fields(later)["echo"], s.status())
			}, time.Minute, 20*time.Millisecond)
		})
	}
	s.t, s.server.t = t, t
	s.pace.check(t)
	s.server.stop()
}

// A file that would end or hold what reads it is refused in words, or loaded;
// tills and the extensions that were there go on.
func TestHostileFiles(t *testing.T) {
	s := newShops(t)
	s.enable("  - path: hostile.js\n    timeout: " + hostileTimeout.String() + "\n")
	before := hostile.Echo
	require.Empty(t, s.load(0, before))
	for i, c := range tried(hostile.Files()) {
		t.Run(c.Kind+"/"+c.Name, func(t *testing.T) {
			s.t, s.bar.t, s.door.t, s.server.t = t, t, t, t
			refused := s.load(i, c.Code)
			order := protocol.OrderID(fmt.Sprint("o", i))
			assert.Equal(t, protocol.Applied, s.bar.do(create(order, protocol.Fields{"go": `"later"`})).Status)
			if refused == "" {
				t.Log("loaded", s.status().Notes, s.status().Errors)
				require.Empty(t, s.load(i, before))
				return
			}
			t.Log(refused)
			assert.Contains(t, refused, "hostile")
			assert.NotContains(t, refused, "plugin")
			assert.Less(t, len(refused), 2000)
			assert.EqualValues(t, `"later"`, s.bar.fields(order)["echo"], "the extension that was there goes on")
		})
	}
	s.t, s.server.t = t, t
	s.pace.check(t)
	s.server.stop()
}

// A server with such a file in its config says so and ends, or starts.
func TestHostileFilesAtTheStart(t *testing.T) {
	t.Parallel()
	f := newServerWithTwoPOS(t)
	f.server.stop()
	f.enable("  - path: hostile.js\n    timeout: " + hostileTimeout.String() + "\n")
	for _, c := range tried(hostile.Files()) {
		t.Run(c.Kind+"/"+c.Name, func(t *testing.T) {
			f.write("hostile.js", c.Code)
			server := run(t, "server", "serve", "--config", f.config)
			server.within(2*time.Minute, `serving url=|hostile`)
			_ = server.cmd.Process.Signal(syscall.SIGTERM)
			select {
			case <-server.ended:
			case <-time.After(patience):
				require.FailNow(t, "the server doesn't end")
			}
			require.NotRegexp(t, `(?m)^(fatal error|panic|goroutine)`, server.all())
		})
	}
}

// What hooks keep from call to call goes with the copy of the code that kept
// it, in the extension's process: the server's memory stays as it is, and the
// operator is told.
func TestLeakingHooks(t *testing.T) {
	t.Parallel()
	f := newServerWithTwoPOS(t)
	f.write("leaks.js", strings.Replace(hostile.Echo, "data.go = this.go;", "data.go = this.go; kept.push(new Array(8000).fill(kept.length));", 1))
	f.enable("  - path: leaks.js\n    timeout: 2s\n    memory: 128MiB\n")
	f.hangup("extensions loaded")
	taps := 500
	if *hostileLong {
		taps = 10_000
	}
	bar := f.hand(f.bar, "c1")
	require.Equal(t, protocol.Applied, bar.do(create("o", protocol.Fields{})).Status)
	tap := func(n int) {
		for range n / 10 {
			var push []protocol.Mutation
			for range 10 {
				push = append(push, protocol.Mutation{ID: bar.next, Ops: protocol.Ops{setOrder("o", protocol.Fields{"go": protocol.Int(int(bar.next))})}})
				bar.next++
			}
			var answer struct{ Results []protocol.Result }
			require.Equal(t, http.StatusOK, bar.call("POST", "/v1/push", map[string]any{"client_id": bar.client, "cursor": bar.at, "mutations": push}, &answer))
			for _, result := range answer.Results {
				require.Equal(t, protocol.Applied, result.Status)
			}
		}
	}
	tap(taps / 4)
	memory := func() uint64 {
		server, err := process.NewProcess(int32(f.server.cmd.Process.Pid))
		require.NoError(t, err)
		info, err := server.MemoryInfo()
		require.NoError(t, err)
		return info.RSS
	}
	before := memory()
	tap(taps)
	after := memory()
	t.Logf("%d taps: the server took %d MiB before, %d MiB after", taps, before>>20, after>>20)
	require.Less(t, after, before+32<<20)
	var now extensionsNow
	f.admin("GET", "/v1/admin/extensions", nil, &now)
	require.Contains(t, strings.Join(now.Extensions[0].Notes, "\n"), "its code keeps more from call to call")
	require.Empty(t, now.Extensions[0].Errors)
	require.Equal(t, protocol.Applied, bar.do(setOrder("o", protocol.Fields{"go": `"later"`})).Status)
	require.EqualValues(t, `"later"`, bar.fields("o")["echo"])
}
