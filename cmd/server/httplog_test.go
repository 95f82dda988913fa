package main

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFailedHandshakesAreSeenAndDontFloodTheLog(t *testing.T) {
	var out bytes.Buffer
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	log := newHTTPLog(slog.New(slog.NewTextHandler(&out, nil)), func() time.Time { return now })
	distrust := func() {
		log.Printf("http: TLS handshake error from 10.0.0.7:5123: remote error: tls: unknown certificate")
	}
	distrust()
	require.Contains(t, out.String(), `level=INFO msg="a TLS handshake failed" from=10.0.0.7:5123 error="remote error: tls: unknown certificate" advice="that device doesn't trust`)
	out.Reset()
	for range 100 {
		distrust()
	}
	log.Printf("http: TLS handshake error from 10.0.0.8:5123: EOF")
	log.Printf("http: superfluous response.WriteHeader call")
	require.Empty(t, out.String())
	log.Printf("http: TLS handshake error from [fe80::1]:80: client sent an HTTP request to an HTTPS server")
	require.Contains(t, out.String(), `advice="open the address with https://"`)
	log.Printf("http: TLS handshake error from 10.0.0.9:1: local error: tls: bad record MAC")
	require.Contains(t, out.String(), `bad record MAC" advice="that device doesn't trust`)
	out.Reset()
	now = now.Add(quietFor)
	distrust()
	require.Contains(t, out.String(), "more_since=100")
	for i := range 10 * mostReasons {
		log.Printf("http: TLS handshake error from 10.0.0.9:1: reason %d", i)
	}
}
