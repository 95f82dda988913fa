package sqlite

import (
	"fmt"

	"github.com/manytill/manytill/sdk/protocol"
)

// empty deletes what Batch.Anew of package store says, and begins the log behind a seq. The
// journal's rows were moved before.
func (w *writer) empty(id protocol.MultiSessionID, at protocol.Seq) (*multiSessionKey, error) {
	key, _, err := msKey(w.c, id)
	if err != nil {
		return nil, err
	}
	if err := w.writeHeads(); err != nil { // others', of this transaction
		return nil, err
	}
	const orders = "(SELECT key FROM orders WHERE ms = ?)"
	for _, step := range []string{
		"DELETE FROM lines WHERE order_key IN " + orders,
		"DELETE FROM payments WHERE order_key IN " + orders,
		"DELETE FROM outbox WHERE key IN (SELECT key FROM effects WHERE order_key IN " + orders + ")",
		"DELETE FROM effects WHERE order_key IN " + orders,
		"DELETE FROM orders WHERE ms = ?",
		"DELETE FROM changes WHERE ms = ?",
		"DELETE FROM heads WHERE ms = ?",
		"DELETE FROM kept_values WHERE ms = ?",
		"DELETE FROM rejections WHERE ms = (SELECT id FROM multi_sessions WHERE key = ?)",
	} {
		if _, err := w.exec(step, key); err != nil {
			return nil, fmt.Errorf("empty multi-session %s: %w", id, err)
		}
	}
	if _, err := w.exec("UPDATE multi_sessions SET pruned = ? WHERE key = ?", int64(at), key); err != nil {
		return nil, err
	}
	w.keys.forget()
	h, err := w.changeHead(key)
	if err != nil {
		return nil, err
	}
	*h = head{seq: int64(at), cut: int64(at), hash: []byte{}, base: []byte{}, dirty: true}
	return w.multiSession(id)
}
