package main

import (
	"log/slog"
	"net"
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
	_, err = secure(t.Context(), c, slog.New(slog.DiscardHandler), l)
	require.NoError(t, err)
	require.True(t, c.certificateEnd().After(time.Now()))
}
