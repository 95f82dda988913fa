package sqlite

import "context"

// Fill lets the database file grow no more, as on a full disk, or lets it.
func Fill(s *Store, full bool) error {
	return s.writer.do(context.Background(), func(w *writer) error {
		limit := "PRAGMA max_page_count = 4294967294"
		if full {
			limit = "PRAGMA max_page_count = 1" // which is as large as it is
		}
		return w.c.once(context.Background(), limit)
	})
}

// FailCommits has COMMITs of the writer go through fail until it is nil.
func FailCommits(s *Store, fail func(commit func() error) error) error {
	return s.writer.do(context.Background(), func(w *writer) error {
		w.fault = fail
		return nil
	})
}

var (
	Classify = classify
	Older    = older
)
