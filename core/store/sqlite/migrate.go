package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql/driver"
	"embed"
	"encoding/base32"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/manytill/manytill/internal/files"
)

//go:embed migrations/*.sql
var migrations embed.FS

// oldest is the first SQLite without the WAL-reset bug, which could lose commits
// when a checkpoint and a commit ran at the same time.
var oldest = [3]int{3, 51, 3}

func checkLibrary(c *conn) error {
	var text string
	_, err := c.one("SELECT sqlite_version()", func(r row) { text = r.text(0) })
	if err != nil {
		return err
	}
	if older(text, oldest) {
		return fmt.Errorf("SQLite %s is too old: it may lose commits (WAL reset bug); build with %d.%d.%d or newer",
			text, oldest[0], oldest[1], oldest[2])
	}
	return nil
}

func older(version string, than [3]int) bool {
	for i, part := range strings.SplitN(version, ".", 3) {
		if n, _ := strconv.Atoi(part); n != than[i] {
			return n < than[i]
		}
	}
	return false
}

// schemaVersion is the schema after all of this program's migrations.
func schemaVersion() int {
	scripts, _ := fs.Glob(migrations, "migrations/*.sql")
	return len(scripts)
}

// checkSchema refuses a file that this program can't use. It returns the
// file's schema version, 0 for an empty database.
func checkSchema(c *conn) (version int, err error) {
	tables := int64(0)
	if _, err = c.one("PRAGMA user_version", func(r row) { version = int(r.int(0)) }); err != nil {
		return 0, err
	}
	if _, err = c.one("SELECT count(*) FROM sqlite_schema", func(r row) { tables = r.int(0) }); err != nil {
		return 0, err
	}
	switch {
	case version == 0 && tables > 0:
		return 0, fmt.Errorf("it is a database of another program")
	case version > schemaVersion():
		return 0, fmt.Errorf("it was written by a newer version of Manytill (schema %d, this one knows %d): use that version or a newer one",
			version, schemaVersion())
	}
	return version, nil
}

// migrate updates the schema, each step in a transaction of its own. It calls
// mended, unless that is nil, with what it repaired.
func migrate(c *conn, mended func(string)) error {
	version, err := checkSchema(c)
	if err != nil {
		return err
	}
	scripts, _ := fs.Glob(migrations, "migrations/*.sql")
	for i := version; i < len(scripts); i++ {
		broken, err := "", error(nil)
		switch scripts[i] {
		case "migrations/0003_mend.sql":
			broken, err = unreadable(c)
		case "migrations/0012_journal_pages.sql":
			err = moveOldJournal(c)
		}
		if err != nil {
			return err
		}
		script, err := migrations.ReadFile(scripts[i])
		if err != nil {
			return err
		}
		steps := fmt.Sprintf("BEGIN IMMEDIATE;\n%s\n;PRAGMA user_version = %d;", script, i+1)
		if err = c.once(context.Background(), steps); err == nil && i == 0 {
			err = c.once(context.Background(), "INSERT INTO identity VALUES (?, ?)", named(randomID(), randomID())...)
		}
		if err == nil && scripts[i] == "migrations/0013_chain.sql" {
			err = countAll(c)
		}
		if err == nil {
			err = c.once(context.Background(), "COMMIT")
		}
		if err != nil {
			_ = c.once(context.Background(), "ROLLBACK")
			return fmt.Errorf("schema step %s: %w", scripts[i], err)
		}
		if broken != "" && mended != nil {
			mended(broken)
		}
	}
	return nil
}

// makeNew makes a database beside its place. It gets its name when it is complete and on
// disk, so that a power cut leaves all of it or nothing.
func makeNew(path string) (err error) {
	part := path + ".part"
	defer func() {
		if err != nil {
			_ = removePart(part)
		}
	}()
	if err = makeFile(part); err != nil {
		return err
	}
	c, err := connect(part, "journal_mode = MEMORY", "synchronous = OFF")
	if err != nil {
		return err
	}
	if err = errors.Join(migrate(c, nil), c.close(), files.Like(part, path)); err == nil {
		err = files.Sync(part)
	}
	if err == nil {
		err = replace(path, part)
	}
	return err
}

// moveOldJournal moves the journal as it was before it had pages.
func moveOldJournal(c *conn) error {
	b := &backlog{}
	err := c.query("SELECT id, body, sum FROM journal ORDER BY id", func(r row) error {
		if !c.good(oldJournalTable, r, 2) {
			return c.damaged("group %d of the journal, with what was stored last", r.int(0))
		}
		return b.read(c, r.int(0), r.bytes(1))
	})
	if err != nil || b.empty() {
		return err
	}
	l, err := b.latest(make([]byte, b.bytes))
	if err != nil {
		return err
	}
	if _, err = c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err = l.insertOld(c); err == nil {
		_, err = c.exec("DELETE FROM journal")
	}
	if err == nil {
		_, err = c.exec("COMMIT")
	}
	if err != nil {
		_ = c.once(context.Background(), "ROLLBACK")
		return fmt.Errorf("move the journal: %w", err)
	}
	return nil
}

// insertOld writes rows as tables were at that time.
func (l latest) insertOld(c *conn) error {
	for t, rows := range l {
		query := map[string]string{
			ordersTable.name:   "UPDATE orders SET run = ?, number = ?, state = ?, rev = ?, created = ?, seq = ?, at = ?, body = ?, sum = ? WHERE key = ?",
			linesTable.name:    insertLine.one,
			paymentsTable.name: insertPayment.one,
			changesTable.name:  "INSERT INTO changes VALUES (?, ?, ?, ?, ?)",
			outcomesTable.name: insertOutcome.one,
		}[journaled[t].name]
		for _, r := range rows {
			if journaled[t] == ordersTable {
				r = append(slices.Clone(r[3:]), r[0])
			}
			if _, err := c.exec(query, r...); err != nil {
				return err
			}
		}
	}
	return nil
}

// countAll makes the digests of a database that had none, and the heads of its histories,
// whose rows stay unchained.
func countAll(c *conn) error {
	wholes, err := c.wholes()
	if err != nil {
		return err
	}
	for key, whole := range wholes {
		if _, err := c.exec("UPDATE orders SET whole = ? WHERE key = ?", int64(whole), key); err != nil {
			return err
		}
	}
	var all []int64
	err = c.query("SELECT key FROM multi_sessions", func(r row) error {
		all = append(all, r.int(0))
		return nil
	})
	for _, ms := range all {
		var h *head
		if err == nil {
			h, err = c.countHead(ms)
		}
		if err == nil && (h.seq > 0 || h.orders != 0) {
			_, err = c.exec(insertHead.one, h.row(c, ms)...)
		}
	}
	return err
}

// unreadable names the records that 0003_mend.sql will repair; "" if none.
func unreadable(c *conn) (text string, err error) {
	_, err = c.one(`SELECT count(*), coalesce(group_concat(what, ', '), '') FROM (
			SELECT 'order ' || orders.id || ' of ' || m.id AS what FROM orders JOIN multi_sessions AS m ON m.key = orders.ms
				WHERE body IS NOT NULL AND NOT json_valid(body) AND json_valid(replace(body, '"created":,', '"created":0,'))
			UNION ALL SELECT 'change ' || seq || ' of ' || m.id FROM changes JOIN multi_sessions AS m ON m.key = changes.ms
				WHERE NOT json_valid(body) LIMIT 20)`, func(r row) {
		if r.int(0) > 0 {
			text = r.text(1)
		}
	})
	return text, err
}

func named(values ...string) (args []driver.NamedValue) {
	for i, v := range values {
		args = append(args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return args
}

// randomID is 50 random bits that tell databases and epochs apart.
func randomID() string {
	b := make([]byte, 10)
	_, _ = rand.Read(b) // never fails
	return strings.ToLower(base32.StdEncoding.EncodeToString(b))[:10]
}
