package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// service is the service manager that started this process, such as systemd for a unit
// with Type=notify (sd_notify(3)). Without one, nothing is said.
type service struct{ log *slog.Logger }

// say tells it something, like READY=1.
func (s service) say(states ...string) {
	for _, state := range states {
		if _, err := daemon.SdNotify(false, state); err != nil {
			s.log.Error("the service manager can't be told how the server is; it may take it for one that doesn't start (is NOTIFY_SOCKET right?)", "state", state, "error", err)
		}
	}
}

func (s service) ready(url string) { s.say(daemon.SdNotifyReady, "STATUS=serving at "+url) }
func (s service) stopping()        { s.say(daemon.SdNotifyStopping, "STATUS=stopping") }
func (s service) reloading() {
	s.say(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec())
}

// reloaded ends what reloading began.
func (s service) reloaded() { s.say(daemon.SdNotifyReady) }

// watch gives it the signs of life that it wants, if any, while alive returns nil. When
// they stay out it ends this process and starts another.
func (s service) watch(ctx context.Context, alive func(context.Context) error) {
	limit, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		s.log.Error("there will be no signs of life for the service manager: WATCHDOG_USEC and WATCHDOG_PID can't be read", "error", err)
	}
	if limit <= 0 {
		return
	}
	each := limit / 3
	tick := time.NewTicker(each)
	defer tick.Stop()
	for {
		if err := within(ctx, each, alive); err == nil {
			s.say(daemon.SdNotifyWatchdog)
		} else if ctx.Err() == nil {
			s.log.Error("the server isn't well, so the service manager gets no sign of life and will start it again", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// within also returns when alive hangs.
func within(ctx context.Context, limit time.Duration, alive func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	answer := make(chan error, 1)
	go func() { answer <- alive(ctx) }()
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return fmt.Errorf("what is asked whether all is well hangs itself: %w", ctx.Err())
	}
}
