package check

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/check/internal/gosource"
	"github.com/manytill/manytill/extensions/hosts"
	"github.com/manytill/manytill/extensions/notes"
)

// Options say what to check.
type Options struct {
	// Path is a JavaScript file, or a folder.
	Path string
	// With are other extensions of the same server.
	With []string
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
	for _, path := range append([]string{o.Path}, o.With...) {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("%s can't be checked: there is no such file or folder", path)
		}
	}
	r := &Report{Kind: JavaScript, Name: o.source(o.Path).Tag().Name, Fields: []FieldRow{}, Findings: []Finding{}}
	m, err := o.source(o.Path).Manifest()
	switch {
	case err != nil:
		r.failed(err)
		err = nil
	case m != nil && m.Exec != "":
		r.Kind = Go
		err = checkGo(ctx, o, m, r)
	case m != nil && !m.HasCode():
		r.Kind = Fields
		err = checkFields(ctx, o, r)
	case m == nil && gosource.HasSources(o.Path):
		r.withoutManifest(o.Path)
	default:
		err = checkJavaScript(ctx, o, r)
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
func checkFields(ctx context.Context, o Options, r *Report) error {
	host, err := o.start(ctx, o.source(o.Path))
	if err != nil {
		r.failed(err)
		return nil
	}
	r.describe(host.Describe())
	return errors.Join(o.together(ctx, host, r), host.Close())
}

// together builds a chain of the extension and those that it is checked with:
// what a server would refuse is a finding.
func (o Options) together(ctx context.Context, host extensions.Host, r *Report) (err error) {
	entries := []extensions.Entry{{Host: host, Source: o.Path}}
	for _, path := range o.With {
		other, err := o.start(ctx, hosts.Source{Paths: []string{path}})
		if err != nil {
			return fmt.Errorf("%s, given by --with, can't be loaded: %w", path, err)
		}
		defer func() { err = errors.Join(err, other.Close()) }()
		entries = append(entries, extensions.Entry{Host: other, Source: path})
	}
	if _, err := extensions.Build(entries, extensions.Options{Now: time.Now, Log: o.Log}); err != nil {
		r.add(notes.Note{Code: notes.Collision, Place: notes.Place{File: o.Path}, Message: strings.TrimSpace(err.Error())})
	}
	return nil
}
