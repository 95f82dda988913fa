package effects_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/effects"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// world is a store with one multi-session, what does its effects and what takes
// their outcomes. Its time is the test's bubble's.
type world struct {
	t     *testing.T
	store *mem.Store
	head  protocol.Seq

	mu      sync.Mutex
	do      func(ctx context.Context, id string) (protocol.Value, error)
	take    func(id string) error
	done    []string // ids of all tries
	at      []time.Time
	taken   []string      // ids and outcomes
	absent  bool          // the extension doesn't run
	timeout time.Duration // 0 is 30 s
	now     int           // how many are being done
	most    int           // how many were at the same time
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, store: mem.New()}
	require.NoError(t, w.store.PutMultiSession(t.Context(), store.MultiSession{ID: "main", Active: true}, nil))
	return w
}

// ask commits a change of an order, new to the store, with effects that have these
// ids.
func (w *world) ask(order int, ids ...string) *store.Batch {
	seq := w.head + 1
	o := store.OrderRows{OrderRow: store.OrderRow{
		ID: protocol.OrderID(fmt.Sprint("o", order)), Run: 1, Number: protocol.Number(order), Seq: seq, Created: seq, State: protocol.Open, Body: []byte(`{}`),
	}}
	for _, id := range ids {
		o.Effects = append(o.Effects, store.EffectRow{
			ID: id, Extension: "loyalty", Name: "book", Key: id, At: time.Now(), Data: []byte(`{"id":"` + id + `"}`), State: store.EffectWaiting,
		})
	}
	b := &store.Batch{MultiSession: "main", Expect: w.head, Changes: []store.Change{{Seq: seq, Body: []byte(`{}`)}}, Orders: []store.OrderRows{o}}
	require.NoError(w.t, w.store.Commit(context.Background(), b))
	w.head = seq
	return b
}

// Spec implements effects.Doer, and Do and Take what they are named after.
func (w *world) Spec(name string) (hooks.EffectSpec, bool) {
	s, known := spec("", name)
	s.Timeout = cmp.Or(w.timeout, s.Timeout)
	return s, known
}

func (w *world) Do(ctx context.Context, id string, at hooks.EffectAddress, data protocol.Value) (protocol.Value, error) {
	w.mu.Lock()
	w.done, w.at = append(w.done, id), append(w.at, time.Now())
	w.now++
	w.most = max(w.most, w.now)
	do := w.do
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.now--
		w.mu.Unlock()
	}()
	if at.Key != id || string(data) != `{"id":"`+id+`"}` {
		return "", fmt.Errorf("it was handed %v %s", at, data)
	}
	if do == nil {
		return `{"status":200}`, nil
	}
	return do(ctx, id)
}

func (w *world) Take(ctx context.Context, e store.EffectRow, result protocol.Value) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.take != nil {
		if err := w.take(e.ID); err != nil {
			return err
		}
	}
	w.taken = append(w.taken, e.ID+" "+string(e.Ends)+" "+string(result))
	return w.store.Commit(ctx, &store.Batch{MultiSession: "main", Expect: w.head, EffectsEnded: []store.EffectEnd{{ID: e.ID, State: e.Ends}}})
}

// start runs a worker until stop is called.
func (w *world) start(node string) (worker *effects.Worker, stop func()) {
	worker = effects.New(effects.Config{
		Outbox: w.store, Node: node, Taker: w, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Doer: func(string) effects.Doer {
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.absent {
				return nil
			}
			return w
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		worker.Run(ctx)
	}()
	return worker, func() {
		cancel()
		<-ended
	}
}

func (w *world) state(id string) store.EffectState {
	e, err := w.store.Effect(context.Background(), id)
	require.NoError(w.t, err)
	return e.State
}

// copied is a list of a world, which goroutines may write to.
func copied[T any](w *world, list *[]T) []T {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(*list)
}

func (w *world) tries() []string    { return copied(w, &w.done) }
func (w *world) outcomes() []string { return copied(w, &w.taken) }

// after lets time pass.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

const ok = ` done {"status":200}`

func TestDoneAndTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.ask(1, "a", "b") // before it is started
		worker, stop := w.start("node")
		defer stop()
		synctest.Wait()
		require.Equal(t, []string{"a" + ok, "b" + ok}, w.outcomes())
		worker.Committed(w.ask(2, "c"))
		synctest.Wait()
		require.Equal(t, []string{"a" + ok, "b" + ok, "c" + ok}, w.outcomes())
		require.Equal(t, store.EffectDone, w.state("c"))
		require.Equal(t, []string{"a", "b", "c"}, w.tries())
	})
}

// TestTriedAgain with growing pauses, and the one behind it waits.
func TestTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		begun := time.Now()
		w.do = func(_ context.Context, id string) (protocol.Value, error) {
			if id == "a" && time.Since(begun) < 10*time.Second {
				return "", errors.New("status 500")
			}
			return `{"status":200}`, nil
		}
		w.ask(1, "a", "b")
		_, stop := w.start("node")
		defer stop()
		after(2 * time.Second)
		e, err := w.store.Effect(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, []any{2, "status 500", begun.Add(3 * time.Second).UTC()}, []any{e.Attempts, e.Error, e.Next.UTC()})
		after(time.Minute)
		var pauses []time.Duration
		for _, at := range copied(w, &w.at) {
			pauses = append(pauses, at.Sub(begun))
		}
		require.Equal(t, []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second, 15 * time.Second}, pauses)
		require.Equal(t, []string{"a" + ok, "b" + ok}, w.outcomes())
	})
}

func TestGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.do = func(context.Context, string) (protocol.Value, error) { return "", errors.New("status 500") }
		w.ask(1, "a")
		worker, stop := w.start("node")
		defer stop()
		after(72*time.Hour - time.Second)
		require.Equal(t, store.EffectWaiting, w.state("a"))
		after(11 * time.Minute)
		require.Equal(t, store.EffectGivenUp, w.state("a"))
		require.Equal(t, []string{`a given_up {"error":"status 500","gave_up":true}`}, w.outcomes())
		tries := len(w.tries())
		after(24 * time.Hour)
		require.Len(t, w.tries(), tries)

		e, err := w.store.Effect(t.Context(), "a")
		require.NoError(t, err)
		set, err := w.store.SetEffect(t.Context(), effects.Retried(e, time.Now()), store.EffectGivenUp)
		require.NoError(t, err)
		require.True(t, set)
		worker.Wake()
		after(time.Minute)
		require.Greater(t, len(w.tries()), tries+3, "a retry has its own 72 hours")
		w.mu.Lock()
		w.do = nil
		w.mu.Unlock()
		after(10 * time.Minute)
		require.Equal(t, "a"+ok, w.outcomes()[1], "and may bring another outcome")
	})
}

// TestNotTaken: the outcome is taken later, and the effect isn't done again, not
// by the next process either.
func TestNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.take = func(string) error { return errors.New("effect_result threw") }
		w.ask(1, "a", "b")
		_, stop := w.start("node")
		after(time.Minute)
		require.Equal(t, []string{"a"}, w.tries())
		e, err := w.store.Effect(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, []any{store.EffectAnswered, "effect_result threw", `{"status":200}`}, []any{e.State, e.Error, string(e.Result)})
		stop()
		w.store, w.take = w.store.Clone(), nil
		_, stop = w.start("node")
		defer stop()
		after(10 * time.Minute)
		require.Equal(t, []string{"a" + ok, "b" + ok}, w.outcomes())
		require.Equal(t, []string{"a", "b"}, w.tries())
	})
}

// TestStopped while it is done: it is done again, with the same id, and that was
// no failed try.
func TestStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.do = func(ctx context.Context, _ string) (protocol.Value, error) {
			<-ctx.Done()
			return "", ctx.Err()
		}
		w.ask(1, "a")
		_, stop := w.start("node")
		synctest.Wait()
		stop()
		e, err := w.store.Effect(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, []any{store.EffectWaiting, 0, ""}, []any{e.State, e.Attempts, e.Error})
		w.store, w.do = w.store.Clone(), nil
		_, stop = w.start("another")
		defer stop()
		synctest.Wait()
		require.Equal(t, []string{"a", "a"}, w.tries(), "at once: the first gave its lease back")
		require.Equal(t, []string{"a" + ok}, w.outcomes())
	})
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.do = func(ctx context.Context, _ string) (protocol.Value, error) {
			<-ctx.Done()
			return "", ctx.Err()
		}
		w.ask(1, "a")
		_, stop := w.start("node")
		defer stop()
		after(30 * time.Second)
		e, err := w.store.Effect(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, 1, e.Attempts)
		require.ErrorContains(t, errors.New(e.Error), "deadline exceeded")
	})
}

func TestManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.do = func(context.Context, string) (protocol.Value, error) {
			time.Sleep(time.Second)
			return `{"status":200}`, nil
		}
		for i := range 3*effects.AtOnce + 1 {
			w.ask(i+1, fmt.Sprint("e", i))
		}
		_, stop := w.start("node")
		defer stop()
		after(3 * time.Second)
		require.Len(t, w.outcomes(), 3*effects.AtOnce)
		after(time.Second)
		require.Len(t, w.outcomes(), 3*effects.AtOnce+1)
		w.mu.Lock()
		defer w.mu.Unlock()
		require.Equal(t, effects.AtOnce, w.most)
	})
}

// TestBacklog of more than the schedule knows.
func TestBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var ids []string
		for i := range effects.Kept + 10 {
			ids = append(ids, fmt.Sprint("e", i))
		}
		w.ask(1, ids[:effects.Kept]...)
		w.ask(2, ids[effects.Kept:]...)
		w.absent = true
		worker, stop := w.start("node")
		defer stop()
		synctest.Wait()
		w.mu.Lock()
		w.absent = false
		w.mu.Unlock()
		worker.Wake()
		synctest.Wait()
		require.Len(t, w.outcomes(), len(ids))
	})
}

func TestWithoutItsExtension(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.absent = true
		w.ask(1, "a")
		_, stop := w.start("node")
		defer stop()
		after(100 * time.Hour)
		require.Equal(t, store.EffectWaiting, w.state("a"), "that isn't given up")
		w.mu.Lock()
		w.absent = false
		w.mu.Unlock()
		after(time.Minute)
		require.Equal(t, []string{"a" + ok}, w.outcomes(), "it is looked for again, without being woken")
	})
}

// TestLease: one node does effects. The other goes on when the first doesn't
// prolong, and a node that comes back by its name goes on at once.
func TestLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		begun := time.Now()
		w.do = func(context.Context, string) (protocol.Value, error) {
			time.Sleep(10 * time.Second)
			return `{"status":200}`, nil
		}
		mine, err := w.store.Lease(t.Context(), "one", begun, begun.Add(30*time.Second)) // and then it was killed
		require.NoError(t, err)
		require.True(t, mine)
		w.ask(1, "a", "b", "c", "d", "e", "f")
		_, stop := w.start("two")
		after(29 * time.Second)
		require.Empty(t, w.tries())
		after(time.Second)
		require.Equal(t, []string{"a"}, w.tries())
		after(35 * time.Second)
		mine, err = w.store.Lease(t.Context(), "three", time.Now(), time.Now().Add(time.Second))
		require.NoError(t, err)
		require.False(t, mine, "it is prolonged as long as there is work")
		stop()

		mine, err = w.store.Lease(t.Context(), "one", time.Now(), time.Now().Add(30*time.Second))
		require.NoError(t, err)
		require.True(t, mine, "it was given back")
		tries := len(w.tries())
		_, stop = w.start("one")
		defer stop()
		synctest.Wait()
		require.Len(t, w.tries(), tries+1)
	})
}

// TestLeaseLost: what is being done is cancelled, as another node may do it.
func TestLeaseLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.timeout = time.Hour
		cancelled := make(chan error, 1)
		w.do = func(ctx context.Context, _ string) (protocol.Value, error) {
			<-ctx.Done()
			cancelled <- ctx.Err()
			return "", ctx.Err()
		}
		w.ask(1, "a")
		_, stop := w.start("one")
		defer stop()
		synctest.Wait()
		w.store.SetReadOnly(true) // so that it can't be prolonged
		after(29 * time.Second)
		require.Empty(t, cancelled)
		after(time.Second)
		require.Len(t, cancelled, 1)
		require.ErrorIs(t, <-cancelled, context.Canceled)
		w.store.SetReadOnly(false)
		w.mu.Lock()
		w.do = nil
		w.mu.Unlock()
		after(time.Minute)
		require.Equal(t, []string{"a" + ok}, w.outcomes())
	})
}

// TestFullDisk after it was done: it isn't done again.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.do = func(context.Context, string) (protocol.Value, error) {
			w.store.SetReadOnly(true)
			return `{"status":200}`, nil
		}
		w.ask(1, "a")
		_, stop := w.start("node")
		defer stop()
		after(10 * time.Second)
		require.Equal(t, store.EffectWaiting, w.state("a"))
		w.store.SetReadOnly(false)
		after(time.Second)
		require.Equal(t, []string{"a" + ok}, w.outcomes())
		require.Len(t, w.tries(), 1)
	})
}

// TestDropped while it is done: the operator's word stands.
func TestDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.do = func(context.Context, string) (protocol.Value, error) {
			e, err := w.store.Effect(context.Background(), "a")
			require.NoError(t, err)
			gone, pending := effects.Dropped(e, time.Now())
			require.True(t, pending)
			set, err := w.store.SetEffect(context.Background(), gone, e.State)
			require.NoError(t, err)
			require.True(t, set)
			return `{"status":200}`, nil
		}
		w.ask(1, "a")
		_, stop := w.start("node")
		defer stop()
		synctest.Wait()
		require.Equal(t, []string{`a dropped {"error":"the operator dropped it","gave_up":true}`}, w.outcomes())
		require.Equal(t, store.EffectDropped, w.state("a"))
	})
}

// TestHeld: a restored backup does nothing until the operator lets it.
func TestHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.ask(1, "a")
		w.store = w.store.Restored("EPOCH2")
		worker, stop := w.start("node")
		defer stop()
		worker.Committed(w.ask(2, "b"))
		after(100 * time.Hour)
		require.Equal(t, []string{"b"}, w.tries())
		n, err := w.store.ReleaseEffects(t.Context(), time.Now())
		require.NoError(t, err)
		require.Equal(t, 1, n)
		worker.Wake()
		synctest.Wait()
		require.Equal(t, []string{"b" + ok, "a" + ok}, w.outcomes())
	})
}

func TestWrongResults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.do = func(_ context.Context, id string) (protocol.Value, error) {
			if id == "a" {
				return "not JSON", nil
			}
			panic("a fault")
		}
		w.ask(1, "a")
		w.ask(2, "b")
		_, stop := w.start("node")
		defer stop()
		synctest.Wait()
		for id, want := range map[string]string{"a": "its result isn't JSON", "b": "panic: a fault"} {
			e, err := w.store.Effect(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, want, e.Error)
			require.Equal(t, store.EffectWaiting, e.State)
		}
	})
}
