package check

import (
	"cmp"
	"slices"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

// Kind is what an extension is made of.
type Kind string

// The kinds of extensions.
const (
	JavaScript Kind = "javascript" // or TypeScript
	Go         Kind = "go"         // a program; its sources may not be there
	Fields     Kind = "fields"     // a manifest without code
)

// Report is what was found.
type Report struct {
	Name     string     `json:"name"`
	Version  string     `json:"version"`
	Kind     Kind       `json:"kind"`
	Fields   []FieldRow `json:"fields"`
	Findings []Finding  `json:"findings"`
}

// Finding is a note and what it means for a shop.
type Finding struct {
	Severity notes.Severity `json:"severity"`
	notes.Note
}

// FieldRow is one field of the extension's.
type FieldRow struct {
	Field protocol.Field `json:"field"`
	Model protocol.Model `json:"model"`
	Type  protocol.Type  `json:"type"`
	Merge protocol.Merge `json:"merge"`
	// Init, Apply and Export: that hook reads it, or gives it.
	Init   bool `json:"init"`
	Apply  bool `json:"apply"`
	Export bool `json:"export"`
	// Verdict is "synced", "derived", or the code of the gravest finding on it, where
	// it isn't synced as it looks.
	Verdict string `json:"verdict"`
}

// add takes notes as findings, each once.
func (r *Report) add(found ...notes.Note) {
	for _, n := range found {
		entry := notes.Of(n.Code)
		if n.Fix == "" && r.Kind == Go {
			n.Fix = notes.FixInGo(n.Code)
		} else if n.Fix == "" {
			n.Fix = entry.Fix
		}
		f := Finding{entry.Severity, n}
		if !slices.Contains(r.Findings, f) {
			r.Findings = append(r.Findings, f)
		}
	}
}

// Failed reports whether there is an error, or with strict a warning.
func (r *Report) Failed(strict bool) bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool {
		return f.Severity == notes.Error || (strict && f.Severity == notes.Warning)
	})
}

// describe takes what a host says of itself.
func (r *Report) describe(d extensions.Description) {
	r.Name, r.Version = d.Name, d.Version
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		for _, name := range protocol.SortedKeys(d.Fields[model]) {
			info := d.Fields[model][name]
			r.Fields = append(r.Fields, FieldRow{Field: name, Model: model, Type: info.Type, Merge: info.Merge, Verdict: verdictOf(info)})
			if use, known := d.Uses[model][name]; known {
				row := &r.Fields[len(r.Fields)-1]
				row.Init, row.Apply, row.Export = use.Init, use.Apply, use.Export
			}
		}
	}
}

func verdictOf(info extensions.FieldInfo) string {
	if info.Derived {
		return "derived"
	}
	return "synced"
}

var gravity = map[notes.Severity]int{notes.Error: 0, notes.Warning: 1, notes.Info: 2}

// finish sorts the findings, errors first, and gives each field its verdict.
func (r *Report) finish() {
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(gravity[a.Severity], gravity[b.Severity]), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	for i := range r.Fields {
		row := &r.Fields[i]
		on := func(f Finding) bool {
			return f.Model == row.Model && f.Field == row.Field && (f.Severity != notes.Info || f.Code == notes.ExportOnly)
		}
		if j := slices.IndexFunc(r.Findings, on); j >= 0 {
			row.Verdict = string(r.Findings[j].Code)
		}
	}
}
