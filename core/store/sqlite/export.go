package sqlite

import (
	"context"
	"database/sql/driver"
)

// Export reads rows by a query, for a migration to another store. The values are
// int64, string, []byte or nil, and valid until each returns.
func (s *Store) Export(ctx context.Context, query string, each func([]driver.Value) error, args ...driver.Value) error {
	return s.read(ctx, func(c *conn) error {
		return c.query(query, func(r row) error { return each(r) }, args...)
	})
}
