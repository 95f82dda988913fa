package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/postgres"
)

// A store in PostgreSQL is named by a URL without password, so that no message, no log
// and no list of processes has one.

// inPostgres reports whether a store is named that is a PostgreSQL database.
func inPostgres(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// checkPostgres says what is wrong with such a name; "" if nothing is.
func checkPostgres(name string) string {
	u, err := url.Parse(name)
	if err != nil {
		return "store must be postgres://USER@HOST:PORT/DATABASE; it can't be read as a URL"
	}
	_, has := u.User.Password()
	if has || u.Query().Has("password") {
		return "store must have no password: write it into a file, and name that in store_password_file, or set PGPASSWORD for the server"
	}
	if u.Query().Has("sslpassword") {
		return "store must have no sslpassword: set PGSSLPASSWORD for the server"
	}
	if strings.Trim(u.Path, "/") == "" {
		return "store must name a database, like postgres://manytill@db.example:5432/manytill"
	}
	return ""
}

// openPostgres opens a database by a URL, with the password of a file unless that is "".
func openPostgres(ctx context.Context, name, passwordFile string, log *slog.Logger) (*postgres.Store, error) {
	o, err := postgresOptions(passwordFile, log)
	if err != nil {
		return nil, err
	}
	return postgres.Open(ctx, name, o)
}

func postgresOptions(passwordFile string, log *slog.Logger) (o postgres.Options, err error) {
	if passwordFile != "" {
		text, err := os.ReadFile(passwordFile)
		if err != nil {
			return o, fmt.Errorf("the file of the database's password can't be read: %w", err)
		}
		if o.Password = strings.TrimRight(string(text), "\r\n"); o.Password == "" {
			return o, fmt.Errorf("the file of the database's password, %s, is empty", passwordFile)
		}
	}
	o.Warn = func(what string) { log.Warn(what) }
	o.Damaged = func(d store.Damage) {
		log.Error("the database is damaged; check it with pg_amcheck, and restore a backup", "place", d.Place)
	}
	return o, nil
}

// errOwnTools is why a command does nothing for a database in PostgreSQL.
var errOwnTools = errors.New("it is in PostgreSQL, which has its own tools for that: pg_dump and pg_basebackup for backups, pg_restore to restore one, pg_amcheck to check it (see docs/operator.md)")
