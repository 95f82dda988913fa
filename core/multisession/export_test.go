package multisession

import (
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk/protocol"
)

// Held is what POS hold open, while the session has no work.
func (s *Session) Held() map[protocol.POSID]order.Held { return s.engine.held }

// Held is what the ring holds: changes, and their bytes.
func (f *Feed) Held() (changes, bytes int) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	for i := range f.ring {
		bytes += len(f.ring[i].Body)
	}
	return len(f.ring), bytes
}

// Clients is how many the feed knows.
func (f *Feed) Clients() int {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return len(f.clients)
}
