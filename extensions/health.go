package extensions

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

// An extension is suspended when it failed failuresAllowed times within
// failureWindow, on ordersForSuspension orders or more: not called for
// firstPause, then twice that, and so on. Where one order alone makes it fail
// so often, only that order is left out, for the same times: one order never
// switches an extension off for the shop.
const (
	failuresAllowed     = 5
	ordersForSuspension = 3
	failureWindow       = time.Minute
	firstPause          = 30 * time.Second
	longestPause        = 30 * time.Minute
	// An order that holds or ends the extension's process costs all others their
	// hooks: it is left out earlier, and for so long that the process doesn't
	// end too often to be started again.
	costlyAllowed = 2
	costlyPause   = 2 * time.Minute
)

// What is kept for the operator, and how often the same failure is logged.
const (
	errorsKept = 20
	notesKept  = 50
	ordersKept = 1000
	tellEvery  = time.Minute
)

// failuresSuspended is under which name failures are counted of records that
// were not handed over, because the extension or the order is suspended.
const failuresSuspended = "suspended"

// health is how an extension does. Safe for concurrent use.
type health struct {
	patient bool // it is never suspended

	mu       sync.Mutex
	calls    uint64
	took     time.Duration
	dropped  uint64 // values that were not taken
	untold   uint64 // those of them that no note is about
	notes    []notes.Note
	noted    map[string]bool
	byHook   map[string]uint64 // failures
	failures []failure         // of the last failureWindow
	errors   []told            // by their first time
	pause    pause
	orders   map[protocol.OrderID]*patience
	ill      bool      // the last call failed
	unasked  time.Time // when it was last logged that the extension could not be asked
}

// failure is when a hook failed, and on what.
type failure struct {
	at    time.Time
	order protocol.OrderID
}

// told is one kind of error that the operator sees. A cause is the first of
// an illness: others don't push it out.
type told struct {
	protocol.ExtensionError
	last   time.Time
	logged time.Time
	cause  bool
}

// pause is until when nothing is called, and how long it was.
type pause struct {
	length time.Duration
	until  time.Time
}

func (p *pause) begin(now time.Time, first time.Duration) {
	p.length = min(max(first, 2*p.length), longestPause)
	p.until = now.Add(p.length)
}

// patience is what is left with one order that makes the extension fail.
type patience struct {
	failures []time.Time
	costly   int // failures since it worked
	pause    pause
}

func (h *health) spent(d time.Duration, calls int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.took += d
	h.calls += uint64(calls)
}

// tell is what the operator is to hear of a value that was not taken.
type tell int

const (
	tellNothing tell = iota
	tellIt
	tellNoMore // the first that finds no room among the notes
)

// drop counts a value that was not taken, and notes it: once for each key, and
// so many as are kept. Without a key it was told before.
func (h *health) drop(key string, note notes.Note) tell {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dropped++
	return h.once(key, note)
}

// say notes something that is no value: once for each key.
func (h *health) say(key string, note notes.Note) tell {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.once(key, note)
}

// once is told with the lock held.
func (h *health) once(key string, note notes.Note) tell {
	if key == "" || h.noted[key] {
		return tellNothing
	}
	if len(h.notes) >= notesKept {
		if h.untold++; h.untold == 1 {
			return tellNoMore
		}
		return tellNothing
	}
	if h.noted == nil {
		h.noted = map[string]bool{}
	}
	h.noted[key] = true
	h.notes = append(h.notes, note)
	return tellIt
}

// found ends what loading found: no value was dropped by that.
func (h *health) found() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dropped, h.untold = 0, 0
}

// worked ends an illness, and what was held against the order. The pauses
// start small again.
func (h *health) worked(order protocol.OrderID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.ill && len(h.orders) == 0 {
		return
	}
	delete(h.orders, order)
	if h.ill {
		h.ill, h.pause, h.failures = false, pause{}, nil
		for i := range h.errors {
			h.errors[i].cause = false
		}
	}
}

// failed notes an error. It returns how often this one came, and whether to
// log it: the first time, and then once in tellEvery.
func (h *health) failed(now time.Time, e protocol.ExtensionError, costly bool) (count uint64, tell bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.count(e.Hook)
	count, tell = h.note(now, e)
	h.ill = true
	h.suspect(now, e.Order, costly)
	h.failures = append(h.failures, failure{now, e.Order})
	h.failures = slices.DeleteFunc(h.failures, func(f failure) bool { return now.Sub(f.at) > failureWindow })
	if len(h.failures) >= failuresAllowed && ordersOf(h.failures) >= ordersForSuspension {
		h.pause.begin(now, firstPause)
		h.failures, h.orders = nil, nil
	}
	return count, tell
}

func (h *health) count(hook string) {
	if h.byHook == nil {
		h.byHook = map[string]uint64{}
	}
	h.byHook[hook]++
}

// note joins an error with those of the same words.
func (h *health) note(now time.Time, e protocol.ExtensionError) (count uint64, tell bool) {
	i := slices.IndexFunc(h.errors, func(t told) bool { return t.Hook == e.Hook && t.Message == e.Message })
	if i < 0 {
		e.First = protocol.FormatTime(now)
		h.errors = append(h.makeRoom(), told{ExtensionError: e, cause: !h.ill})
		i = len(h.errors) - 1
	}
	t := &h.errors[i]
	t.At, t.Order, t.Line, t.last = protocol.FormatTime(now), e.Order, e.Line, now
	t.Count++
	if tell = t.Count == 1 || now.Sub(t.logged) >= tellEvery; tell {
		t.logged = now
	}
	return t.Count, tell
}

// makeRoom takes the error out that was seen least lately and is no cause.
func (h *health) makeRoom() []told {
	if len(h.errors) < errorsKept {
		return h.errors
	}
	oldest := -1
	for i := range h.errors {
		if !h.errors[i].cause && (oldest < 0 || h.errors[i].last.Before(h.errors[oldest].last)) {
			oldest = i
		}
	}
	return slices.Delete(h.errors, oldest, oldest+1) // at most one is a cause
}

// suspect leaves an order out that made the extension fail too often.
func (h *health) suspect(now time.Time, order protocol.OrderID, costly bool) {
	p := h.orders[order]
	if p == nil {
		if len(h.orders) >= ordersKept {
			return
		}
		if h.orders == nil {
			h.orders = map[protocol.OrderID]*patience{}
		}
		p = &patience{}
		h.orders[order] = p
	}
	p.failures = slices.DeleteFunc(append(p.failures, now), func(t time.Time) bool { return now.Sub(t) > failureWindow })
	first := firstPause
	if costly {
		p.costly++
		first = costlyPause
	}
	if len(p.failures) >= failuresAllowed || (costly && p.costly >= costlyAllowed) {
		p.pause.begin(now, first)
		p.failures = nil
	}
}

// missed reports whether to log that orders go on without the extension.
func (h *health) missed(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now.Sub(h.unasked) < tellEvery {
		return false
	}
	h.unasked = now
	return true
}

func ordersOf(failures []failure) int {
	orders := map[protocol.OrderID]bool{}
	for _, f := range failures {
		orders[f.order] = true
	}
	return len(orders)
}

// suspended reports that nothing is called now.
func (h *health) suspended(now time.Time) bool {
	if h.patient {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return now.Before(h.pause.until)
}

// skips reports that an order isn't handed over now, and counts it.
func (h *health) skips(now time.Time, order protocol.OrderID) bool {
	if h.patient {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	skip := now.Before(h.pause.until)
	if p := h.orders[order]; p != nil {
		skip = skip || now.Before(p.pause.until)
	}
	if skip {
		h.count(failuresSuspended)
	}
	return skip
}

func (h *health) status(now time.Time, s *protocol.ExtensionStatus) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s.Calls, s.TimeMS = h.calls, float64(h.took.Microseconds())/1000
	s.Dropped, s.Failures = h.dropped, maps.Clone(h.byHook)
	s.Notes = append(s.Notes, notes.Words(h.notes)...)
	if h.untold > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("%d more values were not taken, of other fields or for other reasons: only %d are noted", h.untold, notesKept))
	}
	s.Errors = make([]protocol.ExtensionError, len(h.errors))
	for i := range h.errors {
		s.Errors[i] = h.errors[i].ExtensionError
	}
	for order, p := range h.orders {
		if now.Before(p.pause.until) {
			s.SkippedOrders = append(s.SkippedOrders, order)
		}
	}
	slices.Sort(s.SkippedOrders)
	switch {
	case now.Before(h.pause.until):
		s.State, s.SuspendedUntil = protocol.Suspended, protocol.FormatTime(h.pause.until)
	case h.ill:
		s.State = protocol.Failed
	default:
		s.State = protocol.Running
	}
}
