// Package hosts chooses the host of an extension and starts it: a folder whose
// extension.yaml has an exec is a Go plugin, one that names no code is fields
// alone, everything else is JavaScript, in a process of its own or in this one.
//
// It owns that choice, and what a manifest says of a Go plugin. It owns neither
// the operator's configuration (cmd/server) nor how a host runs
// (extensions/goplugin, extensions/javascript, extensions/jsprocess).
//
// No goroutines and no locks of its own.
//
// Start reading with [Start].
package hosts

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/jsprocess"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

// Source is one extension as the operator configures it.
type Source struct {
	// Paths are JavaScript files, or one folder with a manifest.
	Paths []string
	// SHA256 pins the binary of a Go plugin. Program is another build of it than
	// the one that its manifest names, for a check.
	SHA256  string
	Program string
	Config  map[string]any
	Timeout time.Duration
	// Memory is what the extension's process may take, in bytes; 0 is the
	// default of its host.
	Memory uint64
	// InProcess runs JavaScript in this process.
	InProcess bool
	// Attach is a Go plugin that runs already, and isn't started.
	Attach *goplugin.Reattach
}

// Tag is the name and version of an extension that isn't running. If its
// manifest can't be read, the folder names it.
func (s Source) Tag() protocol.ExtensionTag {
	m, err := s.Manifest()
	if err != nil {
		m = nil
	}
	tag := protocol.ExtensionTag{Name: javascript.NameOf(javascript.Options{Paths: s.Paths, Manifest: m})}
	if m != nil {
		tag.Version = m.Version
	}
	return tag
}

// Manifest is the one in the folder, or beside files that it names; nil if
// there is none.
func (s Source) Manifest() (*manifest.Manifest, error) {
	if len(s.Paths) == 1 {
		if info, err := os.Stat(s.Paths[0]); err == nil && info.IsDir() {
			if _, err := os.Stat(filepath.Join(s.Paths[0], manifest.FileName)); err != nil {
				return nil, nil
			}
			return manifest.Load(s.Paths[0])
		}
	}
	m, _ := manifest.Beside(s.Paths) // why one isn't used is a note on the extension
	return m, nil
}

// Schema are the fields of an extension that no server runs: those of its manifest,
// or those that running its files in this process shows.
func (s Source) Schema(ctx context.Context, log *slog.Logger) (*protocol.Schema, error) {
	m, err := s.Manifest()
	switch {
	case err != nil:
		return nil, err
	case m != nil:
		return m.Schema(), nil
	}
	s.InProcess = true
	host, err := Start(ctx, s, log)
	if err != nil {
		return nil, err
	}
	d := host.Describe()
	return d.Schema(), host.Close()
}

// Start starts the host that an extension needs. Settings that its host doesn't
// have are an error.
func Start(ctx context.Context, s Source, log *slog.Logger) (extensions.Host, error) {
	m, err := s.Manifest()
	if err != nil {
		return nil, err
	}
	if m != nil && m.Exec != "" {
		return s.startPlugin(ctx, m, log)
	}
	if m != nil && !m.HasCode() {
		return s.fieldsAlone(m)
	}
	if s.SHA256 != "" {
		return nil, fmt.Errorf("%v is JavaScript, and sha256 is for a Go plugin's binary: take it out of the server's config", s.Paths)
	}
	var files []string
	if m == nil {
		files = s.Paths
	}
	if !s.InProcess {
		return jsprocess.Start(ctx, jsprocess.Options{
			Paths: files, Manifest: m, Config: s.Config, Timeout: s.Timeout, Memory: s.Memory, Env: timeZone(), Log: log,
		})
	}
	if s.Memory != 0 {
		return nil, fmt.Errorf("%v runs in the server itself: memory is for a process of its own, take it or inprocess out of the server's config", s.Paths)
	}
	return javascript.Load(ctx, javascript.Options{Paths: files, Manifest: m, Config: s.Config, Log: log})
}

func (s Source) startPlugin(ctx context.Context, m *manifest.Manifest, log *slog.Logger) (extensions.Host, error) {
	if s.InProcess {
		return nil, fmt.Errorf("%v is a Go plugin, which is always a process of its own: take inprocess out of the server's config", s.Paths)
	}
	if err := m.CheckConfig(s.Config); err != nil {
		return nil, err
	}
	return goplugin.Start(ctx, goplugin.Options{
		Exec: cmp.Or(s.Program, m.Exec), Reattach: s.Attach, Dir: m.Dir, SHA256: s.SHA256, Config: s.Config, Timeout: s.Timeout, Memory: s.Memory, Log: log,
		Description: description(m), Env: timeZone(),
	})
}

// fieldsAlone is the host of an extension without code.
func (s Source) fieldsAlone(m *manifest.Manifest) (extensions.Host, error) {
	if s.SHA256 != "" || s.Memory != 0 || s.InProcess || s.Config != nil {
		return nil, fmt.Errorf("%v has no code, only fields: take sha256, memory, inprocess and config out of its entry in the server's config", s.Paths)
	}
	d := description(m)
	if scripts, _ := filepath.Glob(filepath.Join(m.Dir, "*.[jt]s")); len(scripts) > 0 {
		d.Notes = []notes.Note{{
			Code: notes.NotRun, Place: notes.Place{File: scripts[0]},
			Message: fmt.Sprintf("its manifest names no code, so that %s beside it isn't run", filepath.Base(scripts[0])), Fix: "name it with js if it should be",
		}}
	}
	return extensions.FieldsAlone(d), nil
}

// timeZone is that of this process. A plugin gets nothing else of the server's
// environment.
func timeZone() []string {
	if zone, ok := os.LookupEnv("TZ"); ok {
		return []string{"TZ=" + zone}
	}
	return nil
}

// description is what a manifest says of a Go plugin.
func description(m *manifest.Manifest) extensions.Description {
	d := extensions.Description{
		Name: m.Name, Version: m.Version, SchemaVersion: m.SchemaVersion, Reads: m.Reads, Writes: m.Writes, Lines: m.Lines, StorageKeys: m.Storage.Keys(), Effects: m.EffectSpecs(), After: m.After, CanReject: m.CanReject, Manifest: true,
		Fields: map[protocol.Model]map[protocol.Field]extensions.FieldInfo{},
	}
	if d.Reads == nil {
		d.Reads = map[protocol.Model][]protocol.Field{}
	}
	for model, fields := range m.Fields {
		d.Fields[model] = map[protocol.Field]extensions.FieldInfo{}
		for f, field := range fields {
			d.Fields[model][f] = extensions.FieldInfo{FieldSpec: field.Spec(m.Name)}
		}
	}
	return d
}
