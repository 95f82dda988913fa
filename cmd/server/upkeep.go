package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/sdk/protocol"
)

// storeFlags name a store by its server's configuration.
type storeFlags struct {
	Config string `required:"" type:"existingfile" help:"The configuration of the server." placeholder:"FILE"`
}

// file is the SQLite file of the configuration. It must exist unless it may be
// missing: opening would make an empty one.
func (f storeFlags) file(mayBeMissing bool) (string, error) {
	c, err := readConfig(f.Config)
	if err != nil {
		return "", err
	}
	path := c.storePath()
	if inPostgres(c.Store) {
		return "", fmt.Errorf("the database of %s: %w", f.Config, errOwnTools)
	}
	if path == "" {
		return "", fmt.Errorf("%s has a store in memory (store: %s), so there is no file to work on", f.Config, c.Store)
	}
	if mayBeMissing {
		return path, nil
	}
	missing, err := sqlite.Missing(path)
	if err == nil && missing {
		err = fmt.Errorf("the database %s is missing or empty; check that store in %s is right, and that its disk is mounted", path, f.Config)
	}
	return path, err
}

// open opens the database of the configuration, which must exist. The server of one in
// a file must be stopped, for what is said in need. path is "" unless it is in a file.
func (f storeFlags) open(ctx context.Context, need string) (st store.Store, path string, err error) {
	c, err := readConfig(f.Config)
	if err != nil {
		return nil, "", err
	}
	if !inPostgres(c.Store) {
		if path, err = f.file(false); err != nil {
			return nil, "", err
		}
		if st, err = sqlite.Open(ctx, path, sqlite.Options{}); err != nil {
			return nil, "", fmt.Errorf("%s needs the server stopped: %w", need, err)
		}
		return st, path, nil
	}
	o, err := postgresOptions(c.path(c.StorePassword), slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, "", err
	}
	missing, err := postgres.Missing(ctx, c.Store, o)
	if err == nil && missing {
		err = fmt.Errorf("the database %s is empty; check that store in %s is right", c.storeName(), f.Config)
	}
	if err == nil {
		st, err = postgres.Open(ctx, c.Store, o)
	}
	return st, "", err
}

type backupCommand struct {
	storeFlags
	To string `required:"" help:"The file to write; it must not exist yet." placeholder:"PATH"`
}

// Run copies the database, also while a server works with it.
func (b *backupCommand) Run(ctx context.Context, s streams) error {
	path, err := b.file(false)
	if err != nil {
		return err
	}
	start := time.Now()
	if err := sqlite.BackupFile(ctx, path, b.To, nil); err != nil {
		return err
	}
	info, err := os.Stat(b.To)
	if err != nil {
		return err
	}
	if err := noteBackup(path, b.To, info.Size(), time.Now()); err != nil {
		fmt.Fprintf(s.err, "The backup is complete, but it couldn't be noted for the server's metrics: %s\n", err)
	}
	_, err = fmt.Fprintf(s.out, "Backed up %s to %s (%d KiB) in %s.\n", path, b.To, info.Size()>>10, time.Since(start).Round(time.Millisecond))
	return err
}

type restoreCommand struct {
	storeFlags
	From  string `type:"existingfile" help:"The backup. For PostgreSQL there is none to name: its own tools restored it before." placeholder:"PATH"`
	Force bool   `help:"Replace a database that is there already."`
}

// Run puts a backup in the place of the database, under a new epoch. For PostgreSQL the
// new epoch is all that is left to do.
func (r *restoreCommand) Run(ctx context.Context, s streams) (err error) {
	c, err := readConfig(r.Config)
	if err != nil {
		return err
	}
	if inPostgres(c.Store) {
		return r.restored(ctx, s, c)
	}
	if r.From == "" {
		return errors.New("name the backup with --from")
	}
	path, err := r.file(true)
	if err != nil {
		return err
	}
	if same, err := filepath.Abs(r.From); err == nil {
		if own, err := filepath.Abs(path); err == nil && own == same {
			return errors.New("--from is the database itself; name the backup")
		}
	}
	if err := sqlite.Restore(ctx, r.From, path, r.Force); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "Restored %s from %s. Start the server: every till notices by itself and sends again what it still has.\n", path, r.From)
	return err
}

func (r *restoreCommand) restored(ctx context.Context, s streams, c *config) (err error) {
	if r.From != "" {
		return fmt.Errorf("the database of %s: %w. Restore it with them, and run this again without --from", r.Config, errOwnTools)
	}
	st, _, err := r.open(ctx, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err := st.(*postgres.Store).NewEpoch(ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s counts as restored from a backup now. Start its servers, all of which must have been stopped: every till notices by itself and sends again what it still has.\n", c.storeName())
	return err
}

type pruneCommand struct {
	storeFlags
	Older  string `required:"" help:"Age in days, like 400d." placeholder:"400d"`
	Yes    bool   `help:"Don't ask."`
	Vacuum bool   `help:"Rewrite the database without its free space, so that the file shrinks. Needs as much free disk space as the database takes."`

	ClockIsRight bool `help:"Go on although everything to be deleted is so much older than --older that this machine's clock may be ahead."`

	age    time.Duration
	agreed bool
	now    func() time.Time // nil is the clock; tests turn it
}

var days = regexp.MustCompile(`^([0-9]{1,5})d$`)

// Run deletes closed orders whose last change is older, with their history.
func (p *pruneCommand) Run(ctx context.Context, s streams) (err error) {
	age := days.FindStringSubmatch(p.Older)
	if age == nil {
		return fmt.Errorf("--older must be a number of days like 400d, not %q", p.Older)
	}
	n, _ := strconv.Atoi(age[1])
	if n < 1 {
		return errors.New("--older must be 1d or more")
	}
	p.age = time.Duration(n) * 24 * time.Hour
	now := time.Now
	if p.now != nil {
		now = p.now
	}
	path, size, free, err := p.prune(ctx, s, now().AddDate(0, 0, -n))
	if err == nil && p.Vacuum && path == "" {
		return errors.New("what was deleted is gone, but --vacuum is for a database in a file: PostgreSQL uses the free space again by itself, and VACUUM FULL gives it back to the disk")
	}
	if err != nil || !p.Vacuum {
		if err == nil && free >= 1<<20 {
			_, err = fmt.Fprintf(s.out, "%s keeps its size of %s, of which %s are free. prune with --vacuum gives the free space back to the disk.\n",
				path, mebibytes(size), mebibytes(free))
		}
		return err
	}
	if err := sqlite.Vacuum(ctx, path); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err == nil {
		_, err = fmt.Fprintf(s.out, "%s shrank from %s to %s.\n", path, mebibytes(size), mebibytes(info.Size()))
	}
	return err
}

// prune asks, then deletes. It returns the database's file, if it is in one, its size
// and how much of it is free.
func (p *pruneCommand) prune(ctx context.Context, s streams, before time.Time) (path string, size, free int64, err error) {
	st, path, err := p.open(ctx, "pruning")
	if err != nil {
		return "", 0, 0, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err = p.pruneStore(ctx, s, st, before); err != nil {
		return path, 0, 0, err
	}
	if file, is := st.(*sqlite.Store); is && p.agreed {
		size, free, err = file.Room(ctx)
	}
	return path, size, free, err
}

func (p *pruneCommand) pruneStore(ctx context.Context, s streams, st store.Store, before time.Time) error {
	p.agreed = true
	would, err := st.Prune(ctx, before, true)
	switch {
	case err != nil:
		return err
	case would.Orders == 0 && would.Changes == 0:
		fmt.Fprintf(s.out, "No closed order is unchanged since %s; there is nothing to delete.\n", before.Format(time.DateOnly))
		return nil
	}
	if err := p.doubt(before, would.Newest); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Closed orders unchanged since %s: %d. They will be deleted, with %d changes of their history. Their numbers and ids stay taken, and all outcomes of mutations stay.\n",
		before.Format(time.DateOnly), would.Orders, would.Changes)
	if !p.Yes && !agreed(s, "Only a backup can bring them back. Type yes to go on: ") {
		fmt.Fprintln(s.out, "Nothing was changed.")
		p.Vacuum, p.agreed = false, false
		return nil
	}
	done, err := st.Prune(ctx, before, false)
	if err == nil {
		fmt.Fprintf(s.out, "Deleted %d orders and %d changes.\n", done.Orders, done.Changes)
	}
	return err
}

// doubt refuses to prune if the clock may be ahead. A working shop has orders of
// every day up to the limit. If they end long before it, the clock may be wrong,
// and today's orders would be deleted.
func (p *pruneCommand) doubt(before, newest time.Time) error {
	age := before.Sub(newest)
	if p.ClockIsRight || newest.IsZero() || age <= p.age/2 {
		return nil
	}
	const day = 24 * time.Hour
	return fmt.Errorf("this machine's clock may be ahead: it says %s, so --older %s deletes what is older than %s, but the newest of that is of %s, and then there is nothing for %d days. "+
		"Nothing was changed. If the clock is right and the shop was closed for that long, add --clock-is-right",
		before.Add(p.age).Format(time.DateOnly), p.Older, before.Format(time.DateOnly), newest.In(before.Location()).Format(time.DateOnly), age/day)
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

func agreed(s streams, question string) bool {
	fmt.Fprint(s.out, question)
	answer, _ := bufio.NewReader(s.in).ReadString('\n')
	return strings.EqualFold(strings.TrimSpace(answer), "yes")
}

// The backup command writes to any path. So that the server's metrics know of
// it, the command notes time, size and path in a file beside the database.

func backupNote(database string) string { return database + ".backup" }

func noteBackup(database, to string, bytes int64, at time.Time) error {
	path := backupNote(database)
	if err := files.Write(path, fmt.Appendf(nil, "%s %d %s\n", protocol.FormatTime(at), bytes, to), 0o600); err != nil {
		return err
	}
	return files.Like(path, database)
}

// lastBackup is the last backup that a command made; a zero time if there is
// none.
func (c *config) lastBackup() (at time.Time, bytes int64) {
	text, err := os.ReadFile(backupNote(c.storePath()))
	if err != nil {
		return time.Time{}, 0
	}
	fields := strings.SplitN(string(text), " ", 3)
	if len(fields) < 3 {
		return time.Time{}, 0
	}
	if at, err = time.Parse(time.RFC3339, fields[0]); err == nil {
		bytes, err = strconv.ParseInt(fields[1], 10, 64)
	}
	if err != nil {
		return time.Time{}, 0
	}
	return at, bytes
}

type verifyCommand struct {
	Config string `type:"existingfile" help:"The configuration whose database is checked." placeholder:"FILE"`
	File   string `arg:"" optional:"" type:"existingfile" help:"A backup or another database."`
}

// shownDamage is how many places are listed one by one.
const shownDamage = 100

// Run checks a whole database or backup. Damage is an error, for the exit code.
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
	places, first := 0, ""
	checked, err := sqlite.Verify(ctx, path, func(d store.Damage) {
		if places++; places == 1 {
			first = d.Place
		}
		if places <= shownDamage {
			fmt.Fprintf(s.out, "Damaged: %s\n", d.Place)
		}
	})
	switch {
	case err != nil && places > 0:
		return fmt.Errorf("%s is damaged, and the rest of it can't be read. The first place is: %s. Check whether the disk is failing, and restore the last backup that verify finds good", path, first)
	case err != nil:
		return fmt.Errorf("%s can't be checked: %w", path, err)
	case places > 0:
		return fmt.Errorf("%s is damaged in %s. The first is: %s. Check whether the disk is failing, and restore the last backup that verify finds good", path, count(places, "place"), first)
	case !checked.Sums:
		_, err = fmt.Fprintf(s.out, "%s: its structure is good. An older version wrote it without checksums, so its rows can't be checked.\n", path)
	case !checked.Histories:
		_, err = fmt.Fprintf(s.out, "%s is good: its structure, and every row by its checksum. An older version wrote it, so it can't be checked whether rows are missing.\n", path)
	default:
		_, err = fmt.Fprintf(s.out, "%s is good: its structure, and every row by its checksum; no change, order, line or payment is missing.\n", path)
	}
	return err
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}
