// Package conform runs the conformance suite on an extension, and the vendor's own cases
// in testdata: what `manytill extension test` runs, in go test.
//
//	func TestConforms(t *testing.T) { conform.Folder(t, ".") }
//
// It is a package apart from sdktest, since it runs the server itself: tests of single
// hooks compile without that. Nothing that a vendor ships imports it.
//
// It owns how a test asks for the suite, which is internal/suite's. An extension that is
// run in the test's process is served there until the suite ends, by goroutines of its
// own. It holds no lock.
//
// Start reading with [Folder].
package conform

import (
	"context"
	"regexp"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/internal/suite"
	"github.com/manytill/manytill/sdk/plugin"
)

// Suite says what the conformance suite tries, and how. The zero value is all of it.
type Suite struct {
	// With are other extensions that it needs: files or folders.
	With []string
	// Settings are the operator's: config in the server's config. nil: those of the
	// first case in testdata that has any.
	Settings map[string]any
	// Only and Skip choose checks and cases by name; nil: all, and none.
	Only, Skip *regexp.Regexp
	// Update writes what came into the cases that fail.
	Update bool
	// Timeout is of one call of the hooks; 0: 5 s. What a server gives them is the
	// operator's, and less.
	Timeout time.Duration
	// Extension is run in this process, in place of the program that the folder's
	// manifest names: it can be debugged, and raced. nil: that program.
	Extension *plugin.Extension
	// Manytill: this program is manytill itself, which JavaScript is a process of, too.
	Manytill bool
}

// Words of a report.
type (
	// Report is what came of the suite.
	Report = suite.Report
	// Result is what came of one check, or case.
	Result = suite.Result
	// Verdict is what came of it in a word.
	Verdict = suite.Verdict
	// Failure says what was done, what was expected and what came.
	Failure = suite.Failure
)

// The verdicts.
const (
	OK      = suite.OK
	Failed  = suite.Failed
	Skipped = suite.Skipped
)

// Run tries the extension at a path: a JavaScript file, or a folder. An error says
// why it could not be tried; what it does wrong is in the report.
func (s Suite) Run(ctx context.Context, path string) (*Report, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	o := suite.Options{
		Path: path, With: s.With, Settings: s.Settings, Only: s.Only, Skip: s.Skip, Update: s.Update, Timeout: s.Timeout, Process: s.Manytill,
	}
	if s.Extension != nil {
		o.Attach = func() (*goplugin.Reattach, error) {
			at, err := plugin.ServeHere(ctx, *s.Extension)
			return &at, err
		}
	}
	return suite.Run(ctx, o)
}

// Folder runs the suite on the extension in a folder, and its cases; "." is that of the
// test. A Go extension is built first. It may be a JavaScript file, too.
func Folder(t *testing.T, path string) {
	t.Helper()
	Suite{}.Test(t, path)
}

// Extension is Folder with a Go extension in the test's own process, where it can be
// debugged, and tried with -race; the folder has its manifest and its cases.
func Extension(t *testing.T, path string, e plugin.Extension) {
	t.Helper()
	Suite{Extension: &e}.Test(t, path)
}

// Test runs the suite, each check as a test of its own.
func (s Suite) Test(t *testing.T, path string) {
	t.Helper()
	report, err := s.Run(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range report.Results {
		t.Run(report.Results[i].Check, func(t *testing.T) {
			result := &report.Results[i]
			for _, note := range result.Notes {
				t.Log("note: " + note)
			}
			for _, failure := range result.Failures {
				t.Error(failure)
			}
			if result.Verdict == Skipped {
				t.Skip(result.Why)
			}
		})
	}
}
