package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	extensioncheck "github.com/manytill/manytill/extensions/check"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/plainyaml"
)

type extensionCheck struct {
	Path   string   `arg:"" help:"A JavaScript file, or the folder of an extension."`
	With   []string `help:"Another extension of the same server; may be given several times." placeholder:"PATH" sep:"none"`
	From   string   `help:"The version before: whether its data can be migrated." placeholder:"PATH"`
	Config string   `help:"A YAML file with the extension's settings: what stands under config in the server's config." placeholder:"FILE"`
	Race   bool     `help:"Build a Go extension with the race detector."`
	Source bool     `name:"source-only" help:"Read a Go extension's sources, and build and run nothing."`
	Strict bool     `help:"A warning fails too."`
	JSON   bool     `name:"json" help:"Print JSON, for scripts."`
}

// The exit codes of extension check.
const (
	foundErrors   = 1
	notCheckable  = 2
	settingsLimit = 1 << 20
)

// Run checks an extension and prints what it found.
func (e *extensionCheck) Run(ctx context.Context, s streams) error {
	settings, err := readSettings(e.Config)
	if err != nil {
		return &exit{notCheckable, err}
	}
	report, err := extensioncheck.Run(ctx, extensioncheck.Options{Path: e.Path, With: e.With, From: e.From, Settings: settings, Race: e.Race, SourceOnly: e.Source})
	if err != nil {
		return &exit{notCheckable, err}
	}
	if e.JSON {
		out := json.NewEncoder(s.out)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		err = out.Encode(report)
	} else {
		err = printReport(s.out, report)
	}
	if err == nil && report.Failed(e.Strict) {
		return &exit{code: foundErrors}
	}
	return err
}

// readSettings reads the file that --config names; nil without one.
func readSettings(path string) (map[string]any, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, settingsLimit+1))
	if err != nil || len(text) > settingsLimit {
		return nil, fmt.Errorf("read the settings: %s has more than %d bytes, or can't be read: %w", path, settingsLimit, err)
	}
	settings := map[string]any{}
	if err := plainyaml.Decode(plainyaml.Text(text), &settings); err != nil {
		return nil, fmt.Errorf("%s: the settings can't be read: %w", path, err)
	}
	return settings, nil
}

// printReport writes the findings, then the fields as a table.
func printReport(to io.Writer, r *extensioncheck.Report) error {
	out := &printing{to: to}
	for _, f := range r.Findings {
		out.printf("%s\n", findingText(f))
	}
	if len(r.Findings) > 0 {
		out.printf("\n")
	}
	out.printf("%s", r.Name)
	if r.Version != "" {
		out.printf(" %s", r.Version)
	}
	out.printf(" (%s): %s\n", r.Kind, counted(r))
	if len(r.Fields) == 0 {
		return out.err
	}
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "FIELD\tMODEL\tTYPE\tMERGE\tINIT\tAPPLY\tEXPORT\tVERDICT")
	for _, f := range r.Fields {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Field, f.Model, f.Type, f.Merge, yesNo(f.Init), yesNo(f.Apply), yesNo(f.Export), f.Verdict)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return out.err
}

// passes checks an extension and prints its errors; it is false where there are any.
func passes(ctx context.Context, o extensioncheck.Options, to io.Writer) (bool, error) {
	report, err := extensioncheck.Run(ctx, o)
	if err != nil || !report.Failed(false) {
		return err == nil, err
	}
	for _, f := range report.Findings {
		if f.Severity == notes.Error {
			fmt.Fprintf(to, "error[%s] %s\n", f.Code, f.Note)
		}
	}
	return false, nil
}

// findingText is a finding with its place and what to do.
func findingText(f extensioncheck.Finding) string {
	text := fmt.Sprintf("%s[%s] %s", f.Severity, f.Code, f.Message)
	if at := f.Place.String(); at != "" {
		text = at + ": " + text
	}
	if f.Fix != "" {
		text += "\n  fix: " + f.Fix
	}
	return text
}

// counted says how many findings there are of each severity.
func counted(r *extensioncheck.Report) string {
	if len(r.Findings) == 0 {
		return "nothing was found"
	}
	counts := map[string]int{}
	for _, f := range r.Findings {
		counts[string(f.Severity)]++
	}
	text := ""
	for _, severity := range []string{"error", "warning", "note"} {
		n := counts[severity]
		if n == 0 {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%d %s", n, severity)
		if n > 1 {
			text += "s"
		}
	}
	return text
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// printing keeps the first error of many writes.
type printing struct {
	to  io.Writer
	err error
}

func (p *printing) printf(format string, values ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.to, format, values...)
	}
}
