package sqlite

import (
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
	sqlite3 "modernc.org/sqlite"
)

// Each row ends with a checksum of the table's name and the row's other values,
// so that damage below SQLite isn't taken for data. For the large tables the
// writer computes it, for the small ones triggers do
// (migrations/0004_checksums.sql). Both use rowSum, which is row_sum(TABLE,
// VALUES…) in SQL.

// table is a table with checksums. columns are the summed columns in order; place
// is SQL that names a row.
type table struct{ name, columns, place string }

var (
	identityTable  = table{"identity", "server_id, epoch", "'the identity of this database'"}
	msTable        = table{"multi_sessions", "key, id, name, active, deleted, run, run_open, pruned", "'multi-session ' || id"}
	posTable       = table{"pos", "id, name, deleted, ms, till_open, user_id, user_name, since", "'POS ' || id"}
	tokensTable    = table{"tokens", "owner, hash", "'the token of ' || iif(owner = '', 'the admin', owner)"}
	clientsTable   = table{"clients", "key, id, pos, ms", "'client ' || id"}
	changesTable   = table{"changes", "ms, seq, newest, body", "'change ' || seq || ' of ' || " + msName}
	outcomesTable  = table{"outcomes", "client, id, hash, result", "'outcome ' || id || ' of client ' || coalesce((SELECT clients.id FROM clients WHERE key = client), client)"}
	ordersTable    = table{"orders", "key, ms, id, run, number, state, rev, created, seq, at, body", "'order ' || id || ' of ' || " + msName}
	linesTable     = table{"lines", "order_key, id, n, seq, body", "'line ' || id || " + ofOrder}
	paymentsTable  = table{"payments", "order_key, id, n, seq, body", "'payment ' || id || " + ofOrder}
	rejectionTable = table{"rejections", "id, at, ms, client, author, mutation, code, message, kept", "'rejection ' || id"}
	valuesTable    = table{"kept_values", "ms, space, key, value", "'value ' || space || ' ' || key || ' of ' || " + msName}
	effectsTable   = table{"effects", "key, order_key, id, ms, order_id, extension, name, effect_key, hash, at", "'effect ' || id || ' of order ' || order_id || ' of ' || ms"}
	outboxTable    = table{"outbox", "key, state, attempts, next, since, error, ends, result, data", "'what is stored of effect ' || coalesce((SELECT id FROM effects WHERE effects.key = outbox.key), key)"}
	leaseTable     = table{"effects_lease", "one, node, until", "'the lease of effects'"}
	posValuesTable = table{"pos_values", "pos, key, value", "'value ' || key || ' of POS ' || pos"}
	relaysTable    = table{"relays", "id, name, deleted, server_id, seen", "'relay ' || id"}
	journalTable   = table{"journal_pages", "id, body", "'page ' || id || ' of the journal, with what was stored last'"}
	// oldJournalTable is in files of versions before journalTable.
	oldJournalTable = table{"journal", "id, body", "'group ' || id || ' of the journal, with what was stored last'"}
	headsTable      = table{"heads", strings.TrimSuffix(headColumns, ", sum"), "'the head of the history of ' || " + msName}
	fieldsTable     = table{"known_fields", "one, fields", "'the fields of extensions'"}

	tables = []table{
		identityTable, msTable, posTable, tokensTable, clientsTable, changesTable, outcomesTable,
		ordersTable, linesTable, paymentsTable, rejectionTable, fieldsTable, valuesTable,
		headsTable, effectsTable, outboxTable, leaseTable, posValuesTable, relaysTable, journalTable, oldJournalTable,
	}
)

const (
	msName  = "coalesce((SELECT m.id FROM multi_sessions AS m WHERE m.key = ms), ms)"
	ofOrder = "coalesce((SELECT ' of order ' || o.id || ' of ' || m.id FROM orders AS o JOIN multi_sessions AS m ON m.key = o.ms WHERE o.key = order_key), ' of an order')"
)

// wrong is the SQL condition for a row with a wrong checksum.
func (t table) wrong() string {
	columns := t.name + "." + strings.ReplaceAll(t.columns, ", ", ", "+t.name+".")
	return t.name + ".sum <> row_sum('" + t.name + "', " + columns + ")"
}

// library is SQLite with row_sum, as all connections use it.
var library = func() *sqlite3.Driver {
	// A commit flushes its data and the file's length, not its times, as every
	// distribution's SQLite does. Where there is no such call it is fsync.
	_, _ = sqlite3.Fdatasync(true)
	d := &sqlite3.Driver{}
	d.MustRegisterFunction("row_sum", &sqlite3.FunctionImpl{
		NArgs: -1, Deterministic: true,
		VolatileArgs: true, // else a text ends at its first NUL
		Scalar: func(_ *sqlite3.FunctionContext, args []driver.Value) (driver.Value, error) {
			if len(args) == 0 {
				return nil, errors.New("row_sum: the first argument must be the name of a table")
			}
			sum, _ := rowSum(nil, fmt.Sprint(args[0]), args[1:])
			return sum, nil
		},
	})
	return d
}()

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// text is a string of a row that needs no copy in the journal.
type text []byte

// rowSum is a CRC-32C. Each value is preceded by its type and length, so that
// different rows have different input. The returned buffer is for the next call.
func rowSum(scratch []byte, table string, values []driver.Value) (sum int64, _ []byte) {
	b := append(scratch[:0], table...)
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			b = append(b, 'n')
		case int64:
			b = binary.LittleEndian.AppendUint64(append(b, 'i'), uint64(v))
		case string:
			b = append(binary.LittleEndian.AppendUint64(append(b, 't'), uint64(len(v))), v...)
		case text:
			b = append(binary.LittleEndian.AppendUint64(append(b, 't'), uint64(len(v))), v...)
		case []byte:
			b = append(binary.LittleEndian.AppendUint64(append(b, 'b'), uint64(len(v))), v...)
		case float64: // only in a damaged row
			b = binary.LittleEndian.AppendUint64(append(b, 'f'), math.Float64bits(v))
		default:
			b = fmt.Appendf(b, "?%T", v)
		}
	}
	return int64(crc32.Checksum(b, castagnoli)), b
}

// summed is the values of a row and their checksum, valid until the next call.
func (c *conn) summed(t table, values ...driver.Value) []driver.Value {
	var sum int64
	sum, c.scratch = rowSum(c.scratch, t.name, values)
	c.row = append(append(c.row[:0], values...), sum)
	return c.row
}

// sealed makes rows of a table of their values.
func (c *conn) sealed(t table) func([]driver.Value) ([]driver.Value, error) {
	return func(values []driver.Value) ([]driver.Value, error) { return slices.Clone(c.summed(t, values...)), nil }
}

// good reports whether the last of a row's first n+1 columns is the checksum of
// those before it.
func (c *conn) good(t table, r row, n int) bool {
	var sum int64
	sum, c.scratch = rowSum(c.scratch, t.name, r[:n])
	return sum == r.int(n)
}

// findMS reads a multi-session, without its POS.
func findMS(c *conn, id protocol.MultiSessionID) (ms msRow, err error) {
	known := false
	err = c.query("SELECT "+msColumns+" WHERE id = ?", func(r row) error {
		known = true
		return c.scanMultiSession(r, &ms)
	}, string(id))
	if err == nil && !known {
		err = store.ErrNotFound
	}
	return ms, err
}

// msKey finds the key of a multi-session, and the seq up to which it was pruned.
func msKey(c *conn, id protocol.MultiSessionID) (key int64, pruned protocol.Seq, err error) {
	ms, err := findMS(c, id)
	return ms.key, ms.pruned, err
}

// orderColumns are what scan reads.
const orderColumns = "orders.key, orders.ms, orders.id, run, number, state, rev, created, orders.seq, at, orders.body, orders.sum, orders.whole"

// found are orders whose lines and payments haven't been read yet.
type found struct {
	c    *conn
	in   protocol.MultiSessionID
	keys []int64
	rows []store.OrderRows
	// wholes are the digests that the orders' lines and payments should have.
	wholes []digest
	// most is the maximum size of a page in bytes; 0 is none. own is the size of
	// the orders' own rows. cut says that the page has fewer orders than were
	// found.
	most, own int
	cut       bool
	// effects has complete read the orders' effects, too.
	effects bool
}

// full reports whether the orders' own rows fill a page.
func (f *found) full() bool { return f.most > 0 && f.own >= f.most }

func (f *found) scan(r row) error {
	f.keys = append(f.keys, r.int(0))
	o := store.OrderRows{OrderRow: store.OrderRow{
		ID: protocol.OrderID(r.text(2)), Run: protocol.Run(r.int(3)), Number: protocol.Number(r.int(4)), State: protocol.State(r.text(5)),
		Rev: r.int(6), Created: protocol.Seq(r.int(7)), Seq: protocol.Seq(r.int(8)), At: toTime(r.int(9)), Body: r.bytes(10),
	}}
	if !f.c.good(ordersTable, r, 11) {
		f.markDamaged(&o, "order %s of %s", o.ID, f.in)
	}
	f.rows = append(f.rows, o)
	f.wholes = append(f.wholes, digest(r.int(12)))
	f.own += len(o.Body)
	return nil
}

func (f *found) markDamaged(o *store.OrderRows, format string, args ...any) {
	_ = f.c.damaged(format, args...)
	*o = store.OrderRows{OrderRow: store.OrderRow{ID: o.ID, Run: o.Run, Number: o.Number, Seq: o.Seq}, Damaged: true}
}

// complete reads the lines and payments that changed after a seq. It reads and
// checks all of them: a damaged seq must not hide its row.
func (f *found) complete(since protocol.Seq) ([]store.OrderRows, error) {
	bytes := 0
	for i, key := range f.keys {
		o := &f.rows[i]
		if f.most > 0 && bytes >= f.most && o.Seq != f.rows[i-1].Seq { // orders of one change stay together
			f.rows, f.cut = f.rows[:i], true
			break
		}
		if o.Damaged {
			continue
		}
		bad, whole := "", digest(0)
		err := f.c.query("SELECT order_key, id, n, seq, body, sum FROM lines WHERE order_key = ? ORDER BY n, id", func(r row) error {
			line := store.LineRow{ID: protocol.LineID(r.text(1)), N: int(r.int(2)), Seq: protocol.Seq(r.int(3)), Body: r.bytes(4)}
			if !f.c.good(linesTable, r, 5) {
				bad = "line " + string(line.ID)
			}
			whole += share(r.int(5))
			if line.Seq > since {
				o.Lines = append(o.Lines, line)
			}
			return nil
		}, key)
		if err != nil {
			return nil, err
		}
		err = f.c.query("SELECT order_key, id, n, seq, body, sum FROM payments WHERE order_key = ? ORDER BY n, id", func(r row) error {
			p := store.PaymentRow{ID: protocol.PaymentID(r.text(1)), N: int(r.int(2)), Seq: protocol.Seq(r.int(3)), Body: r.bytes(4)}
			if !f.c.good(paymentsTable, r, 5) {
				bad = "payment " + string(p.ID)
			}
			whole += share(r.int(5))
			if p.Seq > since {
				o.Payments = append(o.Payments, p)
			}
			return nil
		}, key)
		if err != nil {
			return nil, err
		}
		if f.effects {
			if bad, err = f.readEffects(o, key, bad); err != nil {
				return nil, err
			}
		}
		if bad == "" && whole != f.wholes[i] {
			bad = notWhole
		}
		if bad != "" {
			f.markDamaged(o, "%s of order %s of %s", bad, o.ID, f.in)
		}
		bytes += o.Size()
	}
	return f.rows, nil
}

// notWhole is what is wrong with an order whose rows, each for itself, are good.
const notWhole = "a missing or outdated line or payment"

func toTime(milliseconds int64) time.Time { return time.UnixMilli(milliseconds).UTC() }

func userColumns(u *protocol.User) (id, name any) {
	if u == nil {
		return nil, nil
	}
	return u.ID, u.Name
}

// msColumns are what scanMultiSession reads.
const msColumns = "key, id, name, active, deleted, run, run_open, pruned, sum FROM multi_sessions"

var (
	// joinedID is the id of a multi-session whose row is joined; '' if that is damaged.
	joinedID = "coalesce(iif(" + msTable.wrong() + ", '', multi_sessions.id), '')"
	// posColumns are what scanPOS reads.
	posColumns = "pos.id, pos.name, pos.deleted, pos.ms, till_open, user_id, user_name, since, pos.sum, " + joinedID +
		" FROM pos LEFT JOIN multi_sessions ON multi_sessions.key = pos.ms"
)

// orphan reports whether a row names a multi-session, by its key, whose id wasn't
// found, or is damaged. There is a foreign key, so either is damage.
func (r row) orphan(key, id int) bool { return r[key] != nil && r.text(id) == "" }

func (c *conn) scanPOS(r row, into *store.POS) error {
	*into = store.POS{
		ID: protocol.POSID(r.text(0)), Name: r.text(1), Deleted: r.int(2) == 1, MultiSession: protocol.MultiSessionID(r.text(9)),
		Till: store.Till{Open: r.int(4) == 1, Since: toTime(r.int(7))},
	}
	if r[5] != nil {
		into.Till.User = &protocol.User{ID: r.text(5), Name: r.text(6)}
	}
	if !c.good(posTable, r, 8) || r.orphan(3, 9) {
		return c.damaged("POS %s", into.ID)
	}
	return nil
}

// scanMultiSession reads all but the POS.
func (c *conn) scanMultiSession(r row, into *msRow) error {
	*into = msRow{key: r.int(0), pruned: protocol.Seq(r.int(7)), MultiSession: store.MultiSession{
		ID: protocol.MultiSessionID(r.text(1)), Name: r.text(2), Active: r.int(3) == 1, Deleted: r.int(4) == 1,
		Run: protocol.Run(r.int(5)), RunOpen: r.int(6) == 1,
	}}
	if !c.good(msTable, r, 8) {
		return c.damaged("multi-session %s", into.ID)
	}
	return nil
}

// msRow is a multi-session with what only a store knows of it.
type msRow struct {
	store.MultiSession
	key    int64
	pruned protocol.Seq
}
