package multisession

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Pins keeps snapshots that are being read page by page. A page is good for 2
// minutes and may be asked for again. Safe for concurrent use.
type Pins struct {
	now func() time.Time

	mu     sync.Mutex
	nonce  string // so that a page of an earlier process is never taken for ours
	last   int
	pinned map[int]*pinned
	// held counts in how many snapshots each order is, by its first byte; bytes
	// is what they take together.
	held  map[*byte]int
	bytes int
}

type pinned struct {
	*Snapshot
	limit int
	// good is until when each page may be asked for, by its first order: asking
	// for it gives two minutes to the one after it alone.
	good    map[int]time.Time
	expires time.Time // the last of them
}

const (
	pageLife = 2 * time.Minute
	// maxPinned is how many orders of snapshots may be held; an order that
	// doesn't change between two snapshots is held once, and counts in both.
	maxPinned = 2 << 20
	// maxPinnedBytes is what the orders of all snapshots may take; one snapshot
	// alone always may.
	maxPinnedBytes = 128 << 20
)

func newPins(now func() time.Time) *Pins {
	return &Pins{now: now, nonce: strconv.FormatInt(now().UnixNano(), 36), pinned: map[int]*pinned{}, held: map[*byte]int{}}
}

// SnapshotPage is one page of a snapshot; Next is empty on the last.
type SnapshotPage struct {
	Orders [][]byte
	Next   string
	*Snapshot
}

// First is a snapshot's first page. What doesn't fit is pinned. Where too much
// is, the caller is told to come back: what was promised is kept.
//
// Errors: overloaded.
func (p *Pins) First(s *Snapshot, limit int) (SnapshotPage, error) {
	if onPage(s.Orders, limit) == len(s.Orders) {
		return SnapshotPage{Orders: s.Orders, Snapshot: s}, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	held := p.expire()
	if held > 0 && (held+len(s.Orders) > maxPinned || p.bytes+p.more(s) > maxPinnedBytes) {
		return SnapshotPage{}, protocol.Errorf(protocol.Overloaded, "too many snapshots are being read; ask again").
			With(protocol.Pause{RetryAfterMS: 5000})
	}
	p.last++
	p.pinned[p.last] = &pinned{Snapshot: s, limit: limit, good: map[int]time.Time{}}
	for _, o := range s.Orders {
		if p.held[unsafe.SliceData(o)]++; p.held[unsafe.SliceData(o)] == 1 {
			p.bytes += len(o)
		}
	}
	return p.cut(p.last, 0), nil
}

// more is what a snapshot takes that no other one holds.
func (p *Pins) more(s *Snapshot) (bytes int) {
	for _, o := range s.Orders {
		if p.held[unsafe.SliceData(o)] == 0 {
			bytes += len(o)
		}
	}
	return bytes
}

// onPage is how many of the orders go onto a page: it takes a limited number of
// bytes too.
func onPage(orders [][]byte, limit int) int {
	bytes := 0
	for i, o := range orders {
		if i == limit || bytes >= store.PageBytes {
			return i
		}
		bytes += len(o)
	}
	return len(orders)
}

// Page is a page that an earlier one named.
//
// Errors: reset_required with cursor_expired.
func (p *Pins) Page(token string) (SnapshotPage, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expire()
	parts := strings.Split(token, ".")
	if len(parts) != 3 || parts[0] != p.nonce {
		return SnapshotPage{}, Reset(protocol.CursorExpired)
	}
	n, err1 := strconv.Atoi(parts[1])
	from, err2 := strconv.Atoi(parts[2])
	pin := p.pinned[n]
	if err1 != nil || err2 != nil || pin == nil || p.now().After(pin.good[from]) {
		return SnapshotPage{}, Reset(protocol.CursorExpired)
	}
	return p.cut(n, from), nil
}

func (p *Pins) cut(n, from int) SnapshotPage {
	pin := p.pinned[n]
	to := from + onPage(pin.Orders[from:], pin.limit)
	page := SnapshotPage{Orders: pin.Orders[from:to], Snapshot: pin.Snapshot}
	if to < len(pin.Orders) {
		pin.expires = p.now().Add(pageLife)
		pin.good[to] = pin.expires
		page.Next = fmt.Sprintf("%s.%d.%d", p.nonce, n, to)
	}
	return page
}

// expire forgets what nobody may ask for any more, and counts what is held.
func (p *Pins) expire() (orders int) {
	now := p.now()
	for n, pin := range p.pinned {
		if now.After(pin.expires) {
			delete(p.pinned, n)
			for _, o := range pin.Orders {
				if p.held[unsafe.SliceData(o)]--; p.held[unsafe.SliceData(o)] == 0 {
					delete(p.held, unsafe.SliceData(o))
					p.bytes -= len(o)
				}
			}
			continue
		}
		orders += len(pin.Orders)
	}
	return orders
}

// busy reports whether somebody may still ask for a page.
func (p *Pins) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expire()
	return len(p.pinned) > 0
}
