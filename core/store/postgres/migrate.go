package postgres

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/base32"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrating is the advisory lock of nodes that start: one of them makes or updates
// the schema, the others wait and find it done. The number means nothing.
const migrating = 7310579001

// addingEffects is the advisory lock of commits that insert effects.
const addingEffects = 7310579002

// migrate makes or updates the schema, in one transaction.
func migrate(ctx context.Context, c *pgx.Conn) error {
	steps, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		for _, begin := range []string{"SET LOCAL statement_timeout = 0", "SET LOCAL lock_timeout = 0", fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", migrating)} {
			if _, err := tx.Exec(ctx, begin); err != nil {
				return err
			}
		}
		version, err := schemaVersion(ctx, tx)
		switch {
		case err != nil:
			return err
		case version > len(steps):
			return fmt.Errorf("it was written by a newer version of Manytill (schema %d, this one knows %d): use that version or a newer one", version, len(steps))
		case version == len(steps):
			return nil
		}
		for i, step := range steps[version:] {
			script, err := migrations.ReadFile(step)
			if err == nil {
				_, err = tx.Exec(ctx, string(script))
			}
			if err != nil {
				return fmt.Errorf("schema step %s: %w", step, err)
			}
			if version+i == 0 {
				if _, err := tx.Exec(ctx, "INSERT INTO identity VALUES (true, $1, $2)", randomID(), randomID()); err != nil {
					return err
				}
			}
		}
		_, err = tx.Exec(ctx, "UPDATE schema_version SET version = $1", len(steps))
		return err
	})
}

// schemaVersion is the schema of the database; it makes an empty one of version 0.
func schemaVersion(ctx context.Context, tx pgx.Tx) (version int, err error) {
	var ours, tables int
	err = tx.QueryRow(ctx, `SELECT count(*) FILTER (WHERE tablename = 'schema_version'), count(*)
		FROM pg_tables WHERE schemaname = 'manytill'`).Scan(&ours, &tables)
	switch {
	case err != nil:
		return 0, err
	case ours == 0 && tables > 0:
		return 0, fmt.Errorf("its schema manytill has the tables of another program: use another database")
	case ours == 0:
		_, err = tx.Exec(ctx, `CREATE SCHEMA IF NOT EXISTS manytill; CREATE TABLE schema_version (version integer NOT NULL); INSERT INTO schema_version VALUES (0)`)
		return 0, err
	}
	err = tx.QueryRow(ctx, "SELECT version FROM schema_version").Scan(&version)
	return version, err
}

// randomID is 50 random bits that tell databases and epochs apart.
func randomID() string {
	b := make([]byte, 10)
	_, _ = rand.Read(b) // never fails
	return strings.ToLower(base32.StdEncoding.EncodeToString(b))[:10]
}
