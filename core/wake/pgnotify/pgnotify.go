// Package pgnotify carries notes between nodes over PostgreSQL's LISTEN and NOTIFY.
//
// It has two connections: one listens; one sends, outside of any transaction with
// data, since NOTIFY takes a lock of the whole database cluster until its transaction
// is committed. What gathers while notes are sent goes with the next ones; there is no
// timer. A note waits in memory while the database is away, one for each key.
//
// It starts two goroutines, which end with Close.
package pgnotify

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/manytill/manytill/core/wake"
)

const (
	channel = "manytill"
	// most is how large a payload may be; PostgreSQL takes less than 8000 bytes.
	most = 7900
	// pulse is how often a node sends itself an empty note, quiet how long one may be
	// missing until the connection that listens is taken for dead.
	pulse = 2 * time.Second
	quiet = 6 * time.Second
	// again is how long a node waits until it connects again.
	again     = 500 * time.Millisecond
	sendTime  = 5 * time.Second
	lastWords = time.Second
)

// Carrier implements [wake.Carrier].
type Carrier struct {
	connect func(context.Context) (*pgx.Conn, error)
	node    string
	ear     wake.Ear
	out     *wake.Outbox
	health  *wake.Health
	stop    context.CancelFunc
	done    sync.WaitGroup
}

var _ wake.Carrier = (*Carrier)(nil)

// New is a carrier for a node, whose name no other has. It connects in the background.
func New(connect func(context.Context) (*pgx.Conn, error), node string, ear wake.Ear, log *slog.Logger) *Carrier {
	life, stop := context.WithCancel(context.Background())
	c := &Carrier{connect: connect, node: node, ear: ear, out: wake.NewOutbox(log), health: wake.NewHealth(log), stop: stop}
	c.done.Go(func() { c.keep(life, "listens", c.listen) })
	c.done.Go(func() { c.keep(life, "sends", c.send) })
	return c
}

// Tell implements [wake.Carrier].
func (c *Carrier) Tell(key string, note []byte) { c.out.Tell(key, note) }

// Trouble implements [wake.Carrier].
func (c *Carrier) Trouble() string { return c.health.Trouble() }

// Close implements [wake.Carrier].
func (c *Carrier) Close() error {
	c.stop()
	c.done.Wait()
	return nil
}

// keep runs what needs a connection, again and again until life ends.
func (c *Carrier) keep(life context.Context, part string, run func(context.Context, *pgx.Conn) error) {
	for life.Err() == nil {
		within, cancel := context.WithTimeout(life, sendTime)
		conn, err := c.connect(within)
		cancel()
		if err == nil {
			err = run(life, conn)
			closing, cancel := context.WithTimeout(context.WithoutCancel(life), lastWords)
			_ = conn.Close(closing)
			cancel()
		}
		if life.Err() != nil {
			return
		}
		c.health.Broke(part, "the database doesn't take the connection for notes, or broke it; check that it runs, and that it has connections free", err)
		select {
		case <-life.Done():
		case <-time.After(again):
		}
	}
}

func (c *Carrier) listen(life context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(life, "LISTEN "+channel); err != nil {
		return err
	}
	c.health.Works("listens")
	c.ear.Missed()
	for {
		within, cancel := context.WithTimeout(life, quiet)
		n, err := conn.WaitForNotification(within)
		cancel()
		if err != nil {
			return err
		}
		c.ear.Hear(c.node, []byte(n.Payload))
	}
}

// send sends what waits, and an empty note where nothing does.
func (c *Carrier) send(life context.Context, conn *pgx.Conn) error {
	beat := time.NewTicker(pulse)
	defer beat.Stop()
	if err := conn.Ping(life); err != nil {
		return err
	}
	c.health.Works("sends")
	for {
		empty := false
		select {
		case <-c.out.Woken():
		case <-beat.C:
			empty = true
		case <-life.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(life), lastWords)
			defer cancel()
			return c.flush(last, conn, false)
		}
		within, cancel := context.WithTimeout(context.WithoutCancel(life), sendTime)
		ending := context.AfterFunc(life, func() { time.AfterFunc(lastWords, cancel) })
		err := c.flush(within, conn, empty)
		ending()
		cancel()
		if err != nil {
			return err
		}
	}
}

// flush sends all that waits in one round trip. What can't be sent waits on, unless
// there is a newer note of its key.
func (c *Carrier) flush(ctx context.Context, conn *pgx.Conn, empty bool) error {
	load := c.out.Take()
	payloads := load.Payloads(c.node, most)
	if empty && len(payloads) == 0 {
		payloads = [][]byte{[]byte(c.node)}
	}
	if len(payloads) == 0 {
		return nil
	}
	batch := &pgx.Batch{}
	for _, payload := range payloads {
		batch.Queue("SELECT pg_notify($1, $2)", channel, string(payload))
	}
	err := conn.SendBatch(ctx, batch).Close()
	if err != nil {
		c.out.Return(load)
		c.out.Wake()
	}
	return err
}
