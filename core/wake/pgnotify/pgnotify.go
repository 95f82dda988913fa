// Package pgnotify carries notes between nodes over PostgreSQL's LISTEN and NOTIFY.
//
// It has two connections: one listens; one sends, outside of any transaction with
// data, since NOTIFY takes a lock of the whole database cluster until its transaction
// is committed. What gathers while notes are sent goes with the next ones; there is no
// timer. A note waits in memory while the database is away, one for each key.
//
// It starts two goroutines, which end with Close. Its lock guards the notes that wait,
// and nothing is called while it is held.
package pgnotify

import (
	"context"
	"log/slog"
	"strings"
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
	log     *slog.Logger
	stop    context.CancelFunc
	done    sync.WaitGroup

	mu      sync.Mutex
	waiting map[string][]byte
	order   []string // the keys, by when they came first
	woken   chan struct{}
}

var _ wake.Carrier = (*Carrier)(nil)

// New is a carrier for a node, whose name no other has. It connects in the background.
func New(connect func(context.Context) (*pgx.Conn, error), node string, ear wake.Ear, log *slog.Logger) *Carrier {
	life, stop := context.WithCancel(context.Background())
	c := &Carrier{connect: connect, node: node, ear: ear, log: log, stop: stop, waiting: map[string][]byte{}, woken: make(chan struct{}, 1)}
	c.done.Go(func() { c.keep(life, "listens", c.listen) })
	c.done.Go(func() { c.keep(life, "sends", c.send) })
	return c
}

// Tell implements [wake.Carrier].
func (c *Carrier) Tell(key string, note []byte) {
	if len(note) > wake.MostNote {
		c.log.Warn("a note for other nodes is too large, and isn't sent", "key", key, "bytes", len(note))
		return
	}
	c.mu.Lock()
	if _, waits := c.waiting[key]; !waits {
		c.order = append(c.order, key)
	}
	c.waiting[key] = note
	c.mu.Unlock()
	select {
	case c.woken <- struct{}{}:
	default:
	}
}

// Close implements [wake.Carrier].
func (c *Carrier) Close() error {
	c.stop()
	c.done.Wait()
	return nil
}

// keep runs what needs a connection, again and again until life ends.
func (c *Carrier) keep(life context.Context, what string, run func(context.Context, *pgx.Conn) error) {
	told := false
	for life.Err() == nil {
		within, cancel := context.WithTimeout(life, sendTime)
		conn, err := c.connect(within)
		cancel()
		if err == nil {
			told = false
			err = run(life, conn)
			closing, cancel := context.WithTimeout(context.WithoutCancel(life), lastWords)
			_ = conn.Close(closing)
			cancel()
		}
		if life.Err() != nil {
			return
		}
		if !told {
			told = true
			c.log.Warn("the connection to other nodes broke, and is made again; meanwhile their tills hear of each other within two seconds", "one_that", what, "error", err)
		}
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
	c.ear.Missed()
	for {
		within, cancel := context.WithTimeout(life, quiet)
		n, err := conn.WaitForNotification(within)
		cancel()
		if err != nil {
			return err
		}
		from, notes, _ := strings.Cut(n.Payload, "\n")
		if from == c.node || notes == "" {
			continue
		}
		for note := range strings.SplitSeq(notes, "\n") {
			c.ear.Heard([]byte(note))
		}
	}
}

// send sends what waits, and an empty note where nothing does.
func (c *Carrier) send(life context.Context, conn *pgx.Conn) error {
	beat := time.NewTicker(pulse)
	defer beat.Stop()
	for {
		empty := false
		select {
		case <-c.woken:
		case <-beat.C:
			empty = true
		case <-life.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(life), lastWords)
			defer cancel()
			return c.flush(last, conn, false)
		}
		within, cancel := context.WithTimeout(life, sendTime)
		err := c.flush(within, conn, empty)
		cancel()
		if err != nil {
			return err
		}
	}
}

// flush sends all that waits in one round trip. What can't be sent waits on, unless
// there is a newer note of its key.
func (c *Carrier) flush(ctx context.Context, conn *pgx.Conn, empty bool) error {
	keys, notes := c.take()
	batch, payload := &pgx.Batch{}, c.node
	queue := func() { batch.Queue("SELECT pg_notify($1, $2)", channel, payload) }
	for _, note := range notes {
		if len(payload)+1+len(note) > most {
			queue()
			payload = c.node
		}
		payload += "\n" + string(note)
	}
	if payload != c.node || empty {
		queue()
	}
	if batch.Len() == 0 {
		return nil
	}
	err := conn.SendBatch(ctx, batch).Close()
	if err != nil {
		c.mu.Lock()
		for i, key := range keys {
			if _, newer := c.waiting[key]; !newer {
				c.order, c.waiting[key] = append(c.order, key), notes[i]
			}
		}
		c.mu.Unlock()
		select {
		case c.woken <- struct{}{}:
		default:
		}
	}
	return err
}

func (c *Carrier) take() (keys []string, notes [][]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range c.order {
		notes = append(notes, c.waiting[key])
	}
	keys, c.order = c.order, nil
	clear(c.waiting)
	return keys, notes
}
