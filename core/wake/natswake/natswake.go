// Package natswake carries notes between nodes over NATS (its core: at most once,
// nothing is stored).
//
// A subject belongs to one database, so that several shops' nodes may use one NATS
// (see [Subject]). What gathers while notes are sent goes with the next ones; there is
// no timer. A note waits in memory while NATS is away, one for each key. The library
// keeps the connection: it tries all servers again and again, also those that it hears
// of from NATS.
//
// One goroutine sends, and ends with Close. The library calls what is heard in a
// goroutine, and what it has to say of the connection in another one.
package natswake

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/manytill/manytill/core/wake"
)

const (
	// most is how large a message may be; NATS takes 1 MiB unless it is told otherwise.
	most = 64 << 10
	// pulse is how often NATS is asked whether it is there; after two silent ones the
	// connection is taken for dead.
	pulse = 2 * time.Second
	// again is how long a node waits until it connects, or sends, again.
	again       = 500 * time.Millisecond
	connectTime = 2 * time.Second
	sendTime    = 5 * time.Second
	lastWords   = time.Second
)

// Config is what a carrier works with.
type Config struct {
	// Servers are URLs like nats://HOST:4222 or tls://HOST:4222, separated by commas.
	// They have no secret in them: errors may show them.
	Servers string
	// Credentials is the text of a secret; "" is none. See [CheckCredentials].
	Credentials string
	// TLS is for the connection, beside what the URL asks for; nil is none.
	TLS *tls.Config
	// Subject is where the nodes of one database speak, see [Subject].
	Subject string
	// Node is this node's name; no other has it.
	Node string
	Ear  wake.Ear
	Log  *slog.Logger
}

// Subject is that of a database, by its identity. Another epoch of it, such as a restored
// copy, has another one. A user of NATS needs the rights to publish and subscribe to
// "manytill.>".
func Subject(server, epoch string) string { return "manytill." + server + "." + epoch }

// Carrier implements [wake.Carrier].
type Carrier struct {
	config Config
	conn   *nats.Conn
	out    *wake.Outbox
	health *wake.Health
	ready  chan struct{} // closed when it is subscribed
	stop   context.CancelFunc
	done   sync.WaitGroup
}

var _ wake.Carrier = (*Carrier)(nil)

// The parts that may not work.
const (
	connection = "connection"
	rights     = "rights"
)

// New is a carrier. It tries to connect once before it returns; if that fails, it goes
// on trying in the background. An error is of the configuration.
func New(c Config) (*Carrier, error) {
	secret, err := credentials(c.Credentials)
	if err != nil {
		return nil, err
	}
	life, stop := context.WithCancel(context.Background())
	n := &Carrier{config: c, out: wake.NewOutbox(c.Log), health: wake.NewHealth(c.Log), ready: make(chan struct{}), stop: stop}
	options := []nats.Option{
		nats.Name("manytill " + c.Node), nats.NoEcho(), nats.Timeout(connectTime), nats.FlusherTimeout(pulse),
		nats.PingInterval(pulse), nats.MaxPingsOutstanding(2),
		nats.RetryOnFailedConnect(true), nats.IgnoreAuthErrorAbort(), nats.MaxReconnects(-1), nats.ReconnectWait(again), nats.ReconnectBufSize(-1),
		nats.ConnectHandler(n.connected), nats.ReconnectHandler(n.connected),
		nats.DisconnectErrHandler(n.broke), nats.ReconnectErrHandler(n.broke), nats.ErrorHandler(n.trouble),
	}
	if secret != nil {
		options = append(options, secret)
	}
	if c.TLS != nil {
		options = append(options, nats.Secure(c.TLS))
	}
	if n.conn, err = nats.Connect(c.Servers, options...); err == nil {
		_, err = n.conn.Subscribe(c.Subject, func(m *nats.Msg) { c.Ear.Hear(c.Node, m.Data) })
	}
	close(n.ready)
	if err != nil {
		stop()
		return nil, fmt.Errorf("NATS at %s: %w", c.Servers, err)
	}
	n.done.Go(func() { n.send(life) })
	return n, nil
}

// Tell implements [wake.Carrier].
func (n *Carrier) Tell(key string, note []byte) { n.out.Tell(key, note) }

// Trouble implements [wake.Carrier].
func (n *Carrier) Trouble() string { return n.health.Trouble() }

// Close implements [wake.Carrier].
func (n *Carrier) Close() error {
	n.stop()
	n.done.Wait()
	n.conn.Close()
	return nil
}

// connected: NATS is there, at first or again. What others told meanwhile was missed.
func (n *Carrier) connected(conn *nats.Conn) {
	<-n.ready
	n.health.Works(rights) // until it says otherwise
	if err := conn.FlushTimeout(sendTime); err != nil {
		return // it broke again, which is told as that
	}
	n.health.Works(connection)
	n.config.Ear.Missed()
	n.out.Wake()
}

func (n *Carrier) broke(conn *nats.Conn, err error) {
	if !conn.IsClosed() {
		n.health.Broke(connection, explain(err), err)
	}
}

// trouble is what NATS says beside: a right is missing, or notes were dropped since this
// process read them too slowly.
func (n *Carrier) trouble(_ *nats.Conn, _ *nats.Subscription, err error) {
	switch part, why := ofError(err); part {
	case "":
		n.config.Ear.Missed()
	default:
		n.health.Broke(part, why, err)
	}
}

// send sends what waits, until life ends.
func (n *Carrier) send(life context.Context) {
	for {
		select {
		case <-n.out.Woken():
		case <-life.Done():
			_ = n.flush(lastWords)
			return
		}
		if n.flush(sendTime) == nil {
			continue
		}
		select {
		case <-time.After(again):
			n.out.Wake()
		case <-life.Done():
		}
	}
}

// flush sends all that waits, and returns when NATS has it. What can't be sent waits on,
// unless there is a newer note of its key.
func (n *Carrier) flush(within time.Duration) (err error) {
	load := n.out.Take()
	payloads := load.Payloads(n.config.Node, most)
	for _, payload := range payloads {
		if err == nil {
			err = n.conn.Publish(n.config.Subject, payload)
		}
	}
	if err == nil && len(payloads) > 0 {
		err = n.conn.FlushTimeout(within)
	}
	if err != nil {
		n.out.Return(load)
	}
	return err
}
