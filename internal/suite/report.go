package suite

import (
	"fmt"
	"strings"
)

// Verdict is what came of one check.
type Verdict string

// The verdicts.
const (
	OK      Verdict = "ok"
	Failed  Verdict = "failed"
	Skipped Verdict = "skipped" // Why says why
)

// Report is what came of all checks.
type Report struct {
	Name    string   `json:"name"`
	Version string   `json:"version,omitempty"`
	Kind    Kind     `json:"kind"`
	Results []Result `json:"results"`
}

// Result is what came of one.
type Result struct {
	Check   string  `json:"check"`
	Verdict Verdict `json:"verdict"`
	Why     string  `json:"why,omitempty"`
	// Tried says what was done, in a few words.
	Tried    string    `json:"tried,omitempty"`
	Failures []Failure `json:"failures,omitempty"`
	Notes    []string  `json:"notes,omitempty"`
	Seconds  float64   `json:"seconds"`
}

// Failure says what was done, what was expected and what came.
type Failure struct {
	Did      string `json:"did"`
	Expected string `json:"expected"`
	Came     string `json:"came"`
	Model    string `json:"model,omitempty"`
	Line     string `json:"line,omitempty"`
	Field    string `json:"field,omitempty"`
	Till     string `json:"till,omitempty"`
	// At is the place in a case.
	At string `json:"at,omitempty"`
}

// Failed reports whether any check failed.
func (r *Report) Failed() bool {
	for i := range r.Results {
		if r.Results[i].Verdict == Failed {
			return true
		}
	}
	return false
}

// String is the failure in words, a sentence a line.
func (f Failure) String() string {
	var b strings.Builder
	if f.At != "" {
		fmt.Fprintf(&b, "%s: ", f.At)
	}
	fmt.Fprintf(&b, "%s\n  expected: %s\n  came:     %s", f.Did, f.Expected, f.Came)
	var of []string
	if f.Field != "" {
		of = append(of, strings.TrimSpace(f.Model+" field "+f.Field))
	}
	if f.Line != "" {
		of = append(of, "line "+f.Line)
	}
	if f.Till != "" {
		of = append(of, "till "+f.Till)
	}
	if len(of) > 0 {
		fmt.Fprintf(&b, "\n  of:       %s", strings.Join(of, ", "))
	}
	return b.String()
}

// mostFailures is how many a check tells: others have the same cause.
const mostFailures = 5

func (r *Result) fail(f Failure) {
	r.Verdict = Failed
	if len(r.Failures) < mostFailures {
		r.Failures = append(r.Failures, f)
	}
}

func (r *Result) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

func (r *Result) skip(format string, args ...any) {
	r.Verdict, r.Why = Skipped, fmt.Sprintf(format, args...)
}
