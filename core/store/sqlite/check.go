package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/manytill/manytill/core/store"
)

// checkedAtOnce is the size, in bytes, up to which a database is checked
// completely before it is used, which takes a tenth of a second. A larger one is
// checked while the server works.
var checkedAtOnce int64 = 32 << 20

// structure reports inconsistent pages: rows that can't be reached, indexes that
// differ from their tables, values of a wrong type.
func (c *conn) structure(ctx context.Context, each func(string)) error {
	err := c.pragma(ctx, "integrity_check(1000)", each)
	if errors.Is(err, store.ErrDamaged) {
		each(err.Error())
		return nil
	}
	return err
}

// journalStructure refuses a large database, whose pages aren't checked before it is used,
// if those of the journal are damaged: a row that can't be reached could be what was
// acknowledged last.
func (c *conn) journalStructure(ctx context.Context) error {
	first := ""
	err := c.pragma(ctx, "integrity_check("+journalTable.name+")", func(text string) {
		if first == "" {
			first = text
		}
	})
	if err == nil && first != "" {
		err = damagedFile(first)
	}
	return err
}

// ofRows are findings of structure that concern single rows or entries of
// indexes; the others concern pages.
var ofRows = regexp.MustCompile(`^(row \d+ missing from index|row \d+ values differ from index|wrong # of entries in index|` +
	`non-unique entry in index|rowid not at end-of-record|\S+ value in|CHECK constraint failed in)`)

// checkAtStart refuses a database whose pages are damaged. Damaged rows are left
// out when they are read. Damaged indexes are rebuilt.
func (c *conn) checkAtStart(ctx context.Context) error {
	var first, pages string
	err := c.structure(ctx, func(text string) {
		if first == "" {
			first = text
		}
		if pages == "" && !ofRows.MatchString(text) {
			pages = text
		}
	})
	if err != nil || first == "" {
		return err
	}
	if pages != "" {
		return damagedFile(pages)
	}
	version, err := checkSchema(c)
	if err != nil || version < sumsSince {
		return errors.Join(err, damagedFile(first))
	}
	rows := 0
	if err = c.sums(ctx, func(d store.Damage) {
		rows++
		c.found.note(d)
	}); err == nil && rows > 0 {
		err = c.gaps(ctx, c.found.note)
	}
	if err != nil || rows > 0 {
		return err
	}
	if err = c.once(ctx, "REINDEX"); err != nil {
		return err
	}
	c.found.note(store.Damage{Place: "an index (" + first + "; it was rebuilt from its table, whose rows are good, and nothing is lost)"})
	still := error(nil)
	err = c.structure(ctx, func(text string) { still = damagedFile(text) })
	if err = errors.Join(err, still); err == nil {
		err = c.gaps(ctx, c.found.note)
	}
	return err
}

// damagedError is store.ErrDamaged with a message.
type damagedError string

func (d damagedError) Error() string        { return string(d) }
func (d damagedError) Is(target error) bool { return target == store.ErrDamaged }

func damagedFile(what string) error {
	return damagedError("the database is damaged: " + what + ". Nothing was changed. " +
		"Restore the last backup that manytill verify finds good; tills work alone meanwhile and send what they have when the server is back")
}

// sumsSince is the version of the schema in which rows got checksums.
const sumsSince = 4

// contents reports each row whose checksum is wrong, and missing rows.
func (c *conn) contents(ctx context.Context, version int, each func(store.Damage)) error {
	err := c.sums(ctx, each)
	if err == nil {
		err = c.gaps(ctx, each)
	}
	if err == nil && version >= chainedSince {
		err = c.checkHistories(ctx, each)
	}
	return err
}

// sums reports each row whose checksum is wrong. A file of an older version lacks tables.
func (c *conn) sums(ctx context.Context, each func(store.Damage)) error {
	is, err := c.definitions()
	if err != nil {
		return err
	}
	for _, t := range tables {
		if _, there := is["table "+t.name]; !there {
			continue
		}
		if err := c.places(ctx, "SELECT "+t.place+" FROM "+t.name+" WHERE "+t.wrong(), each); err != nil {
			return err
		}
	}
	return nil
}

// gaps reports missing changes. It reads indexes: where one is damaged, what it
// lacks only seems to be missing.
func (c *conn) gaps(ctx context.Context, each func(store.Damage)) error {
	return c.places(ctx, `SELECT 'the change before change ' || first || ' of ' || id || ', which is missing,' FROM (
			SELECT multi_sessions.id, pruned, `+firstSeq+` AS first, lag(seq) OVER (PARTITION BY ms ORDER BY seq) AS before
			FROM changes JOIN multi_sessions ON multi_sessions.key = changes.ms)
		WHERE first > pruned + 1 AND before IS NOT first - 1
		UNION ALL SELECT 'order ' || orders.id || ' of ' || m.id || ', whose last change ' || orders.seq || ' is missing,'
		FROM orders JOIN multi_sessions AS m ON m.key = orders.ms
		WHERE orders.seq > max(pruned, coalesce((SELECT max(seq) FROM changes WHERE changes.ms = m.key), 0))`, each)
}

func (c *conn) places(ctx context.Context, query string, each func(store.Damage), args ...driver.NamedValue) error {
	rows, err := c.c.(driver.QueryerContext).QueryContext(ctx, query, args)
	if err != nil {
		return classify(err)
	}
	defer rows.Close()
	return read(rows, func(r row) error {
		each(store.Damage{Place: r.text(0)})
		return nil
	})
}

// checkDefinitions compares the schema of a database that is up to date with
// what the migrations make. Tables that an operator added are ignored.
func (c *conn) checkDefinitions() error {
	want, err := definitions()
	if err != nil {
		return err
	}
	is, err := c.definitions()
	if err != nil {
		return err
	}
	for name, text := range want {
		if is[name] != text {
			return damagedFile("the definition of " + name)
		}
	}
	return nil
}

func (c *conn) definitions() (map[string]string, error) {
	all := map[string]string{}
	err := c.query("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema", func(r row) error {
		all[r.text(0)+" "+r.text(1)] = r.text(2) + " " + meant(r.text(3))
		return nil
	})
	return all, err
}

var comment = regexp.MustCompile(`--[^\n]*`)

// meant is a definition without what may differ from version to version: SQLite keeps
// comments and white space as they were when the table was made.
func meant(sql string) string {
	return strings.Join(strings.Fields(comment.ReplaceAllString(sql, " ")), " ")
}

// definitions is the schema of a new database.
var definitions = sync.OnceValues(func() (map[string]string, error) {
	c, err := dial(":memory:")
	if err != nil {
		return nil, err
	}
	err = migrate(c, nil)
	all, bad := c.definitions()
	return all, errors.Join(err, bad, c.close())
})

// checkSize checks that a file without a write-ahead log has the length that its
// header says.
func checkSize(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	head := make([]byte, 100)
	if _, err := io.ReadFull(f, head); err != nil || string(head[:16]) != magic {
		return nil // SQLite reports it
	}
	page := int64(binary.BigEndian.Uint16(head[16:]))
	if page == 1 {
		page = 65536
	}
	pages, known := int64(binary.BigEndian.Uint32(head[28:])), string(head[24:28]) == string(head[92:96])
	if known && pages > 0 && pages*page != info.Size() {
		return damagedFile(fmt.Sprintf("the file has %d bytes and should have %d; it was truncated, or not copied completely", info.Size(), pages*page))
	}
	return nil
}

// Missing reports whether there is no database at a path: no file, or an empty
// one, in which [Open] would make a new database. A write-ahead log without its
// database is an error, since the log has data that the database lacks. So is a
// file of another kind.
func Missing(path string) (bool, error) {
	if unfinished(path) != nil {
		return false, nil // the next Open finishes the restore
	}
	if isEmpty(path) {
		if hasLog(path) {
			return false, fmt.Errorf("%s is missing or empty, but its write-ahead log %s-wal exists, with data that the database lacks; put the database back, or move the log away and restore a backup", path, path)
		}
		return true, nil
	}
	if unapplied(path) {
		return false, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, 100)
	n, err := io.ReadFull(f, head)
	switch {
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return false, err
	case !strings.HasPrefix(string(head[:n]), magic):
		return false, damagedError(path + " is not a database: it is another kind of file, or its beginning was overwritten. Nothing was changed. " +
			"Name the right file as store in the configuration, or restore a backup (restore --force). To begin a new shop there, move it away and start once with --new")
	}
	// A file of a first start that was interrupted has version 0 and at most one
	// page.
	empty := err == nil && binary.BigEndian.Uint32(head[60:]) == 0 && binary.BigEndian.Uint32(head[28:]) <= 1
	return empty, nil
}

const magic = "SQLite format 3\x00"

// hasLog reports whether a database has a write-ahead log that isn't empty.
func hasLog(path string) bool {
	info, err := os.Stat(path + "-wal")
	return err == nil && info.Size() > 0
}

// unapplied reports whether SQLite has to look beside a file for what belongs into it: in
// a log, or in the journal of a database whose power was cut at its first start after
// a restore. Until then its head may be torn.
func unapplied(path string) bool {
	info, err := os.Stat(path + "-journal")
	return hasLog(path) || err == nil && info.Size() > 0
}

// isEmpty reports whether there is no file, or none with a byte in it.
func isEmpty(path string) bool {
	info, err := os.Stat(path)
	return errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0
}

// checkWhileWorking checks a database that is too large to be checked at the
// start.
func (s *Store) checkWhileWorking(ctx context.Context) {
	c, err := connect(s.path, "query_only = ON")
	if err != nil {
		return
	}
	defer c.close()
	_ = c.structure(ctx, func(text string) {
		if ctx.Err() == nil {
			s.found.note(store.Damage{Place: text})
		}
	})
}

// pragma runs a checking PRAGMA and calls each for every line that isn't "ok".
func (c *conn) pragma(ctx context.Context, name string, each func(string)) error {
	rows, err := c.c.(driver.QueryerContext).QueryContext(ctx, "PRAGMA "+name, nil)
	if err != nil {
		return classify(err)
	}
	defer rows.Close()
	return read(rows, func(r row) error {
		if text := r.text(0); text != "ok" {
			each(text)
		}
		return nil
	})
}
