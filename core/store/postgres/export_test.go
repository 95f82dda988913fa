package postgres

// Waiting is how many batches wait for the next group.
func (s *Store) Waiting() int {
	s.groups.mu.Lock()
	defer s.groups.mu.Unlock()
	return len(s.groups.waiting)
}

// GroupsAtOnce is how many groups are under way at most.
const GroupsAtOnce = groupsAtOnce
