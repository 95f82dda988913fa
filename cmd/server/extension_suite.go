package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/manytill/manytill/internal/suite"
)

type extensionSuite struct {
	Path    string        `arg:"" help:"A JavaScript file, or the folder of an extension."`
	With    []string      `help:"Another extension that it needs; may be given several times." placeholder:"PATH" sep:"none"`
	From    string        `help:"The version before: its data must survive the way here, back, and here again." placeholder:"PATH"`
	Config  string        `help:"A YAML file with the extension's settings: what stands under config in the server's config. By default they are those of the first case that has any." placeholder:"FILE"`
	Only    string        `name:"run" help:"Run the checks and cases whose names match." placeholder:"REGEXP"`
	Skip    string        `help:"Leave out those whose names match." placeholder:"REGEXP"`
	Update  bool          `help:"Write what came into the cases that fail."`
	Timeout time.Duration `default:"5s" help:"The longest that one call of the hooks may take here."`
	Verbose bool          `short:"v" help:"Say what was tried, and how long it took."`
	JSON    bool          `name:"json" help:"Print JSON, for scripts."`
}

// Run tries an extension and prints what came of it.
func (e *extensionSuite) Run(ctx context.Context, s streams) error {
	settings, err := readSettings(e.Config)
	if err != nil {
		return &exit{notCheckable, err}
	}
	o := suite.Options{Path: e.Path, With: e.With, From: e.From, Settings: settings, Update: e.Update, Timeout: e.Timeout, Process: true}
	if o.Only, err = expression("--run", e.Only); err != nil {
		return &exit{notCheckable, err}
	}
	if o.Skip, err = expression("--skip", e.Skip); err != nil {
		return &exit{notCheckable, err}
	}
	report, err := suite.Run(ctx, o)
	if err != nil {
		return &exit{notCheckable, err}
	}
	if e.JSON {
		out := json.NewEncoder(s.out)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		err = out.Encode(report)
	} else {
		err = e.print(s.out, report)
	}
	if err == nil && report.Failed() {
		return &exit{code: foundErrors}
	}
	return err
}

// expression is a flag's; nil where it isn't given.
func expression(flag, text string) (*regexp.Regexp, error) {
	if text == "" {
		return nil, nil
	}
	compiled, err := regexp.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", flag, text, err)
	}
	return compiled, nil
}

func (e *extensionSuite) print(to io.Writer, r *suite.Report) error {
	out := &printing{to: to}
	counts := map[suite.Verdict]int{}
	for i := range r.Results {
		result := &r.Results[i]
		counts[result.Verdict]++
		out.printf("%-7s  %s", result.Verdict, result.Check)
		if result.Verdict == suite.Skipped {
			out.printf(": %s", result.Why)
		}
		if e.Verbose {
			out.printf(" (%s%.2f s)", prefixed(result.Tried, ", "), result.Seconds)
		}
		out.printf("\n")
		for _, f := range result.Failures {
			out.printf("%s\n", indented(f.String()))
		}
		for _, note := range result.Notes {
			out.printf("%s\n", indented("note: "+note))
		}
	}
	out.printf("%s", r.Name)
	if r.Version != "" {
		out.printf(" %s", r.Version)
	}
	out.printf(" (%s): %d ok, %d failed, %d skipped\n", r.Kind, counts[suite.OK], counts[suite.Failed], counts[suite.Skipped])
	return out.err
}

func prefixed(text, with string) string {
	if text == "" {
		return ""
	}
	return text + with
}

func indented(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }
