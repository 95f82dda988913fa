package extensions

import "github.com/manytill/manytill/internal/hooks"

// An extension with storage is asked for one record at a time: its hooks find
// what they left on the records before, unless that failed or was refused.

// stores reports whether its hooks store something for the multi-session.
func (l *link) stores() bool { return l.StorageKeys > 0 }

// storing is a record for the hooks of an extension with storage.
type storing struct {
	hooks.Record
	head hooks.RecordHead
}

func (r *storing) Head() *hooks.RecordHead { return &r.head }

// finding is a record whose hooks find a storage, where this is work.
func (l *link) finding(r hooks.Record, storage *hooks.Storage, work bool) hooks.Record {
	if !l.stores() || !work {
		return r
	}
	s := &storing{r, *r.Head()}
	s.head.Storage = &hooks.Stored{Storage: storage, MaxKeys: l.StorageKeys}
	return s
}

// stored is the extension's storage with what a run left; an error where that
// may not be.
func (w *run) stored(l *link, d due, result *hooks.Result) (*hooks.Storage, error) {
	storage := d.mutation.Storage[l.Name]
	if !l.stores() || d.mutation.Storage == nil {
		return storage, nil
	}
	return (&hooks.Stored{Storage: storage, MaxKeys: l.StorageKeys}).Take(d.head().Order, result.Left)
}

// store takes what a run left: those after it find it.
func (w *run) store(l *link, d due, storage *hooks.Storage) {
	if storage != d.mutation.Storage[l.Name] {
		d.mutation.Storage[l.Name] = storage
		d.change.By = l.Name
	}
}
