package main

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestCertificateEnd: the metrics tell when what is served ends.
func TestCertificateEnd(t *testing.T) {
	c, err := parseConfig([]byte(goodConfig))
	require.NoError(t, err)
	c.dir = t.TempDir()
	require.Zero(t, c.certificateEnd(), "without TLS")
	c.TLS.Self = true
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, err = secure(c, slog.New(slog.DiscardHandler), l, func(func()) {})
	require.NoError(t, err)
	require.True(t, c.certificateEnd().After(time.Now()))
}

// A TLS handshake that never ends is ended by the server, whether nothing came
// of it or half.
func TestHandshakeWithoutEnd(t *testing.T) {
	t.Parallel()
	c, err := parseConfig([]byte(goodConfig))
	require.NoError(t, err)
	c.dir, c.TLS.Self = t.TempDir(), true
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	log := slog.New(slog.DiscardHandler)
	secured, err := secure(c, log, plain, func(func()) {})
	require.NoError(t, err)
	server := newHTTP(http.NotFoundHandler(), log)
	go func() { _ = server.Serve(secured) }()
	defer server.Close()
	var open []net.Conn
	for _, sent := range []string{"", "\x16\x03\x01\x00\xf8\x01\x00"} {
		conn, err := net.Dial("tcp", plain.Addr().String())
		require.NoError(t, err)
		defer conn.Close()
		_, err = io.WriteString(conn, sent)
		require.NoError(t, err)
		open = append(open, conn)
	}
	for _, conn := range open {
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(time.Minute)))
		_, err = io.ReadAll(conn)
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
	}
}
