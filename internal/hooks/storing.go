package hooks

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/manytill/manytill/sdk/protocol"
)

// What an extension may store for a multi-session. How many keys is its
// manifest's.
const (
	MaxStoredKey   = 200 // characters
	MaxStoredValue = 64 << 10
	MaxStored      = 1 << 20 // keys and values together
)

// Stored is an extension's storage as one run of its hooks finds it.
type Stored struct {
	*Storage
	// MaxKeys is how many keys there may be.
	MaxKeys int
}

// Storing is what one run does with its extension's storage. What it leaves is
// taken if the run succeeds.
type Storing struct {
	record *RecordHead
	now    *Storage
	looked []string
}

// NewStoring begins a run over a record. One whose head has no Storage finds
// nothing, and what it sets is gone.
func NewStoring(record *RecordHead) *Storing {
	s := &Storing{record: record}
	if record.Storage != nil {
		s.now = record.Storage.Storage
	}
	return s
}

// Get is the value of a key, "" where there is none. One that is damaged is an
// error.
func (s *Storing) Get(key string) (protocol.Value, error) {
	if err := checkKey("storage", key); err != nil {
		return "", err
	}
	if !slices.Contains(s.looked, key) {
		s.looked = append(s.looked, key)
	}
	e := s.now.Get(key)
	if e.Damaged {
		return "", fmt.Errorf("storage: the value of %s is damaged in the server's database: only the operator can drop it (manytill extension storage), or a hook sets it anew", strconv.Quote(key))
	}
	return e.Value, nil
}

// Set stores a value, null deletes it; untilEnd: it goes when the record's order
// ends. An error says which limit it is over.
func (s *Storing) Set(key string, value protocol.Value, untilEnd bool) error {
	e := Entry{Key: key}
	if !value.IsNull() {
		if e.Value = value; untilEnd {
			e.Until = s.record.Order
		}
	}
	if s.record.Storage == nil {
		return checkStored(e)
	}
	next, err := s.record.Storage.with(s.now, e)
	if err == nil {
		s.now = next
	}
	return err
}

// LookedAt are the keys that the run has asked for.
func (s *Storing) LookedAt() []string {
	if s == nil {
		return nil
	}
	return s.looked
}

// Left are the entries that the run changed.
func (s *Storing) Left() []Entry {
	if s == nil || s.record.Storage == nil {
		return nil
	}
	return s.now.Since(s.record.Storage.Storage)
}

// Take is the storage with what a run over an order's record left; an error
// where it is over a limit. Whose order's end an entry goes with isn't the run's
// to choose.
func (s *Stored) Take(order protocol.OrderID, left []Entry) (*Storage, error) {
	now := s.Storage
	for _, e := range left {
		if e.Until != "" {
			e.Until = order
		}
		e.Damaged = false
		var err error
		if now, err = s.with(now, e); err != nil {
			return nil, err
		}
	}
	return now, nil
}

// with is a storage with one more entry, within the limits. What makes it
// smaller is never refused: limits may have been other ones.
func (s *Stored) with(now *Storage, e Entry) (*Storage, error) {
	if err := checkStored(e); err != nil {
		return nil, err
	}
	next := now.With(e)
	switch {
	case next.Keys() > s.MaxKeys && next.Keys() > now.Keys():
		return nil, fmt.Errorf("storage: it has %d keys and may have no more, so %s isn't stored: delete keys that nobody needs (set them to null), or say storage: {max_keys: …} in its manifest", now.Keys(), strconv.Quote(e.Key))
	case next.Bytes() > MaxStored && next.Bytes() > now.Bytes():
		return nil, fmt.Errorf("storage: with %s it would have %d bytes, keys and values together, and may have %d: delete keys that nobody needs (set them to null)", strconv.Quote(e.Key), next.Bytes(), MaxStored)
	}
	return next, nil
}

func checkStored(e Entry) error {
	if err := checkKey("storage", e.Key); err != nil {
		return err
	}
	if len(e.Value) > MaxStoredValue {
		return fmt.Errorf("storage: the value of %s has %d bytes as JSON, and may have %d", strconv.Quote(e.Key), len(e.Value), MaxStoredValue)
	}
	return nil
}

// checkKey is the rule of keys of a vendor's own: what says in errors whose.
func checkKey(what, key string) error {
	const rule = "a key is a text of 1 to 200 characters"
	switch n := utf8.RuneCountInString(key); {
	case !utf8.ValidString(key):
		return fmt.Errorf("%s: the key %s isn't Unicode text", what, strconv.QuoteToASCII(fmt.Sprintf("%.40s", key)))
	case n == 0:
		return fmt.Errorf("%s: %s", what, rule)
	case n > MaxStoredKey:
		return fmt.Errorf("%s: %s; %s… has %d", what, rule, strconv.Quote(string([]rune(key)[:40])), n)
	}
	return nil
}
