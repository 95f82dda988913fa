package wake

import (
	"log/slog"
	"maps"
	"slices"
	"sync"
)

// Health is whether a carrier reaches the other nodes, by the parts that it has. It logs
// once that it doesn't, once for each new reason, and once that it does again. Safe for
// concurrent use.
type Health struct {
	log *slog.Logger

	mu     sync.Mutex
	broken map[string]string // why, by part
}

// NewHealth is that of a carrier that has had no trouble yet.
func NewHealth(log *slog.Logger) *Health { return &Health{log: log, broken: map[string]string{}} }

// Broke notes why a part doesn't work, in words that say what to do. It is tried again
// by itself.
func (h *Health) Broke(part, why string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	told := slices.Contains(slices.Collect(maps.Values(h.broken)), why)
	h.broken[part] = why
	if !told {
		h.log.Warn("changes are told between the servers of this database within two seconds, not at once: "+why+"; it is tried again by itself", "error", err)
	}
}

// Works notes that a part works.
func (h *Health) Works(part string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.broken) == 0 {
		return
	}
	delete(h.broken, part)
	if len(h.broken) == 0 {
		h.log.Info("changes are told between the servers of this database at once again")
	}
}

// Trouble is that of [Carrier].
func (h *Health) Trouble() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, part := range slices.Sorted(maps.Keys(h.broken)) {
		return h.broken[part]
	}
	return ""
}
