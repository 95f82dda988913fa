package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/cmd/server/catalogue"
	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/sdk/protocol"
)

// catalogueConfig names the files of products, customers and cashiers. Each is
// JSON (a list of objects) or CSV (the first row names the columns).
type catalogueConfig struct {
	Products  string `yaml:"products"`
	Customers string `yaml:"customers"`
	Cashiers  string `yaml:"cashiers"`
}

func (c catalogueConfig) file(kind catalogue.Kind) string {
	return map[catalogue.Kind]string{
		catalogue.Products: c.Products, catalogue.Customers: c.Customers, catalogue.Cashiers: c.Cashiers,
	}[kind]
}

// catalogueFiles are the catalogue's files, and the catalogue that was read from
// them last. Tills get that one; files that can't be read don't change it.
type catalogueFiles struct {
	config *config
	log    *slog.Logger
	now    atomic.Pointer[api.Catalogue]

	mu          sync.Mutex // held while files are read
	named       catalogueConfig
	seen, taken stamps // at the last check, and at the last read
}

// stamps show whether the files changed.
type stamps [3]struct {
	at   time.Time
	size int64
}

// openCatalogue reads the files. One that can't be read is an error.
func openCatalogue(c *config, log *slog.Logger) (*catalogueFiles, error) {
	f := &catalogueFiles{config: c, log: log, named: c.Catalogue}
	return f, f.read(f.look())
}

// Now is the catalogue that tills get.
func (f *catalogueFiles) Now() *api.Catalogue { return f.now.Load() }

func (f *catalogueFiles) path(kind catalogue.Kind) string {
	return f.config.path(f.named.file(kind))
}

func (f *catalogueFiles) look() (s stamps) {
	for i, kind := range catalogue.Kinds {
		if path := f.path(kind); path != "" {
			if info, err := os.Stat(path); err == nil {
				s[i].at, s[i].size = info.ModTime(), info.Size()
			}
		}
	}
	return s
}

func (f *catalogueFiles) read(s stamps) error {
	f.seen, f.taken = s, s
	var tables []*catalogue.Table
	counts := []any{}
	for _, kind := range catalogue.Kinds {
		path := f.path(kind)
		if path == "" {
			continue
		}
		t, err := catalogue.Read(kind, path, f.config.money())
		if err != nil {
			return fmt.Errorf("catalogue.%s: %w", kind, err)
		}
		tables, counts = append(tables, t), append(counts, string(kind), len(t.Rows))
	}
	body, err := catalogue.JSON(tables...)
	if err != nil {
		return err
	}
	fresh, was := api.NewCatalogue(body), f.now.Load()
	if was != nil && was.ETag() == fresh.ETag() {
		return nil
	}
	f.now.Store(fresh)
	for _, t := range tables {
		for _, note := range t.Notes {
			f.log.Info("catalogue", "file", t.File, "note", note)
		}
	}
	if len(tables) > 0 || was != nil {
		f.log.Info("the catalogue was read", counts...)
	}
	return nil
}

// reload reads now the files that the config file names now.
func (f *catalogueFiles) reload() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.config.file != "" {
		fresh, err := readConfig(f.config.file)
		if err != nil {
			return err
		}
		f.named = fresh.Catalogue
	}
	return f.read(f.look())
}

// staysInUse says what follows when the catalogue can't be read.
const staysInUse = "the catalogue can't be read and the old one stays in use; correct the file, and it is read again"

func (f *catalogueFiles) logged(err error) {
	if err != nil {
		f.log.Error(staysInUse, "error", err)
	}
}

// step reads files that changed, once they have stayed the same since the step
// before.
func (f *catalogueFiles) step() {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.look()
	settled := s == f.seen
	f.seen = s
	if settled && s != f.taken {
		f.logged(f.read(s))
	}
}

// watch has the files checked once a second, and read at SIGHUP.
func (f *catalogueFiles) watch(ctx context.Context, atHangup func(func())) {
	atHangup(func() { f.logged(f.reload()) })
	go f.eachSecond(ctx)
}

func (f *catalogueFiles) eachSecond(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			f.step()
		}
	}
}

type catalogueCommand struct {
	Check catalogueCheck `cmd:"" help:"Show as a table what a server would read from a file of the catalogue."`
}

type catalogueCheck struct {
	File   string `arg:"" type:"existingfile" help:"The file: .csv, .tsv or .json."`
	As     string `enum:",products,customers,cashiers" default:"" help:"What the file holds: products, customers or cashiers. By default the file's name decides; if it doesn't, products." placeholder:"LIST"`
	Config string `type:"existingfile" help:"The server's configuration, for its currency." placeholder:"FILE"`
	JSON   bool   `name:"json" help:"Print the rows as tills get them."`
}

// Run reads the file as serve does.
func (c *catalogueCheck) Run(s streams) error {
	cfg := defaultConfig()
	if c.Config != "" {
		read, err := readConfig(c.Config)
		if err != nil {
			return err
		}
		cfg = read
	}
	kind := catalogue.Kind(c.As)
	if kind == "" {
		kind = catalogue.KindOf(c.File)
	}
	t, err := catalogue.Read(kind, c.File, cfg.money())
	if err != nil {
		if kind == catalogue.Products && c.As == "" {
			err = errors.Join(err, errors.New("(it was read as products; --as customers or --as cashiers reads it as one of those)"))
		}
		return err
	}
	if c.JSON {
		return printJSON(s.out, t.Rows)
	}
	if err := table(s.out, tableOf(t, cfg.money())); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "\n%d %s; %s.\n", len(t.Rows), kind, t.Format)
	for _, note := range t.Notes {
		fmt.Fprintf(s.out, "Note: %s.\n", note)
	}
	return nil
}

// tableOf has the columns that tills show first, then all others.
func tableOf(t *catalogue.Table, money protocol.Currency) [][]string {
	others := map[string]bool{}
	for _, row := range t.Rows {
		for name := range row {
			others[name] = true
		}
	}
	var columns []string
	for _, name := range []string{"id", "name", "price", "category"} {
		if others[name] {
			columns = append(columns, name)
			delete(others, name)
		}
	}
	columns = append(columns, slices.Sorted(maps.Keys(others))...)
	rows := [][]string{columns}
	for _, row := range t.Rows {
		cells := make([]string, len(columns))
		for i, name := range columns {
			cells[i] = strings.Join(strings.Fields(cellOf(row[name], money)), " ")
		}
		rows = append(rows, cells)
	}
	return rows
}

// cellOf is a value as it is printed.
func cellOf(v any, money protocol.Currency) string {
	switch v := v.(type) {
	case nil:
		return ""
	case protocol.Value: // a price
		d, _ := v.Decimal()
		return money.FormatPrice(d)
	}
	return fmt.Sprint(v)
}
