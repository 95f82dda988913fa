package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/extensions/port"
)

type extensionImport struct {
	Paths []string `arg:"" help:"A module's folder, or its files: JavaScript, TypeScript and Python."`
	Out   string   `help:"Make this folder; by default one with the extension's name, here." placeholder:"DIR"`
	Name  string   `help:"The extension's name; by default the module's." placeholder:"NAME"`
	JSON  bool     `name:"json" help:"Print JSON, for scripts."`
}

// Run makes an extension's folder of a module, and says what became of it.
func (e *extensionImport) Run(ctx context.Context, s streams) error {
	report, err := port.Run(ctx, port.Options{Paths: e.Paths, Name: e.Name, Dir: e.Out})
	if err != nil {
		return err
	}
	if e.JSON {
		return printJSON(s.out, report)
	}
	return printImport(s, report)
}

func printImport(s streams, r *port.Report) error {
	out := &printing{to: s.out}
	out.printf("%s is made: %s and %s\n", r.Dir, counts(len(r.Scripts), "script"), filepath.Join(r.Dir, "extension.yaml"))
	if len(r.LeftOut) > 0 {
		out.printf("\nNot loaded, and left out:\n")
		printNotes(out, r.LeftOut)
	}
	if len(r.Fields) == 0 {
		out.printf("\nIt syncs no field.\n")
	} else {
		out.printf("\nIt syncs:\n")
		rows := [][]string{{"FIELD", "MODEL", "TYPE", "MERGE", "FOUND"}}
		for _, f := range r.Fields {
			found := "by running it"
			switch {
			case f.Python:
				found = "in Python, a guess"
			case f.OneWay:
				found = "exported, never restored"
			}
			rows = append(rows, []string{string(f.Field), string(f.Model), string(f.Type), string(f.Merge), found})
		}
		if out.err == nil {
			out.err = table(s.out, rows)
		}
	}
	if len(r.NotSynced) > 0 {
		out.printf("\nPython declares these, and they aren't synced:\n")
		for _, d := range r.NotSynced {
			out.printf("  %s:%d: %s of %s: %s\n", d.File, d.Line, d.Field, d.Model, d.Why)
		}
	}
	if len(r.Screen) > 0 {
		out.printf("\nThis stays behind, as the server and our pages have no such screen:\n")
		printNotes(out, r.Screen)
	}
	if len(r.Notes) > 0 {
		out.printf("\nNotes:\n")
		printNotes(out, r.Notes)
	}
	out.printf("\nNext:\n  manytill extension check %s\n", r.Dir)
	return out.err
}

// mostNotes is how many lines of a kind are printed; --json has all.
const mostNotes = 30

func printNotes(out *printing, all []notes.Note) {
	for i, n := range all {
		if i == mostNotes {
			out.printf("  and %d more, which --json prints\n", len(all)-i)
			return
		}
		out.printf("  %s\n", strings.ReplaceAll(n.String(), "\n", " "))
	}
}

func counts(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
