package sqlite

import "context"

// KnownFields implements [store.Maintenance].
func (s *Store) KnownFields(ctx context.Context) (fields []byte, err error) {
	err = s.pool.read(ctx, func(c *conn) error {
		_, err := c.one("SELECT fields FROM known_fields", func(r row) { fields = r.bytes(0) })
		return err
	})
	return fields, err
}

// PutKnownFields implements [store.Maintenance].
func (s *Store) PutKnownFields(ctx context.Context, fields []byte) error {
	return s.writer.do(ctx, func(w *writer) error {
		_, err := w.exec("INSERT INTO known_fields (one, fields) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET fields = excluded.fields", string(fields))
		return err
	})
}
