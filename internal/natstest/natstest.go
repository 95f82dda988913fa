// Package natstest gives tests a NATS server, in the test's process.
package natstest

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"
)

// Server is a NATS server on a free port of 127.0.0.1.
type Server struct {
	URL string // without credentials

	t       testing.TB
	options server.Options
	running *server.Server
}

// Start starts a server for a test. change, if there is one, sets more options.
func Start(t testing.TB, change ...func(*server.Options)) *Server {
	t.Helper()
	s := &Server{t: t, options: server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true, MaxControlLine: 4096}}
	for _, c := range change {
		c(&s.options)
	}
	s.Start()
	t.Cleanup(s.Stop)
	return s
}

// Start starts it again after [Server.Stop], on the same port. It returns when the
// server takes connections.
func (s *Server) Start() {
	s.t.Helper()
	options := s.options.Clone()
	running, err := server.NewServer(options)
	require.NoError(s.t, err)
	go running.Start()
	require.True(s.t, running.ReadyForConnections(20*time.Second), "NATS doesn't start")
	s.running, s.URL, s.options.Port = running, running.ClientURL(), options.Port
}

// Stop ends the server, with its connections, and waits until it has.
func (s *Server) Stop() {
	if s.running != nil {
		s.running.Shutdown()
		s.running.WaitForShutdown()
		s.running = nil
	}
}
