package main

import (
	"log/slog"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type fullListener struct{ net.Listener }

func (fullListener) Accept() (net.Conn, error) {
	return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
}

func TestTooManyConnectionsAreTold(t *testing.T) {
	var out strings.Builder
	at := time.Unix(1e9, 0)
	l := &fileLimitListener{Listener: fullListener{}, log: slog.New(slog.NewTextHandler(&out, nil)), now: func() time.Time { return at }}
	for range 3 {
		_, err := l.Accept()
		require.ErrorIs(t, err, syscall.EMFILE, "net/http tries again")
	}
	require.Equal(t, 1, strings.Count(out.String(), "LimitNOFILE"), "once a minute")
	at = at.Add(time.Minute)
	_, _ = l.Accept()
	require.Equal(t, 2, strings.Count(out.String(), "LimitNOFILE"))
}
