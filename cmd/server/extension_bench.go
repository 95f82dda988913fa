package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/manytill/manytill/extensions/bench"
	"github.com/manytill/manytill/extensions/hosts"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/sdk/protocol"
)

type extensionBench struct {
	Path    string        `arg:"" help:"A JavaScript file, or the folder of an extension; one in Go must be built."`
	Config  string        `help:"A YAML file with the extension's settings: what stands under config in the server's config." placeholder:"FILE"`
	Timeout time.Duration `default:"50ms" help:"Its budget: the timeout that a server gives a call."`
	Runs    int           `help:"How often to run each; by default for about half a second."`
	JSON    bool          `name:"json" help:"Print JSON, for scripts."`
}

// Run measures an extension and prints a table.
func (e *extensionBench) Run(ctx context.Context, s streams) (err error) {
	if e.Timeout <= 0 || e.Runs < 0 {
		return &exit{notCheckable, errors.New("--timeout must be more than 0, and --runs not less")}
	}
	settings, err := readSettings(e.Config)
	if err != nil {
		return &exit{notCheckable, err}
	}
	source := hosts.Source{Paths: []string{e.Path}, Config: settings, Timeout: benchPatience}
	m, err := source.Manifest()
	if err != nil {
		return &exit{notCheckable, err}
	}
	inGo := m != nil && m.Exec != ""
	if source.InProcess = !inGo; inGo {
		if source.SHA256, err = checksumOf(e.Path); err != nil {
			return &exit{notCheckable, err}
		}
	}
	if m != nil && !m.HasCode() {
		return &exit{notCheckable, fmt.Errorf("%s has no code, only fields: hooks cost nothing there", manifest.FileName)}
	}
	host, err := hosts.Start(ctx, source, slog.New(slog.NewTextHandler(s.err, nil)))
	if err != nil {
		return &exit{notCheckable, err}
	}
	defer func() { err = errors.Join(err, host.Close()) }()
	rows, err := bench.Run(ctx, host, bench.Options{Budget: e.Timeout, Runs: e.Runs})
	if err != nil {
		return &exit{foundErrors, err}
	}
	name := host.Describe().Name
	if e.JSON {
		return printJSON(s.out, map[string]any{"name": name, "in_go": inGo, "budget_ms": float64(e.Timeout) / float64(time.Millisecond), "rows": rows})
	}
	return e.print(s, name, inGo, rows)
}

// benchPatience is how long a call may take here: slow ones are to be measured.
const benchPatience = 30 * time.Second

func (e *extensionBench) print(s streams, name string, inGo bool, rows []bench.Row) error {
	cells := [][]string{{"ONE", "LINES", "TIME", "SLOWEST", "OF " + e.Timeout.String(), "BYTES", "RUNS"}}
	if inGo {
		cells[0] = slices.Insert(cells[0], 6, "IN ITS PROGRAM")
	}
	over, silent := false, false
	for _, r := range rows {
		what := "order"
		if r.Model == protocol.ModelOrderline {
			what = "changed line"
		}
		over = over || r.Share > 100
		row := []string{
			what, strconv.Itoa(r.Lines), microText(r.MicroSeconds), microText(r.Most), fmt.Sprintf("%.1f%%", r.Share), humanize.IBytes(r.Bytes),
		}
		switch {
		case inGo && r.Program != nil:
			row = append(row, humanize.IBytes(*r.Program))
		case inGo:
			row, silent = append(row, "?"), true
		}
		cells = append(cells, append(row, strconv.Itoa(r.Runs)))
	}
	out := &printing{to: s.out}
	out.printf("%s: one call of its hooks, on average\n", name)
	if out.err == nil {
		out.err = table(s.out, cells)
	}
	if inGo {
		out.printf("BYTES are what a call allocates in the server; IN ITS PROGRAM, what it allocates there: in hooks, and to read the record and write the answer.\n")
	}
	if silent {
		out.printf("The program was built with an sdk that doesn't say what it allocates: build it with the one of this version.\n")
	}
	if over {
		out.printf("A call that takes longer than its budget is stopped in a shop: do less for each line, or have the operator raise timeout.\n")
	}
	return out.err
}

func microText(us float64) string {
	if us >= 1000 {
		return fmt.Sprintf("%.2f ms", us/1000)
	}
	return fmt.Sprintf("%.1f µs", us)
}
