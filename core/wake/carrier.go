package wake

import (
	"bytes"
	"log/slog"
	"sync"
)

// Carrier carries short notes between the nodes of one database. A note may be lost: it
// only says sooner what a node finds out by itself.
type Carrier interface {
	// Tell hands a note to the other nodes, soon. It doesn't wait. Of notes with one key
	// that are still to be sent, the last is. A note is one line of at most [MostNote]
	// bytes; one that is larger is logged and not sent.
	Tell(key string, note []byte)
	// Trouble says in words why notes aren't carried now, and what to do; "" if they are.
	Trouble() string
	// Close sends what is still to be sent, for a moment, and ends.
	Close() error
}

// MostNote is how large a note may be, in bytes.
const MostNote = 4096

// Ear is who hears the notes of other nodes. Its funcs must return soon.
type Ear struct {
	// Heard is called for each note, by one goroutine.
	Heard func(note []byte)
	// Missed is called when notes may have been lost: first when the carrier is ready.
	Missed func()
}

// Outbox has what a carrier is still to send: one note for each key. Safe for
// concurrent use; its lock is held for no call of others.
type Outbox struct {
	log   *slog.Logger
	woken chan struct{}

	mu      sync.Mutex
	waiting map[string][]byte
	order   []string // the keys, by when they came first
}

// NewOutbox is an empty one.
func NewOutbox(log *slog.Logger) *Outbox {
	return &Outbox{log: log, woken: make(chan struct{}, 1), waiting: map[string][]byte{}}
}

// Tell is [Carrier.Tell]: it adds a note, in the place of an older one of its key.
func (o *Outbox) Tell(key string, note []byte) {
	if len(note) > MostNote {
		o.log.Warn("a note for other nodes is too large, and isn't sent", "key", key, "bytes", len(note))
		return
	}
	o.mu.Lock()
	if _, waits := o.waiting[key]; !waits {
		o.order = append(o.order, key)
	}
	o.waiting[key] = note
	o.mu.Unlock()
	o.Wake()
}

// Woken yields when there may be something to send.
func (o *Outbox) Woken() <-chan struct{} { return o.woken }

// Wake has Woken yield.
func (o *Outbox) Wake() {
	select {
	case o.woken <- struct{}{}:
	default:
	}
}

// Load is what one sending takes.
type Load struct {
	keys  []string
	notes [][]byte
}

// Take takes all that waits.
func (o *Outbox) Take() (l Load) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, key := range o.order {
		l.notes = append(l.notes, o.waiting[key])
	}
	l.keys, o.order = o.order, nil
	clear(o.waiting)
	return l
}

// Return puts back what couldn't be sent, unless there is a newer note of its key.
func (o *Outbox) Return(l Load) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, key := range l.keys {
		if _, newer := o.waiting[key]; !newer {
			o.order, o.waiting[key] = append(o.order, key), l.notes[i]
		}
	}
}

// Payloads are the notes as few messages of a node, of at most so many bytes each: the
// node's name in the first line, a note in each line behind it.
func (l Load) Payloads(node string, most int) (all [][]byte) {
	var payload []byte
	for _, note := range l.notes {
		if payload != nil && len(payload)+1+len(note) > most {
			all, payload = append(all, payload), nil
		}
		if payload == nil {
			payload = []byte(node)
		}
		payload = append(append(payload, '\n'), note...)
	}
	if payload != nil {
		all = append(all, payload)
	}
	return all
}

// Hear reads a message that another node sent, and ignores this node's own.
func (e Ear) Hear(node string, payload []byte) {
	from, notes, _ := bytes.Cut(payload, []byte{'\n'})
	if string(from) == node || len(notes) == 0 {
		return
	}
	for note := range bytes.SplitSeq(notes, []byte{'\n'}) {
		e.Heard(note)
	}
}
