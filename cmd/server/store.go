package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/internal/files"
)

// A missing database may mean a new shop, or a disk that isn't mounted. So each
// start writes a file that says that there is a database: beside the database,
// and beside the configuration if that is in another folder, which may be on
// another disk.

// storeName is the database as messages name it: an absolute path, or a URL without
// password; empty for a store in memory.
func (c *config) storeName() string {
	if inPostgres(c.Store) {
		return postgres.Name(c.Store)
	}
	path := c.storePath()
	if abs, err := filepath.Abs(path); err == nil && path != "" {
		return abs
	}
	return path
}

// shownStore is store of the configuration, as it may be logged.
func (c *config) shownStore() string {
	if inPostgres(c.Store) {
		return postgres.Name(c.Store)
	}
	return c.Store
}

// marks are the paths of those files.
func (c *config) marks() (all []string) {
	path := c.storePath()
	if path == "" {
		return []string{c.file + ".database"}
	}
	all = append(all, path+".known")
	if c.file != "" && !sameFolder(c.file, path) {
		all = append(all, c.file+".database")
	}
	return all
}

func sameFolder(a, b string) bool {
	x, err1 := os.Stat(filepath.Dir(a))
	y, err2 := os.Stat(filepath.Dir(b))
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

// lookForStore reports whether [openStore] will make a new database: if there
// was none before, or with --new.
func lookForStore(ctx context.Context, c *config, log *slog.Logger) (missing bool, err error) {
	path := c.storeName()
	switch {
	case path == "":
		return false, nil
	case inPostgres(c.Store):
		o, bad := postgresOptions(c.path(c.StorePassword), log)
		if err = bad; err == nil {
			missing, err = postgres.Missing(ctx, c.Store, o)
		}
	default:
		missing, err = sqlite.Missing(path)
	}
	if err != nil {
		return false, err
	}
	if missing && !c.new {
		if mark := c.mark(); mark != "" && inPostgres(c.Store) {
			return false, fmt.Errorf("the database %s is empty, but there was one with orders (see %s). Check that store in the configuration is right. "+
				"Restore a backup; or, to begin a new shop without the old orders, tills and tokens, start once with --new", path, mark)
		} else if mark != "" {
			return false, fmt.Errorf("the database %s is missing or empty, but there was one (see %s). Check that its disk is mounted and that store in the configuration is right. "+
				"Put the database back, or restore a backup. To begin a new shop without the old orders, tills and tokens, start once with --new", path, mark)
		}
	}
	if !missing && c.new {
		log.Warn("--new has no effect: there is a database already. Start without --new, so that a missing database is noticed", "store", path)
	}
	return missing, nil
}

// openStore opens or makes the database of a configuration.
func openStore(ctx context.Context, c *config, missing bool, log *slog.Logger) (store.Store, error) {
	path := c.storeName()
	switch {
	case path == "":
		return mem.New(), nil
	case inPostgres(c.Store):
		st, err := openPostgres(ctx, c.Store, c.path(c.StorePassword), log)
		if err == nil && missing {
			log.Info("new database", "store", path)
		}
		if err == nil {
			c.leaveMarks(log)
			return st, nil
		}
		return nil, err
	}
	st, err := sqlite.Open(ctx, path, sqlite.Options{
		Damaged: func(d store.Damage) {
			log.Error("the database is damaged; check it with manytill verify, and restore a backup", "place", d.Place)
		},
		Mended: func(what string) {
			log.Warn("unreadable records of an older version were repaired: changes were removed, so tills take a snapshot, and orders are shown as pruned", "what", what)
		},
	})
	if err != nil {
		return nil, err
	}
	if missing {
		log.Info("new database", "store", path)
	}
	c.leaveMarks(log)
	return st, nil
}

// mark is the first of those files that names this database.
func (c *config) mark() string {
	path := c.storeName()
	for i, mark := range c.marks() {
		text, missing := os.ReadFile(mark)
		of, _, _ := strings.Cut(string(text), "\n")
		if missing == nil && (i == 0 && !inPostgres(c.Store) || of == path) {
			return mark
		}
	}
	return ""
}

func (c *config) leaveMarks(log *slog.Logger) {
	path := c.storeName()
	text := path + "\nManytill has its database there (first seen on " + time.Now().UTC().Format(time.DateOnly) + "). If it is missing at a start, that start ends with an error\n" +
		"and doesn't begin an empty shop, except with manytill serve --new.\n"
	for i, mark := range c.marks() {
		was, err := os.ReadFile(mark)
		if err == nil && (i == 0 && !inPostgres(c.Store) || strings.HasPrefix(string(was), path+"\n")) {
			continue
		}
		if err := files.Write(mark, []byte(text), 0o600); err != nil && (i == 0 || !errors.Is(err, os.ErrPermission)) {
			log.Warn("the file that marks the database as existing can't be written; without it a missing database is taken for a new shop. Make its folder writable", "file", mark, "error", err)
		}
	}
}
