package harden

import (
	"context"
	"errors"
	"fmt"
	"runtime/metrics"
	"sync"
	"time"

	"github.com/dlclark/regexp2/v2"
	"github.com/dop251/goja"
)

const (
	// heapAllowed is by how much the process's memory may grow in one call. What
	// one native function asks for in one step comes on top: a join of large
	// lists was seen at 342 MB.
	heapAllowed = 128 << 20
	// heapDoubling: what has grown so far and doubles at every look is stopped
	// earlier, as its next step is as large as all before.
	heapDoubling = 24 << 20
	// lookAfter: most calls end before anybody looks at the heap.
	lookAfter = 2 * time.Millisecond
	lookEvery = time.Millisecond
)

// A regular expression that goja's own engine can't do goes to another, which
// an interrupt doesn't reach. Its limit counts for what is compiled after.
func init() { regexp2.DefaultMatchTimeout = regexpTime }

const regexpTime = 50 * time.Millisecond

// ErrHeap: memory ran away.
var ErrHeap = errors.New("it took too much memory")

// Watcher stops a runtime when its time is up or memory runs away.
type Watcher struct {
	rt     *goja.Runtime
	cancel func() bool
	timer  *time.Timer
	done   chan struct{}

	mu    sync.Mutex
	ended bool
	cause error
}

// Watch begins; Stop must be called, in the runtime's goroutine.
func Watch(ctx context.Context, rt *goja.Runtime) *Watcher {
	w := &Watcher{rt: rt, done: make(chan struct{})}
	w.cancel = context.AfterFunc(ctx, func() { w.interrupt(context.Cause(ctx)) })
	w.timer = time.AfterFunc(lookAfter, w.look)
	return w
}

// look looks at the heap until the call ends.
func (w *Watcher) look() {
	before := heap()
	last, doubled := uint64(0), 0
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-w.done:
			return
		case <-tick.C:
			grown := uint64(0)
			if now := heap(); now > before {
				grown = now - before
			}
			if grown > last+last/2 {
				doubled++
			} else {
				doubled = 0
			}
			// Twice: once may be somebody else's buffer.
			if grown > heapAllowed || (grown > heapDoubling && doubled > 1 && last > heapDoubling/8) {
				w.interrupt(ErrHeap)
				return
			}
			last = grown
		}
	}
}

// heap is what the process has allocated, garbage too; Live is what the last
// collection left.
func heap() uint64 { return measured("/memory/classes/heap/objects:bytes") }
func Live() uint64 { return measured("/gc/heap/live:bytes") }

func measured(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func (w *Watcher) interrupt(cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended && w.cause == nil {
		w.cause = cause
		w.rt.Interrupt(cause)
	}
}

// Stop ends the watch. A cause means that the runtime was stopped: it must be
// thrown away.
func (w *Watcher) Stop() error {
	w.cancel()
	w.timer.Stop()
	close(w.done)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	return w.cause
}

// WithCause says why a call was stopped.
func WithCause(err, cause error) error {
	switch {
	case err == nil:
		return cause
	case errors.Is(err, cause):
		return err
	}
	return fmt.Errorf("%w (%w)", err, cause)
}

// Safely makes an error of a panic.
func Safely(f func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *goja.InterruptedError:
			err = p
		case *goja.StackOverflowError:
			err = p
		default:
			// A fault of an engine's is no reason for the server to end.
			err = fmt.Errorf("the JavaScript engine failed: %v", p)
		}
	}()
	return f()
}
