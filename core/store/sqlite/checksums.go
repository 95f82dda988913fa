package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"strings"
	"sync"

	"github.com/manytill/manytill/core/store"
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
	fieldsTable    = table{"known_fields", "one, fields", "'the fields of extensions'"}

	tables = []table{
		identityTable, msTable, posTable, tokensTable, clientsTable, changesTable, outcomesTable,
		ordersTable, linesTable, paymentsTable, rejectionTable, fieldsTable,
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

// library is SQLite with row_sum.
var library = func() *sqlite3.Driver {
	d := &sqlite3.Driver{}
	d.MustRegisterDeterministicScalarFunction("row_sum", -1,
		func(_ *sqlite3.FunctionContext, args []driver.Value) (driver.Value, error) {
			if len(args) == 0 {
				return nil, errors.New("row_sum: the first argument must be the name of a table")
			}
			sum, _ := rowSum(nil, fmt.Sprint(args[0]), args[1:])
			return sum, nil
		})
	return d
}()

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

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

// good reports whether the last of a row's first n+1 columns is the checksum of
// those before it.
func (c *conn) good(t table, r row, n int) bool {
	var sum int64
	sum, c.scratch = rowSum(c.scratch, t.name, r[:n])
	return sum == r.int(n)
}

// damaged notes a damaged row and returns its error.
func (c *conn) damaged(format string, args ...any) error {
	d := store.Damage{Place: fmt.Sprintf(format, args...)}
	if c.found != nil {
		c.found.note(d)
	}
	return d.Err()
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

// findings are the damaged places found since the database was opened.
type findings struct {
	tell func(store.Damage) // may be nil

	mu   sync.Mutex
	all  []store.Damage
	seen map[string]bool
}

// mostFindings limits how many are kept.
const mostFindings = 1000

// note keeps and reports a place, once.
func (f *findings) note(d store.Damage) {
	f.mu.Lock()
	if f.seen[d.Place] || len(f.all) >= mostFindings {
		f.mu.Unlock()
		return
	}
	if f.seen == nil {
		f.seen = map[string]bool{}
	}
	f.seen[d.Place] = true
	f.all = append(f.all, d)
	f.mu.Unlock()
	if f.tell != nil {
		f.tell(d)
	}
}

// noteCorrupt notes an error in which SQLite reports a damaged page.
func (f *findings) noteCorrupt(err error) {
	var s *sqlite3.Error
	if f != nil && errors.As(err, &s) && s.Code()&0xff == codeCorrupt {
		f.note(store.Damage{Place: "a page (" + s.Error() + ")"})
	}
}

// Damage implements [store.Maintenance].
func (s *Store) Damage() []store.Damage {
	s.found.mu.Lock()
	defer s.found.mu.Unlock()
	return append([]store.Damage(nil), s.found.all...)
}
