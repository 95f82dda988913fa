package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/sdk/protocol"
)

// storeFlags name the store by the configuration that serves it.
type storeFlags struct {
	Config string `required:"" type:"existingfile" help:"The configuration of the server." placeholder:"FILE"`
}

// file is the SQLite file of the configuration. Unless it may be missing, it
// must be there: opening would make an empty one.
func (f storeFlags) file(mayBeMissing bool) (string, error) {
	c, err := readConfig(f.Config)
	if err != nil {
		return "", err
	}
	path := c.storePath()
	if path == "" {
		return "", fmt.Errorf("%s keeps its orders in memory (store: %s); there is no file to work on", f.Config, c.Store)
	}
	if mayBeMissing {
		return path, nil
	}
	missing, err := sqlite.Missing(path)
	if err == nil && missing {
		err = fmt.Errorf("there is no database %s, or it is empty; is store right in %s, and is its disk mounted?", path, f.Config)
	}
	return path, err
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
		fmt.Fprintf(s.err, "The backup is good, but the server's metrics don't hear of it: %s\n", err)
	}
	_, err = fmt.Fprintf(s.out, "Backed up %s to %s (%d KiB) in %s.\n", path, b.To, info.Size()>>10, time.Since(start).Round(time.Millisecond))
	return err
}

type restoreCommand struct {
	storeFlags
	From  string `required:"" type:"existingfile" help:"The backup." placeholder:"PATH"`
	Force bool   `help:"Replace a database that is there already."`
}

// Run puts a backup in the place of the database, under a new epoch.
func (r *restoreCommand) Run(ctx context.Context, s streams) error {
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
	_, err = fmt.Fprintf(s.out, "Restored %s from %s. Start the server: every till notices by itself and sends again what it still holds.\n", path, r.From)
	return err
}

type pruneCommand struct {
	storeFlags
	Older  string `required:"" help:"Age in days, like 400d." placeholder:"400d"`
	Yes    bool   `help:"Don't ask."`
	Vacuum bool   `help:"Write the database anew without what is free in it, so that the file shrinks. Needs as much room again for a while."`

	ClockIsRight bool `help:"Go on though all that would go is so much older than --older that this machine's clock may be ahead."`

	age time.Duration
	now func() time.Time // nil is the clock; tests turn it
}

var days = regexp.MustCompile(`^([0-9]{1,5})d$`)

// Run drops closed orders whose last change is older, with their history.
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
	path, err := p.file(false)
	if err != nil {
		return err
	}
	now := time.Now
	if p.now != nil {
		now = p.now
	}
	size, free, err := p.prune(ctx, s, path, now().AddDate(0, 0, -n))
	if err != nil || !p.Vacuum {
		if err == nil && free >= 1<<20 {
			_, err = fmt.Fprintf(s.out, "%s stays as large as it is, %s, though %s of it are empty. prune with --vacuum gives them back to the disk.\n",
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

// prune asks and drops. It returns how large the database is after it, and how
// much of it is free.
func (p *pruneCommand) prune(ctx context.Context, s streams, path string, before time.Time) (size, free int64, err error) {
	st, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return 0, 0, fmt.Errorf("pruning needs the server stopped: %w", err)
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	would, err := st.Prune(ctx, before, true)
	switch {
	case err != nil:
		return 0, 0, err
	case would.Orders == 0 && would.Changes == 0:
		fmt.Fprintf(s.out, "No closed order is untouched since %s; there is nothing to drop.\n", before.Format(time.DateOnly))
		return st.Room(ctx)
	}
	if err := p.doubt(before, would.Newest); err != nil {
		return 0, 0, err
	}
	fmt.Fprintf(s.out, "Closed orders untouched since %s: %d. They go, with %d changes of their history; their numbers and ids stay taken, and no outcome of a mutation goes.\n",
		before.Format(time.DateOnly), would.Orders, would.Changes)
	if !p.Yes && !agreed(s, "There is no way back but a backup. Type yes to go on: ") {
		fmt.Fprintln(s.out, "Nothing was changed.")
		p.Vacuum = false
		return 0, 0, nil
	}
	done, err := st.Prune(ctx, before, false)
	if err != nil {
		return 0, 0, err
	}
	fmt.Fprintf(s.out, "Dropped %d orders and %d changes.\n", done.Orders, done.Changes)
	return st.Room(ctx)
}

// doubt: a shop that sells has orders of every day up to the cut. Where they
// end long before it, the clock may be ahead, and those of today would go.
func (p *pruneCommand) doubt(before, newest time.Time) error {
	age := before.Sub(newest)
	if p.ClockIsRight || newest.IsZero() || age <= p.age/2 {
		return nil
	}
	const day = 24 * time.Hour
	return fmt.Errorf("is this machine's clock right? By it now is %s, so --older %s drops what is older than %s; but the newest of that is of %s, and then there is nothing for %d days. "+
		"Nothing was changed. If the clock is right and the shop stood still, say --clock-is-right",
		before.Add(p.age).Format(time.DateOnly), p.Older, before.Format(time.DateOnly), newest.In(before.Location()).Format(time.DateOnly), age/day)
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

func agreed(s streams, question string) bool {
	fmt.Fprint(s.out, question)
	answer, _ := bufio.NewReader(s.in).ReadString('\n')
	return strings.EqualFold(strings.TrimSpace(answer), "yes")
}

// A backup that a command makes may lie anywhere. So the command leaves word of
// it beside the database, in one line: when, how many bytes, and where.

func backupNote(database string) string { return database + ".backup" }

func noteBackup(database, to string, bytes int64, at time.Time) error {
	path := backupNote(database)
	if err := files.Write(path, fmt.Appendf(nil, "%s %d %s\n", protocol.FormatTime(at), bytes, to), 0o600); err != nil {
		return err
	}
	return files.Like(path, database)
}

// lastBackup is the last one that a command made; a zero time if none is known.
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
