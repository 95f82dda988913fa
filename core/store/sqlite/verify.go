package sqlite

import (
	"context"
	"errors"
	"os"

	"github.com/manytill/manytill/core/store"
)

// checkAll checks everything in a file that was opened for reading.
func (c *conn) checkAll(ctx context.Context, each func(store.Damage)) (version int, err error) {
	if err = checkLibrary(c); err != nil {
		return 0, err
	}
	if version, err = checkSchema(c); err != nil {
		return 0, err
	}
	if version == 0 {
		return 0, errors.New("it is empty")
	}
	if err = c.structure(ctx, func(text string) { each(store.Damage{Place: text}) }); err != nil || version < sumsSince {
		return version, err
	}
	if version == schemaVersion() {
		if err = c.checkDefinitions(); errors.Is(err, store.ErrDamaged) {
			each(store.Damage{Place: err.Error()})
			return version, nil
		}
	}
	if err == nil {
		err = c.contents(ctx, version, each)
	}
	if errors.Is(err, store.ErrDamaged) {
		each(store.Damage{Place: err.Error()})
		err = nil
	}
	return version, err
}

// Verified says what of a file could be checked beside its structure. A file of an older
// version lacks what it takes.
type Verified struct {
	Sums      bool // each row by its checksum
	Histories bool // that no change, order, line or payment is missing or of another time
}

// Verify checks everything in a database or a backup and reports each damaged
// place. A server may have it open and go on working.
func Verify(ctx context.Context, path string, each func(store.Damage)) (is Verified, err error) {
	if _, err := os.Stat(path); err != nil {
		return is, err
	}
	if err := unfinished(path); err != nil {
		return is, err
	}
	if !unapplied(path) {
		if err := checkSize(path); errors.Is(err, store.ErrDamaged) {
			each(store.Damage{Place: err.Error()})
		} else if err != nil {
			return is, err
		}
	}
	if err := checkLog(path); errors.Is(err, store.ErrDamaged) {
		each(store.Damage{Place: err.Error()})
		return is, nil
	} else if err != nil {
		return is, err
	}
	c, err := connect(path, "query_only = ON", "cell_size_check = ON")
	if err != nil {
		return is, err
	}
	if _, err = c.exec("BEGIN"); err != nil {
		return is, errors.Join(err, c.close())
	}
	version, err := c.checkAll(ctx, each)
	return Verified{version >= sumsSince, version >= chainedSince}, errors.Join(err, c.close())
}
