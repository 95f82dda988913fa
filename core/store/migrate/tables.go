package migrate

import (
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/tidwall/gjson"
)

// table is one of the new database's, and where its rows come from.
type table struct {
	name string
	// from is SQL of SQLite: the key by which rows are ordered, then columns' values.
	// It ends before the condition for the key.
	from string
	// key is the first of from's columns, as SQL.
	key     string
	columns []column
	// order has both give the same rows in the same order.
	order string
	// counted: key is an identity column.
	counted bool
	// derive gives further values, of the row's own.
	derive func([]any) ([]any, error)
}

type column struct {
	name string
	kind kind
}

// kind is how a value of SQLite becomes one of PostgreSQL.
type kind int

const (
	plain kind = iota // the same: a number, an id, a blob
	bytes             // a text of people or extensions
	flag              // 0 or 1
	when              // milliseconds since 1970
)

func (k kind) of(v driver.Value) (any, error) {
	switch k {
	case bytes:
		switch v := v.(type) {
		case string:
			return []byte(v), nil
		case []byte:
			return append([]byte{}, v...), nil
		}
	case flag:
		if n, ok := v.(int64); ok {
			return n == 1, nil
		}
	case when:
		if n, ok := v.(int64); ok {
			return time.UnixMilli(n).UTC(), nil
		}
	}
	if b, ok := v.([]byte); ok {
		return append([]byte{}, b...), nil
	}
	if v != nil && k != plain {
		return nil, fmt.Errorf("%T in place of kind %d", v, k)
	}
	return v, nil
}

// tables in the order in which they are copied: what is referred to comes first.
var tables = []table{
	{
		name: "multi_sessions", key: "key", counted: true, order: "key",
		from: "SELECT key, key, id, name, active, deleted, run, run_open, max(pruned, coalesce((SELECT max(seq) FROM changes WHERE ms = key), 0)), pruned FROM multi_sessions",
		columns: []column{
			{"key", plain}, {"id", plain}, {"name", bytes}, {"active", flag}, {"deleted", flag}, {"run", plain}, {"run_open", flag}, {"seq", plain}, {"pruned", plain},
		},
	},
	{
		name: "pos", key: "rowid", order: "id",
		from: "SELECT rowid, id, name, deleted, ms, till_open, user_id, user_name, since FROM pos",
		columns: []column{
			{"id", plain}, {"name", bytes}, {"deleted", flag}, {"ms", plain}, {"till_open", flag}, {"user_id", bytes}, {"user_name", bytes}, {"since", when},
		},
	},
	{
		name: "pos_values", key: "rowid", order: "pos, key", from: "SELECT rowid, pos, key, value FROM pos_values",
		columns: []column{{"pos", plain}, {"key", bytes}, {"value", bytes}},
	},
	{
		name: "relays", key: "rowid", order: "id", from: "SELECT rowid, id, name, deleted, server_id, seen FROM relays",
		columns: []column{{"id", plain}, {"name", bytes}, {"deleted", flag}, {"server_id", plain}, {"seen", when}},
	},
	{
		name: "tokens", key: "rowid", order: "owner", from: "SELECT rowid, owner, hash FROM tokens",
		columns: []column{{"owner", plain}, {"hash", plain}},
	},
	{
		name: "clients", key: "key", counted: true, order: "key", from: "SELECT key, key, id, pos, ms FROM clients",
		columns: []column{{"key", plain}, {"id", plain}, {"pos", plain}, {"ms", plain}},
	},
	{
		name: "changes", key: "rowid", order: "ms, seq", from: "SELECT rowid, ms, seq, body FROM changes",
		columns: []column{{"ms", plain}, {"seq", plain}, {"body", bytes}, {"at", plain}, {"orders", plain}}, derive: ofChange,
	},
	{
		name: "outcomes", key: "rowid", order: "client, id", from: "SELECT rowid, client, id, hash, result FROM outcomes",
		columns: []column{{"client", plain}, {"id", plain}, {"hash", plain}, {"result", bytes}},
	},
	{
		name: "orders", key: "key", counted: true, order: "key",
		from: "SELECT key, key, ms, id, run, number, state, rev, created, seq, at, body FROM orders",
		columns: []column{
			{"key", plain},
			{"ms", plain},
			{"id", plain},
			{"run", plain},
			{"number", plain},
			{"state", plain},
			{"rev", plain},
			{"created", plain},
			{"seq", plain},
			{"at", when},
			{"body", bytes},
		},
	},
	{
		name: "lines", key: "rowid", order: "order_key, id", from: "SELECT rowid, order_key, id, n, seq, body FROM lines",
		columns: []column{{"order_key", plain}, {"id", plain}, {"n", plain}, {"seq", plain}, {"body", bytes}},
	},
	{
		name: "payments", key: "rowid", order: "order_key, id", from: "SELECT rowid, order_key, id, n, seq, body FROM payments",
		columns: []column{{"order_key", plain}, {"id", plain}, {"n", plain}, {"seq", plain}, {"body", bytes}},
	},
	{
		name: "kept_values", key: "rowid", order: "ms, space, key", from: "SELECT rowid, ms, space, key, value FROM kept_values",
		columns: []column{{"ms", plain}, {"space", bytes}, {"key", bytes}, {"value", bytes}},
	},
	{
		name: "effects", key: "effects.key", counted: true, order: "effects.key",
		from: `SELECT effects.key, effects.key, order_key, id, ms, order_id, extension, name, effect_key, hash, at, state, attempts, next, since, error, ends, result, data
			FROM effects LEFT JOIN outbox ON outbox.key = effects.key`,
		columns: []column{
			{"key", plain},
			{"order_key", plain},
			{"id", plain},
			{"ms", plain},
			{"order_id", plain},
			{"extension", plain},
			{"name", bytes},
			{"effect_key", bytes},
			{"hash", plain},
			{"at", when},
			{"state", plain},
			{"attempts", plain},
			{"next", when},
			{"since", when},
			{"error", bytes},
			{"ends", plain},
			{"result", bytes},
			{"data", bytes},
		},
	},
	{
		name: "rejections", key: "id", counted: true, order: "id",
		from: "SELECT id, id, at, ms, client, author, mutation, code, message, kept, resolved FROM rejections",
		columns: []column{
			{"id", plain},
			{"at", when},
			{"ms", plain},
			{"client", plain},
			{"author", bytes},
			{"mutation", bytes},
			{"code", plain},
			{"message", bytes},
			{"kept", bytes},
			{"resolved", flag},
			{"pos", plain},
		},
		derive: func(row []any) ([]any, error) { return []any{gjson.GetBytes(row[4].([]byte), "pos.id").String()}, nil },
	},
}

// ofChange is a change's time, and the orders that it touched.
func ofChange(row []any) ([]any, error) {
	body := row[2].([]byte)
	at, err := time.Parse(time.RFC3339, gjson.GetBytes(body, "at").String())
	if err != nil {
		return nil, fmt.Errorf("change %d: %w", row[1], err)
	}
	orders := []string{}
	gjson.GetBytes(body, "orders").ForEach(func(id, _ gjson.Result) bool {
		orders = append(orders, id.String())
		return true
	})
	return []any{at.UTC().Truncate(time.Millisecond), orders}, nil
}
