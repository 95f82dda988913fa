package sqlite

import (
	"errors"
	"fmt"
	"strings"

	sqlite3 "modernc.org/sqlite"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk"
)

// Primary result codes of SQLite (https://www.sqlite.org/rescode.html).
const (
	codePerm         = 3
	codeBusy         = 5
	codeNoMem        = 7
	codeReadOnly     = 8
	codeIOErr        = 10
	codeCorrupt      = 11
	codeFull         = 13
	codeCantOpen     = 14
	codeProtocol     = 15
	codeConstraint   = 19
	codeNotADatabase = 26
	codeTrigger      = codeConstraint | 7<<8
)

const errNotADatabase = damagedError("it is not a database: it is another kind of file, or its beginning was overwritten; restore a backup that manytill verify finds good")

// classify makes of an error of SQLite one that callers of a store know:
// ErrReadOnly where nothing can be made durable, ErrExists where a key is
// taken. Others stay.
func classify(err error) error {
	var s *sqlite3.Error
	if !errors.As(err, &s) || errors.Is(err, store.ErrReadOnly) || errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrDamaged) {
		return err
	}
	if s.Code() == codeTrigger { // migrations/0004_checksums.sql
		return fmt.Errorf("%w: %w", store.ErrDamaged, err)
	}
	if s.Code()&0xff == codeFull {
		return fmt.Errorf("%w: the disk is full (%d)", store.ErrReadOnly, s.Code())
	}
	if strings.Contains(s.Error(), "not an error") { // SQLite's words are of another call
		err = fmt.Errorf("%s (%d)", sqlite3.ErrorCodeString[s.Code()&0xff], s.Code())
	}
	switch s.Code() & 0xff {
	case codeNotADatabase:
		return errNotADatabase
	case codeCorrupt:
		return sdk.Errorf(sdk.Internal, "a page of the database is damaged; whoever runs this server should look with manytill verify, and restore a backup").
			Because(fmt.Errorf("%w: %w", store.ErrDamaged, err))
	case codeIOErr, codeReadOnly, codeCantOpen, codePerm, codeNoMem, codeBusy, codeProtocol:
		return fmt.Errorf("%w: %w", store.ErrReadOnly, err)
	case codeConstraint:
		return fmt.Errorf("%w: %w", store.ErrExists, err)
	}
	return err
}
