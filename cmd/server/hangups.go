package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// hangups are what is done at SIGHUP: one after another, as they were added.
type hangups struct {
	mu  sync.Mutex
	all []func()
}

func (h *hangups) add(do func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, do)
}

// listen has them done, in a goroutine, at every SIGHUP from now on until ctx ends;
// begins and ends are called before the first and after the last.
func (h *hangups) listen(ctx context.Context, begins, ends func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		defer signal.Stop(signals)
		for {
			select {
			case <-ctx.Done():
				return
			case <-signals:
				begins()
				h.do()
				ends()
			}
		}
	}()
}

func (h *hangups) do() {
	h.mu.Lock()
	all := h.all
	h.mu.Unlock()
	for _, do := range all {
		do()
	}
}
