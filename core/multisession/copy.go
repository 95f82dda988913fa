package multisession

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// A copy is a multi-session whose home is a shop's server (docs/decisions/0028). Nothing
// is decided here but which tills of this server are open: the home's changes come in
// pieces, and pushes are handed to the home. Its id is that of the relay, a colon, and
// the id at home.

// CopyID names the copy of a relay's multi-session; "" if that is too long.
func CopyID(relay protocol.RelayID, at protocol.MultiSessionID) protocol.MultiSessionID {
	id := protocol.MultiSessionID(relay) + ":" + at
	if !protocol.ValidID(id) {
		return ""
	}
	return id
}

// HomeOf takes the id of a copy apart; false for a multi-session of this server's own.
func HomeOf(ms protocol.MultiSessionID) (relay protocol.RelayID, at protocol.MultiSessionID, copied bool) {
	before, after, copied := strings.Cut(string(ms), ":")
	return protocol.RelayID(before), protocol.MultiSessionID(after), copied
}

// Homes hands what is asked of copies to their homes. Its methods don't block.
type Homes interface {
	// Push has the home decide a push. done is called once, when the copy has all changes
	// up to the push's.
	Push(ms protocol.MultiSessionID, push *Push, done func(*Reply))
}

// noHomes is a server without relays.
type noHomes struct{}

func (noHomes) Push(ms protocol.MultiSessionID, _ *Push, done func(*Reply)) {
	done(&Reply{Err: HomeAway(ms)})
}

// ErrHomeAway is the cause of an error that passes when the home is linked again.
var ErrHomeAway = errors.New("the shop's server isn't linked")

// HomeAway is the error of a push while there is no link to its home.
func HomeAway(ms protocol.MultiSessionID) error {
	return protocol.Errorf(protocol.Overloaded, "the line to the shop that numbers the orders of %s is down; what you have is safe, push again", ms).
		With(protocol.Pause{RetryAfterMS: 2000}).Because(ErrHomeAway)
}

func atHome() error {
	return protocol.Errorf(protocol.Conflict, "this multi-session is a copy of a shop's; do that at the shop's server")
}

// Piece is what a copy takes of its home.
type Piece struct {
	// After is the copy's head. With Anew, everything is dropped first, and After becomes
	// its head.
	After      protocol.Seq
	Anew       bool
	Changes    []store.Change
	Orders     []store.OrderRows
	Run        store.RunRow
	Rejections []store.Rejection // of this multi-session
	Progress   protocol.RelayProgress
}

// Standing asks how far a copy is.
type Standing struct{}

func (*Piece) request()    {}
func (*Standing) request() {}

const spaceCopy, keyProgress = "copy", "progress"

// copied is what an engine knows of its home; nil where it is home itself.
type copied struct{ protocol.RelayProgress }

// whole reports whether the orders are as the log says.
func (c *copied) whole() bool { return c.Listed == nil && c.Since == nil }

// epoch names the copy's numbering: another one of the home is another one of the copy.
func (c *copied) epoch(own string) string { return own + " " + c.Epoch }

func (s *Session) isCopy() bool {
	_, _, copied := HomeOf(s.ID)
	return copied
}

var errReplaced = protocol.Errorf(protocol.Overloaded, "the shop's orders are copied anew; come back").With(protocol.Pause{RetryAfterMS: 500})

// unfinished is the error of a snapshot while orders are being copied.
func unfinished() error {
	return protocol.Errorf(protocol.Overloaded, "the shop's orders are being copied; try again").With(protocol.Pause{RetryAfterMS: 1000})
}

// ahead is the error of a cursor beyond the head: a copy that is made anew isn't there yet.
func (s *Session) ahead() error {
	if s.partial.Load() {
		return unfinished()
	}
	return Reset(protocol.CursorAhead)
}

// ofHome readies a session whose engine was just loaded for the home that it is a copy of.
// Another numbering than before ends the session: its readers come back to another one.
func (s *Session) ofHome(snapshot *store.Snapshot) error {
	c := s.engine.copied
	if c == nil {
		return nil
	}
	cursors := NewCursors(store.Identity{ServerID: s.identity.ServerID, Epoch: c.epoch(s.identity.Epoch)}, s.ID)
	if s.Feed != nil && (cursors != s.cursors || snapshot.Head < s.Feed.Head().Seq) {
		s.replaced.Store(true)
		return errReplaced
	}
	s.cursors = cursors
	s.partial.Store(!c.whole())
	return nil
}

// Replaced reports whether the session is over, since the copy is another one now: whoever
// waits for its feed waits in vain.
func (s *Session) Replaced() bool { return s.replaced.Load() }

// Partial reports whether a copy's orders are being copied.
func (s *Session) Partial() bool { return s.partial.Load() }

// standing is how far the copy is.
func (d *decider) standing(reply *Reply) {
	reply.Head = d.head
	if d.engine.copied != nil {
		progress := d.engine.copied.RelayProgress
		reply.Progress = &progress
	}
}

// pushHome checks what can be checked here, and binds the client; the home decides.
func (d *decider) pushHome(p *Push, reply *Reply) {
	if !d.till(p.POS.ID).Open {
		reply.Err = TillClosed()
		return
	}
	client, known := d.client(p.Client)
	if known {
		reply.Err = d.mismatch(client, p.POS.ID)
	} else if reply.Err = d.oneMore(p.POS.ID); reply.Err == nil {
		d.setClient(d.bind(p)) // the batch may have another push of it
	}
}

// take stores a piece, and publishes it; locked as in attempt.
func (s *Session) take(ctx context.Context, p *Piece, locked bool) (Reply, error) {
	switch {
	case s.engine.copied == nil:
		return Reply{}, atHome()
	case !p.Anew && p.After != s.engine.head:
		return Reply{}, protocol.Errorf(protocol.Conflict, "the piece follows change %d, but the copy is at %d", p.After, s.engine.head)
	}
	b := &store.Batch{
		MultiSession: s.ID, Expect: p.After, Turn: s.engine.turn, At: s.now(), Changes: p.Changes, Orders: p.Orders, Rejections: p.Rejections,
		Copied: true, Anew: p.Anew, Locked: locked,
	}
	progress, err := json.Marshal(p.Progress)
	if err != nil {
		return Reply{}, err
	}
	if was, _ := json.Marshal(s.engine.copied.RelayProgress); p.Anew || string(was) != string(progress) {
		b.Values = []store.KeyValue{{Space: spaceCopy, Key: keyProgress, Value: progress}}
	}
	if p.Anew || p.Run != (store.RunRow{Run: s.engine.run, Open: s.engine.runOpen}) {
		b.Run = &p.Run
	}
	entries, clients, err := s.entriesOf(ctx, p, b)
	if err != nil {
		return Reply{}, err
	}
	if err := s.ledger.Commit(ctx, b); err != nil {
		s.engine = nil // what is stored is looked up before the next piece
		return Reply{}, err
	}
	s.stored(b, b.At)
	if p.Anew {
		s.replaced.Store(true)
		return Reply{Head: p.After + protocol.Seq(len(p.Changes))}, nil
	}
	if err := s.engine.absorb(ctx, s.ledger, p, b, clients); err != nil {
		s.engine = nil
		return Reply{}, err
	}
	s.turn.Store(s.engine.turn)
	s.partial.Store(!s.engine.copied.whole())
	var state *State
	if b.Run != nil {
		now := s.engine.State()
		state = &now
	}
	s.Feed.publish(entries, clients, state)
	return Reply{Head: s.engine.head}, nil
}

// entriesOf are a piece's changes for the feed. Those of this server's tills give their
// clients' outcomes, as far as they made changes.
func (s *Session) entriesOf(ctx context.Context, p *Piece, b *store.Batch) (entries []Entry, clients []store.Client, err error) {
	last := map[protocol.ClientID]*store.Client{}
	for _, c := range p.Changes {
		if !order.Valid(c.Body) {
			return nil, nil, fmt.Errorf("change %d of the shop is no JSON", c.Seq)
		}
		entry := entryOf(c)
		entries = append(entries, entry)
		if entry.Client == "" {
			continue
		}
		client, known := last[entry.Client]
		if !known {
			if client, err = s.ownClient(ctx, entry.Client); err != nil {
				return nil, nil, err
			}
			last[entry.Client] = client
		}
		if client == nil || entry.ID <= client.LastID {
			continue
		}
		client.LastID = entry.ID
		result := protocol.Result{ID: entry.ID, Status: protocol.Applied, Seq: c.Seq}
		b.Outcomes = append(b.Outcomes, store.Outcome{Client: entry.Client, ID: entry.ID, Result: resultOf(&result).JSON})
	}
	for _, client := range last {
		if client != nil {
			clients = append(clients, *client)
		}
	}
	return entries, clients, nil
}

// ownClient is a client of this server's tills; nil for one of the shop's.
func (s *Session) ownClient(ctx context.Context, id protocol.ClientID) (*store.Client, error) {
	if c, known := s.engine.clients[id]; known {
		return &c, nil
	}
	if s.foreign[id] {
		return nil, nil
	}
	c, err := s.ledger.Client(ctx, id)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return nil, err
	case err == nil && c.MultiSession == s.ID:
		return &c, nil
	}
	if s.foreign == nil || len(s.foreign) >= strangeClients {
		s.foreign = map[protocol.ClientID]bool{}
	}
	s.foreign[id] = true
	return nil, nil
}

// entryOf is a stored change as the feed keeps it.
func entryOf(c store.Change) Entry {
	return Entry{
		Position: Position{Seq: c.Seq, Tag: TagOf(c.Body)}, Body: c.Body,
		Client: protocol.ClientID(gjson.GetBytes(c.Body, "client_id").String()), ID: protocol.MutationID(gjson.GetBytes(c.Body, "id").Int()),
	}
}

// absorb makes a piece fact, once it is on disk. It reads the open orders that it touched:
// a piece has of their lines only those that changed.
func (e *Engine) absorb(ctx context.Context, ledger store.Ledger, p *Piece, b *store.Batch, clients []store.Client) error {
	var open []protocol.OrderID
	for i := range p.Orders {
		o := &p.Orders[i]
		delete(e.orders, o.ID)
		delete(e.encoded, o.ID)
		if o.State == protocol.Open {
			open = append(open, o.ID)
		}
	}
	for len(open) > 0 {
		rows, read, err := ledger.Orders(ctx, e.id, open)
		if err != nil {
			return err
		}
		for i := range rows {
			o := readOrder(&rows[i])
			e.orders[o.ID] = o
		}
		open = open[read:]
	}
	e.head += protocol.Seq(len(p.Changes))
	e.listed = nil
	e.run, e.runOpen = p.Run.Run, p.Run.Open
	e.copied.RelayProgress = p.Progress
	if e.turn > 0 {
		e.turn++
	}
	for _, c := range clients {
		e.clients[c.ID] = c
	}
	return nil
}
