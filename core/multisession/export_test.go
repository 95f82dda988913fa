package multisession

// Held is what the ring holds: changes, and their bytes.
func (f *Feed) Held() (changes, bytes int) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	for i := range f.ring {
		bytes += len(f.ring[i].Body)
	}
	return len(f.ring), bytes
}
