package sqlite

import "context"

// KnownFields implements [store.Maintenance].
func (s *Store) KnownFields(ctx context.Context) (fields []byte, err error) {
	err = s.pool.read(ctx, func(c *conn) error {
		return c.query("SELECT one, fields, sum FROM known_fields", func(r row) error {
			if !c.good(fieldsTable, r, 2) {
				return c.damaged("the fields of extensions")
			}
			fields = r.bytes(1)
			return nil
		})
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
