package main

import (
	"errors"
	"log/slog"
	"net"
	"syscall"
	"time"
)

// crowded is a listener that says when nobody new can connect because too many
// files are open. net/http tries again by itself.
type crowded struct {
	net.Listener
	log  *slog.Logger
	now  func() time.Time
	told time.Time
}

// Accept is called by one goroutine.
func (c *crowded) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if (errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)) && c.now().Sub(c.told) >= time.Minute {
		c.told = c.now()
		c.log.Error("too many open files: nobody new can connect until some are closed; raise the limit (LimitNOFILE= of systemd, ulimit -n)", "error", err)
	}
	return conn, err
}
