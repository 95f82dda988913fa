package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
)

type verifyCommand struct {
	Config string `type:"existingfile" help:"The configuration whose database is looked at." placeholder:"FILE"`
	File   string `arg:"" optional:"" type:"existingfile" help:"A backup or another database, instead of that of a configuration."`
}

// shownDamage is how many places are listed one by one.
const shownDamage = 100

// Run reads all of a database or a backup. Its error says that something is
// damaged, so that the exit code does.
func (v *verifyCommand) Run(ctx context.Context, s streams) error {
	path := v.File
	if (path == "") == (v.Config == "") {
		return errors.New("name a backup, or a configuration with --config")
	}
	if path == "" {
		var err error
		if path, err = (storeFlags{v.Config}).file(false); err != nil {
			return err
		}
	}
	places := 0
	summed, err := sqlite.Verify(ctx, path, func(d store.Damage) {
		if places++; places <= shownDamage {
			fmt.Fprintf(s.out, "Damaged: %s\n", d.Place)
		}
	})
	switch {
	case err != nil && places > 0:
		return fmt.Errorf("%s is damaged, and the rest of it can't be looked at. Look whether the disk is failing, and restore the last backup that verify finds good", path)
	case err != nil:
		return fmt.Errorf("%s can't be looked at: %w", path, err)
	case places > 0:
		return fmt.Errorf("%s is damaged in %s. Look whether the disk is failing, and restore the last backup that verify finds good", path, count(places, "place"))
	case !summed:
		_, err = fmt.Fprintf(s.out, "%s: its structure is good. An older version wrote it, without checksums, so more can't be told.\n", path)
	default:
		_, err = fmt.Fprintf(s.out, "%s is good: its structure, and every row by its checksum.\n", path)
	}
	return err
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}
