//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestWatchdogTiedToHealth: a server that isn't well, or that hangs, gives no sign of
// life, so that the service manager starts it again; and the log says why.
func TestWatchdogTiedToHealth(t *testing.T) {
	dir, err := os.MkdirTemp("", "mt") // a socket's path must be short
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	require.NoError(t, err)
	defer manager.Close()
	t.Setenv("NOTIFY_SOCKET", socket)
	t.Setenv("WATCHDOG_USEC", "900000")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	asked, ended := 0, make(chan struct{})
	var log bytes.Buffer
	go func() {
		defer close(ended)
		service{slog.New(slog.NewTextHandler(&log, nil))}.watch(ctx, func(ctx context.Context) error {
			switch asked++; asked {
			case 2:
				return errors.New("nothing is decided")
			case 3:
				<-ended // it hangs
				return nil
			case 5:
				cancel()
				return ctx.Err()
			}
			return nil
		})
	}()
	<-ended
	for _, state := range []string{"WATCHDOG=1", "WATCHDOG=1"} { // the first and the fourth
		b := make([]byte, 100)
		require.NoError(t, manager.SetReadDeadline(time.Now().Add(time.Minute)))
		n, err := manager.Read(b)
		require.NoError(t, err)
		require.Equal(t, state, string(b[:n]))
	}
	require.NoError(t, manager.SetReadDeadline(time.Now()))
	_, err = manager.Read(make([]byte, 100))
	require.Error(t, err, "no more of them")
	require.Contains(t, log.String(), "nothing is decided")
	require.Contains(t, log.String(), "hangs itself")
}
