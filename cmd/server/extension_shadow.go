package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/manytill/manytill/cmd/server/admin"
	"github.com/manytill/manytill/cmd/server/shadow"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/sdk/protocol"
)

type extensionShadow struct {
	Path    string `arg:"" help:"The new version: a JavaScript file, or a folder with extension.yaml."`
	Against string `required:"" help:"A shop's database, also while its server runs (it is copied first, into the folder for temporary files), or a server's address, whose admin API is asked." placeholder:"FILE|URL"`
	Last    int    `default:"40000" help:"How many records are run, the newest; 0 is all."`
	Config  string `type:"existingfile" help:"The server's config: the extension's settings and its timeout are read there." placeholder:"FILE"`
	Show    int    `default:"20" help:"How many of those that differ are shown."`
	Token   string `env:"MANYTILL_ADMIN_TOKEN" help:"The admin token, for an address." placeholder:"TOKEN"`
	CA      string `name:"ca" help:"Trust this certificate authority (PEM), for an address." placeholder:"FILE"`
	JSON    bool   `name:"json" help:"Print JSON, with all that differ."`
}

// The exit codes of extension shadow.
const (
	wouldDiffer  = 1
	notShadowed  = 2
	shownInJSON  = 1_000_000
	defaultLimit = 50 * time.Millisecond // of a call in a server
	// patientTimes is how much longer than that a record may take here before it is
	// ended: what takes longer than it may is told, and many run at once.
	patientTimes  = 10
	patienceLeast = 2 * time.Second
)

// Run runs a new version over a shop's history.
func (e *extensionShadow) Run(ctx context.Context, s streams) error {
	collectLess() // a quarter of the time, otherwise
	report, err := e.report(ctx, s)
	if err != nil {
		return &exit{notShadowed, err}
	}
	if e.JSON {
		err = printJSON(s.out, report)
	} else {
		err = printReportOfShadow(s.out, report)
	}
	if err == nil && !report.Same() {
		return &exit{code: wouldDiffer}
	}
	return err
}

func (e *extensionShadow) report(ctx context.Context, s streams) (*shadow.Report, error) {
	c := defaultConfig()
	if e.Config != "" {
		var err error
		if c, err = readConfig(e.Config); err != nil {
			return nil, err
		}
		if err := c.setTimeZone(); err != nil {
			return nil, err
		}
	}
	source, known, done, err := e.source(ctx, s)
	if err != nil {
		return nil, err
	}
	defer done()
	o := shadow.Options{Source: source, Budget: defaultLimit, Last: e.Last, Show: e.Show}
	if e.JSON {
		o.Show = shownInJSON
	}
	var entry *extensionConfig
	if name, err := nameAt(e.Path); err != nil {
		return nil, err
	} else if entry = c.entryOf(name); entry != nil && entry.Timeout > 0 {
		o.Budget = entry.Timeout
	}
	log := slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	for range (runtime.GOMAXPROCS(0) + 1) / 2 { // a process works on two calls at once
		trial, _, err := c.startTrial(ctx, entry, e.Path, max(patientTimes*o.Budget, patienceLeast), known, log)
		if err != nil {
			return nil, errors.Join(err, closeTrials(o.Trials))
		}
		o.Trials = append(o.Trials, trial)
		if n := trial.Describe().SchemaVersion; n > 1 && !e.onDisk() {
			return nil, errors.Join(fmt.Errorf("its schema is %d, and a server doesn't tell under which one its orders were written: run it over a copy of the shop's database, --against FILE.db", n), closeTrials(o.Trials))
		}
	}
	report, err := shadow.Run(ctx, o)
	return report, errors.Join(err, closeTrials(o.Trials))
}

func closeTrials(all []*extensions.Trial) error {
	var errs []error
	for _, t := range all {
		errs = append(errs, t.Close())
	}
	return errors.Join(errs...)
}

// onDisk: it is run over a database, not over a server.
func (e *extensionShadow) onDisk() bool {
	return !strings.HasPrefix(e.Against, "http://") && !strings.HasPrefix(e.Against, "https://")
}

// source is the history, the fields that the shop has, and what to do at the end.
func (e *extensionShadow) source(ctx context.Context, s streams) (shadow.Source, *extensions.Known, func(), error) {
	if !e.onDisk() {
		calls, err := admin.HTTP(e.CA)
		if err != nil {
			return nil, nil, nil, err
		}
		client, err := admin.New(e.Against, strings.TrimSpace(e.Token), calls)
		if err != nil {
			return nil, nil, nil, err
		}
		var has struct {
			Schema *protocol.Schema `json:"schema"`
		}
		if err := client.Do(ctx, "GET", extensionsPath, nil, &has); err != nil {
			return nil, nil, nil, admin.Explain(err, nil)
		}
		return &shadow.ServerSource{Asker: client, Called: e.Against, Records: e.Last}, &extensions.Known{Schema: has.Schema}, func() {}, nil
	}
	return e.copied(ctx, s)
}

// copied is a copy of a database: nothing is written to the shop's own, and a
// server may go on working with it.
func (e *extensionShadow) copied(ctx context.Context, s streams) (_ shadow.Source, _ *extensions.Known, _ func(), err error) {
	if missing, err := sqlite.Missing(e.Against); err != nil || missing {
		return nil, nil, nil, errors.Join(fmt.Errorf("there is no database %s", e.Against), err)
	}
	dir, err := os.MkdirTemp("", "manytill-shadow-")
	if err != nil {
		return nil, nil, nil, err
	}
	done := func() { _ = os.RemoveAll(dir) }
	defer func() {
		if err != nil {
			done()
		}
	}()
	path := filepath.Join(dir, "copy.db")
	if err := sqlite.BackupFile(ctx, e.Against, path, nil); err != nil {
		return nil, nil, nil, err
	}
	st, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return nil, nil, nil, err
	}
	done = func() {
		if err := errors.Join(st.Close(), os.RemoveAll(dir)); err != nil {
			fmt.Fprintf(s.err, "The copy of the database can't be removed: %s\n", err)
		}
	}
	text, err := st.KnownFields(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	known, err := extensions.ReadKnown(text)
	if err != nil {
		return nil, nil, nil, err
	}
	return &shadow.StoreSource{Store: st, Called: e.Against}, known, done, nil
}

func printReportOfShadow(to io.Writer, r *shadow.Report) error {
	b := &strings.Builder{}
	name := strings.TrimSpace(r.Extension + " " + r.Version)
	fmt.Fprintf(b, "%d of %d records would differ (%s over %s, orders: %d)\n", r.Differ, r.Records, name, r.Against, r.Orders)
	for _, f := range protocol.SortedKeys(r.Fields) {
		fmt.Fprintf(b, "  %s: %d\n", f, r.Fields[f])
	}
	for _, line := range []struct {
		n    int
		what string
	}{
		{r.Migrated, "are of an older schema, and were migrated first"},
		{r.Failed, "would fail"},
		{r.Vetoed, "would be refused"},
		{r.OverTime, "would take longer than they may"},
		{r.NotRun, "couldn't be run"},
	} {
		if line.n > 0 {
			fmt.Fprintf(b, "%d %s\n", line.n, line.what)
		}
	}
	fmt.Fprintf(b, "time: %s ms a record, %s at most, of %s; %.0f records/s\n", shortMS(r.MeanMS), shortMS(r.MostMS), shortMS(r.BudgetMS), r.PerSecond)
	if r.LeftOut > 0 {
		fmt.Fprintf(b, "%d orders are left out: their beginning isn't in the history any more\n", r.LeftOut)
	}
	if r.Stopped != "" {
		fmt.Fprintf(b, "Not all records were run: %s.\n", r.Stopped)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(b, "note: %s\n", note)
	}
	for i := range r.Found {
		printFound(b, &r.Found[i])
	}
	if r.More > 0 {
		fmt.Fprintf(b, "\nand %d more: --show %d shows them, --json too\n", r.More, r.More+len(r.Found))
	}
	_, err := io.WriteString(to, b.String())
	return err
}

func printFound(b *strings.Builder, f *shadow.Found) {
	fmt.Fprintf(b, "\norder %s", f.Order)
	if f.Number > 0 {
		fmt.Fprintf(b, " (number %d)", f.Number)
	}
	if f.Line != "" {
		fmt.Fprintf(b, ", line %s", f.Line)
	}
	fmt.Fprintf(b, ", change %s of %s: %s\n", strconv.FormatInt(int64(f.Seq), 10), f.MultiSession, strings.TrimSpace(f.End+" "+f.Message))
	printDifferences(b, "", f.Differences)
}
