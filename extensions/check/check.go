package check

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/check/internal/gosource"
	"github.com/manytill/manytill/extensions/hosts"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
)

// Options say what to check.
type Options struct {
	// Path is a JavaScript file, or a folder.
	Path string
	// With are other extensions of the same server.
	With []string
	// From is the version before, where it is known.
	From string
	// Settings are the operator's, as config in the server's config.
	Settings map[string]any
	// Race builds Go with the race detector.
	Race bool
	// SourceOnly reads a Go program's sources, and builds and runs nothing.
	SourceOnly bool
	// Log gets what the extension writes; nil is nowhere.
	Log *slog.Logger
}

func (o Options) source(path string) hosts.Source {
	return hosts.Source{Paths: []string{path}, Config: o.Settings}
}

// start starts the host of an extension: JavaScript in this process.
func (o Options) start(ctx context.Context, source hosts.Source) (extensions.Host, error) {
	m, err := source.Manifest()
	if err != nil {
		return nil, err
	}
	source.InProcess = m == nil || len(m.JS) > 0
	if m != nil && m.Exec != "" {
		if source.SHA256, err = sumOf(m.Program()); err != nil {
			return nil, err
		}
	}
	return hosts.Start(ctx, source, o.Log)
}

// Run checks the extension at o.Path. An error says why it could not be
// checked; what is wrong with the extension is in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	for _, path := range append(slices.DeleteFunc([]string{o.Path, o.From}, func(p string) bool { return p == "" }), o.With...) {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("%s can't be checked: there is no such file or folder", path)
		}
	}
	r := &Report{Kind: JavaScript, Name: o.source(o.Path).Tag().Name, Fields: []FieldRow{}, Findings: []Finding{}}
	m, err := o.source(o.Path).Manifest()
	if err == nil && m != nil {
		if wrong := m.CheckConfig(o.Settings); wrong != nil {
			return nil, fmt.Errorf("%w; its settings come from a file that --config names", wrong)
		}
	}
	switch {
	case err != nil:
		r.failed(err)
		err = nil
	case m != nil && m.Exec != "":
		r.Kind = Go
		err = checkGo(ctx, o, m, r)
	case m != nil && !m.HasCode():
		r.Kind = Fields
		err = checkFields(ctx, o, m, r)
	case m == nil && gosource.HasSources(o.Path):
		r.withoutManifest(o.Path)
	default:
		err = checkJavaScript(ctx, o, m, r)
	}
	if err != nil {
		return nil, err
	}
	r.finish()
	return r, nil
}

// failed takes an error of loading as findings.
func (r *Report) failed(err error) {
	found := notes.Failures(err)
	if len(found) == 0 {
		found = []notes.Note{{Code: notes.NotLoaded, Message: err.Error()}}
	}
	r.add(found...)
}

// checkFields is for a manifest without code.
func checkFields(ctx context.Context, o Options, m *manifest.Manifest, r *Report) error {
	host, err := o.start(ctx, o.source(o.Path))
	if err != nil {
		r.failed(err)
		return nil
	}
	r.describe(host.Describe())
	return errors.Join(o.together(ctx, host, m, r), host.Close())
}

// together builds a chain of the extension and those that it is checked with:
// what a server would refuse is a finding. m is its manifest, or nil.
func (o Options) together(ctx context.Context, host extensions.Host, m *manifest.Manifest, r *Report) (err error) {
	d := host.Describe()
	names := []string{d.Name}
	var entries []extensions.Entry
	for _, path := range o.With {
		other, err := o.start(ctx, hosts.Source{Paths: []string{path}})
		if err != nil {
			return fmt.Errorf("%s, given by --with, can't be loaded: %w", path, err)
		}
		defer func() { err = errors.Join(err, other.Close()) }()
		names = append(names, other.Describe().Name)
		r.belongs(other.Describe())
		entries = append(entries, extensions.Entry{Host: other, Source: path})
	}
	self := &described{Host: host, as: d}
	self.as.After = slices.DeleteFunc(slices.Clone(d.After), func(name string) bool {
		if slices.Contains(names, name) {
			return false
		}
		r.add(notes.Note{Code: notes.After, Place: m.Place("after"), Message: fmt.Sprintf("it runs after %s, which isn't given: a server needs it", name)})
		return true
	})
	entries = append(entries, extensions.Entry{Host: self, Source: o.Path})
	chain, err := extensions.Build(entries, extensions.Options{Now: time.Now, Log: o.Log})
	found := d.Notes
	if err == nil {
		found = chain.Notes(d.Name)
	}
	r.add(placed(d, m, found)...)
	if err != nil {
		r.add(placed(d, m, notes.Failures(err))...)
	}
	return nil
}

// belongs: a key that isn't the extension's own may be another's.
func (r *Report) belongs(other extensions.Description) {
	for i := range r.Findings {
		f := &r.Findings[i]
		if _, is := other.Fields[f.Model][f.Field]; is && f.Code == notes.Undeclared {
			*f = Finding{notes.Of(notes.OthersField).Severity, f.Note}
			f.Code, f.Fix = notes.OthersField, notes.Of(notes.OthersField).Fix
			f.Message = fmt.Sprintf("a hook exports %s, which belongs to the extension %s", f.Field, other.Name)
		}
	}
}

// described is a host that says something else of itself.
type described struct {
	extensions.Host
	as extensions.Description
}

func (d *described) Describe() extensions.Description { return d.as }

// placed gives notes on a field, and on what a manifest says, their place in it.
func placed(d extensions.Description, m *manifest.Manifest, found []notes.Note) []notes.Note {
	found = slices.Clone(found)
	for i := range found {
		n := &found[i]
		switch {
		case n.File != "":
		case n.Code == notes.Collision && (m == nil || n.Field == ""):
			n.Place = d.Uses[n.Model][n.Field].At
		case n.Code == notes.Collision:
			n.Place = m.Place("fields", string(n.Model), string(n.Field))
		case n.Code == notes.ReadsNobodys && m != nil:
			n.Place = m.Place("reads", string(n.Model))
		}
	}
	return found
}
