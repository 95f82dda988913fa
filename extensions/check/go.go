package check

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/check/internal/gosource"
	"github.com/manytill/manytill/extensions/hosts"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/extensions/trial"
	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/sdk/protocol"
)

// checkGo reads the sources of a Go program, builds it, starts it as a server
// would, and runs its hooks. Where there are no sources the program is run that
// is there.
func checkGo(ctx context.Context, o Options, m *manifest.Manifest, r *Report) error {
	found, err := sources(ctx, m, r)
	if err != nil {
		return err
	}
	r.describe(declared(m))
	if found != nil {
		r.add(found.Notes...)
		r.used(found)
	}
	before, err := o.since(ctx, declared(m), m, r)
	if err != nil {
		return err
	}
	if _, missing := os.Stat(m.Program()); found == nil && missing != nil {
		r.add(notes.Note{Code: notes.NoProgram, Place: m.Place("exec"), Message: fmt.Sprintf("exec names %s, and there is no such file", m.Exec)})
	}
	if o.SourceOnly || r.broken() || found != nil && found.Unfit {
		return nil
	}
	dir, err := os.MkdirTemp("", "manytill-check-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program := m.Program()
	if found != nil {
		program = filepath.Join(dir, "program")
		flags := []string{"-ldflags=-s -w"}
		if o.Race {
			flags = append(flags, gosource.RaceFlag)
		}
		broken, err := gosource.Build(ctx, m.Dir, program, flags...)
		if err != nil || len(broken) > 0 {
			r.add(broken...)
			return err
		}
	}
	return o.runProgram(ctx, m, program, found, before, r)
}

// Build builds a Go extension's program where its manifest says, with flags of go
// build, and reports what the compiler says. Where there are no sources, nothing is
// built.
func Build(ctx context.Context, m *manifest.Manifest, flags ...string) (*Report, error) {
	r := &Report{Kind: Go, Name: m.Name, Version: m.Version, Fields: []FieldRow{}, Findings: []Finding{}}
	if m.Exec == "" || !gosource.HasSources(m.Dir) {
		return r, nil
	}
	broken, err := gosource.Build(ctx, m.Dir, m.Program(), flags...)
	if err != nil {
		return nil, err
	}
	r.add(broken...)
	r.finish()
	return r, nil
}

// misnamed are names that people give a manifest.
var misnamed = []string{"extension.yml", "extensions.yaml", "extensions.yml", "manifest.yaml", "manifest.yml", "extension.json", "manifest.json"}

// withoutManifest is for a folder of Go sources that has none: there is no saying
// what it would be.
func (r *Report) withoutManifest(dir string) {
	r.Kind = Go
	for _, name := range misnamed {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			r.add(notes.Note{Code: notes.IgnoredManifest, Place: notes.Place{File: path, Line: 1}, Message: fmt.Sprintf("%s is ignored: a manifest is called %s", name, manifest.FileName)})
			return
		}
	}
	r.add(notes.Note{Code: notes.NoManifest, Place: gosource.FirstFile(dir), Message: "these are Go sources, and there is no " + manifest.FileName + " beside them"})
}

// sources reads what lies beside the manifest; nil where there are none, or where
// they can't be read here.
func sources(ctx context.Context, m *manifest.Manifest, r *Report) (*gosource.Findings, error) {
	if !gosource.HasSources(m.Dir) {
		return nil, nil
	}
	p, err := gosource.Load(ctx, m.Dir)
	if err == nil {
		return p.Findings(m), nil
	}
	if ctx.Err() != nil {
		return nil, err
	}
	if _, there := os.Stat(m.Program()); there == nil {
		r.add(notes.Note{Code: notes.SourcesUnread, Place: notes.Place{File: m.Dir}, Message: "the sources can't be read here: " + err.Error()})
		return nil, nil
	}
	return nil, fmt.Errorf("the sources in %s can't be read: %w", m.Dir, err)
}

// broken reports whether the program can't be built, or won't start, for what is
// known already.
func (r *Report) broken() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool {
		switch f.Code {
		case notes.NoProgram, notes.Compile, notes.NotAPlugin, notes.UnlikeManifest, notes.NoMigrate, notes.MigrateUnused:
			return true
		}
		return false
	})
}

// declared is what a manifest says of its fields.
func declared(m *manifest.Manifest) extensions.Description {
	fields := map[protocol.Model]map[protocol.Field]extensions.FieldInfo{}
	for model, declared := range m.Fields {
		fields[model] = map[protocol.Field]extensions.FieldInfo{}
		for name, field := range declared {
			fields[model][name] = extensions.FieldInfo{FieldSpec: field.Spec(m.Name)}
		}
	}
	return extensions.Description{Name: m.Name, Version: m.Version, SchemaVersion: m.SchemaVersion, Fields: fields}
}

// used says of each field which hooks read and give it, as the sources show.
func (r *Report) used(found *gosource.Findings) {
	for i := range r.Fields {
		if use := found.Uses[r.Fields[i].Model][r.Fields[i].Field]; use != nil {
			r.Fields[i].Init, r.Fields[i].Apply, r.Fields[i].Export = use.Init, use.Apply, use.Export
		}
	}
}

// runProgram starts a program, and runs its hooks on made-up records.
func (o Options) runProgram(ctx context.Context, m *manifest.Manifest, program string, found *gosource.Findings, before *trial.Before, r *Report) (err error) {
	if program, err = filepath.Abs(program); err != nil { // it runs in the extension's folder
		return err
	}
	sum, err := sumOf(program)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(m.Dir)
	if err != nil {
		return err
	}
	races := &raceLog{dir: dir}
	source := o.source(o.Path)
	source.Program, source.SHA256, source.Timeout = program, sum, patience
	if o.Race {
		source.Memory = raceMemory
	}
	start := func() (extensions.Host, error) { return hosts.Start(ctx, source, races.logger(o.Log)) }
	host, err := start()
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		r.add(notes.Note{Code: notes.NoStart, Place: m.Place("exec"), Message: strings.ReplaceAll(err.Error(), program, m.Exec)})
		return nil
	}
	p := newProbing(host, r, &places{m, dir, found})
	p.again = start
	err = errors.Join(p.all(ctx, o.Race), p.migrations(ctx, before), o.together(ctx, p.host, m, r), p.host.Close())
	r.add(races.found()...)
	return err
}

// raceMemory is no bound: the race detector takes much of a machine's addresses.
const raceMemory = 1 << 44

func sumOf(path string) (string, error) {
	sum, err := files.SHA256(path)
	if err != nil {
		return "", fmt.Errorf("the program can't be read: %w", err)
	}
	return sum, nil
}
