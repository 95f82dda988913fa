package extensions

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/manytill/manytill/sdk"
)

// An extension that fails failuresAllowed times within failureWindow is not
// called for firstPause, then twice that, and so on.
const (
	failuresAllowed = 5
	failureWindow   = time.Minute
	firstPause      = 30 * time.Second
	longestPause    = 30 * time.Minute
	errorsKept      = 20
)

// health is how an extension does. Safe for concurrent use.
type health struct {
	mu       sync.Mutex
	calls    uint64
	took     time.Duration
	dropped  uint64 // values for fields of others
	strange  []string
	byHook   map[string]uint64 // failures
	failures []time.Time
	errors   []sdk.ExtensionError
	pause    time.Duration
	until    time.Time // suspended until then
	ill      bool      // the last call failed
}

func (h *health) spent(d time.Duration, calls int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.took += d
	h.calls += uint64(calls)
}

// strangersKept are the keys, not claimed, that the operator is told of.
const strangersKept = 50

// foreign counts a value for a field that isn't the extension's own. Its key,
// "" for a field of another's, is noted; it reports whether for the first time.
func (h *health) foreign(key string) (fresh bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dropped++
	if key == "" || len(h.strange) >= strangersKept || slices.Contains(h.strange, key) {
		return false
	}
	h.strange = append(h.strange, key)
	return true
}

// worked ends an illness. The pause starts small again.
func (h *health) worked() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ill {
		h.ill, h.pause, h.failures = false, 0, nil
	}
}

// failed notes an error; where it counts, enough of them suspend.
func (h *health) failed(now time.Time, counts bool, e sdk.ExtensionError) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e.At = sdk.FormatTime(now)
	if h.byHook == nil {
		h.byHook = map[string]uint64{}
	}
	h.byHook[e.Hook]++
	h.errors = append(h.errors, e)
	if len(h.errors) > errorsKept {
		h.errors = slices.Delete(h.errors, 0, 1)
	}
	if !counts {
		return
	}
	h.ill = true
	h.failures = append(h.failures, now)
	h.failures = slices.DeleteFunc(h.failures, func(t time.Time) bool { return now.Sub(t) > failureWindow })
	if len(h.failures) >= failuresAllowed {
		h.pause = min(max(firstPause, 2*h.pause), longestPause)
		h.until, h.failures = now.Add(h.pause), nil
	}
}

func (h *health) suspended(now time.Time) (until time.Time, yes bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.until, now.Before(h.until)
}

func (h *health) status(now time.Time, s *sdk.ExtensionStatus) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s.Calls, s.TimeMS = h.calls, float64(h.took.Microseconds())/1000
	s.Dropped, s.Failures = h.dropped, maps.Clone(h.byHook)
	for _, key := range h.strange {
		s.Notes = append(s.Notes, key+" "+notClaimed)
	}
	s.Errors = slices.Clone(h.errors)
	if s.Errors == nil {
		s.Errors = []sdk.ExtensionError{}
	}
	switch {
	case now.Before(h.until):
		s.State = sdk.Suspended
	case h.ill:
		s.State = sdk.Failed
	default:
		s.State = sdk.Running
	}
}
