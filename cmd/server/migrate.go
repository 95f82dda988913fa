package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/migrate"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/core/store/sqlite"
)

type migrateCommand struct {
	From         string `required:"" help:"The database to leave, like sqlite:manytill.db. Its server must be stopped." placeholder:"sqlite:PATH"`
	To           string `required:"" help:"The empty database to move to, like postgres://manytill@db.example/manytill." placeholder:"URL"`
	PasswordFile string `type:"existingfile" help:"The file of the new database's password. Without it, the password is PGPASSWORD." placeholder:"FILE"`
}

// Run moves a shop from SQLite to PostgreSQL.
func (m *migrateCommand) Run(ctx context.Context, s streams) (err error) {
	path, is := strings.CutPrefix(m.From, "sqlite:")
	switch {
	case !is || path == "":
		return fmt.Errorf("--from must be sqlite:PATH, not %q", m.From)
	case !inPostgres(m.To):
		return errors.New("--to must be postgres://USER@HOST:PORT/DATABASE")
	}
	if wrong := checkPostgres(m.To); wrong != "" {
		return errors.New("--to: " + strings.TrimPrefix(wrong, "store "))
	}
	if missing, err := sqlite.Missing(path); err != nil || missing {
		return errors.Join(err, fmt.Errorf("the database %s is missing or empty", path))
	}
	o, err := postgresOptions(m.PasswordFile, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	damaged := 0
	if _, err := sqlite.Verify(ctx, path, func(store.Damage) { damaged++ }); err != nil || damaged > 0 {
		return errors.Join(err, fmt.Errorf("%s is damaged in %s: see manytill verify, and restore a good backup first", path, count(damaged, "place")))
	}
	from, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return fmt.Errorf("a migration needs the server stopped: %w", err)
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := postgres.Prepare(ctx, m.To, o)
	if err != nil {
		return err
	}
	defer to.Close(context.WithoutCancel(ctx))
	bar := &progressBar{s: s, now: time.Now}
	if err := migrate.Run(ctx, from, to, bar.show); err != nil {
		return fmt.Errorf("%w (%s is as it was; run the same command again to go on)", err, path)
	}
	_, err = fmt.Fprintf(s.out, "Moved %s to %s, and compared every row. Write into the server's configuration:  store: %s\n"+
		"and start it: tills go on where they were. Keep %s as a backup, but start no server with it any more: it would be a second truth.\n",
		path, postgres.Name(m.To), postgres.Name(m.To), path)
	return err
}

// progressBar prints how far a migration is: a table when it begins, and then each
// second.
type progressBar struct {
	s     streams
	now   func() time.Time
	shown time.Time
	table string
}

func (b *progressBar) show(p migrate.Progress) {
	what := "copying"
	if p.Verifying {
		what = "comparing"
	}
	title := what + " " + p.Table
	if now := b.now(); title != b.table || p.Done == p.Of || now.Sub(b.shown) >= time.Second {
		b.table, b.shown = title, now
		const width = 30
		full := width
		if p.Of > 0 {
			full = int(width * min(p.Done, p.Of) / p.Of)
		}
		fmt.Fprintf(b.s.err, "%-26s [%s%s] %d of %d rows\n", title, strings.Repeat("#", full), strings.Repeat(".", width-full), p.Done, p.Of)
	}
}
