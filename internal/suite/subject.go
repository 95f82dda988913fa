package suite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/extensions/hosts"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/sdk/protocol"
)

// Kind is what an extension is made of.
type Kind string

// The kinds.
const (
	JavaScript Kind = "javascript" // or TypeScript
	Go         Kind = "go"
	Fields     Kind = "fields" // a manifest without code
)

// subject is the extension that is tried, and how it is started.
type subject struct {
	o        Options
	kind     Kind
	manifest *manifest.Manifest // nil: there is none
	binary   string             // of Go: what was built; "": the manifest's
	sum      string
	made     string // a folder to be removed

	given []protocol.Op // what the first case is given that is given an order

	hosts   map[string]*watched // by settings
	current string
	others  []extensions.Host
}

// find finds out what stands at the path, and builds it.
func find(ctx context.Context, o Options) (*subject, error) {
	if _, err := os.Stat(o.Path); err != nil {
		return nil, fmt.Errorf("%s can't be tested: there is no such file or folder", o.Path)
	}
	s := &subject{o: o, kind: JavaScript, hosts: map[string]*watched{}}
	m, err := hosts.Source{Paths: []string{o.Path}}.Manifest()
	if err != nil {
		return nil, err
	}
	s.manifest = m
	switch {
	case m != nil && m.Exec != "":
		s.kind = Go
		err = s.build(ctx)
	case m != nil && !m.HasCode():
		s.kind = Fields
	}
	for _, path := range o.With {
		if err != nil {
			break
		}
		var host extensions.Host
		if host, err = hosts.Start(ctx, hosts.Source{Paths: []string{path}, InProcess: isScript(path)}, o.log()); err != nil {
			err = fmt.Errorf("%s, which it is tested with, can't be loaded: %w", path, err)
		} else {
			s.others = append(s.others, host)
		}
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// isScript reports whether an extension is JavaScript.
func isScript(path string) bool {
	m, err := hosts.Source{Paths: []string{path}}.Manifest()
	return err == nil && (m == nil || len(m.JS) > 0)
}

// build builds a Go extension whose sources are there, and not into its folder.
func (s *subject) build(ctx context.Context) error {
	if s.o.Attach != nil {
		return nil
	}
	s.binary = s.manifest.Exec
	if !filepath.IsAbs(s.binary) {
		s.binary = filepath.Join(s.manifest.Dir, s.binary)
	}
	if sources, _ := filepath.Glob(filepath.Join(s.manifest.Dir, "*.go")); len(sources) > 0 {
		dir, err := os.MkdirTemp("", "manytill-test-")
		if err != nil {
			return err
		}
		s.made, s.binary = dir, filepath.Join(dir, filepath.Base(s.manifest.Exec))
		build := exec.CommandContext(ctx, "go", "build", "-o", s.binary, ".")
		build.Dir = s.manifest.Dir
		if out, err := build.CombinedOutput(); err != nil {
			return errors.Join(fmt.Errorf("%s can't be built (go build, in that folder): %w\n%s", s.manifest.Dir, err, strings.TrimSpace(string(out))), s.close())
		}
	}
	var err error
	if s.sum, err = files.SHA256(s.binary); err != nil {
		return fmt.Errorf("%s names a program that can't be read: %w", filepath.Join(s.manifest.Dir, manifest.FileName), err)
	}
	return nil
}

// host is the extension with settings, started once for each.
func (s *subject) host(ctx context.Context, settings map[string]any) (*watched, error) {
	text, err := json.Marshal(settings)
	if err != nil {
		return nil, err
	}
	key := string(text)
	if s.o.Attach != nil && s.current != key && s.hosts[s.current] != nil {
		// There is one in this process, and it has the settings that it was given last.
		err := s.hosts[s.current].Host.Close()
		delete(s.hosts, s.current)
		if err != nil {
			return nil, err
		}
	}
	if s.current = key; s.hosts[key] == nil {
		host, err := s.start(ctx, settings, false)
		if err != nil {
			return nil, err
		}
		s.hosts[key] = &watched{Host: host}
	}
	return s.hosts[key], nil
}

// start starts the extension; JavaScript in this process, or in one of its own.
func (s *subject) start(ctx context.Context, settings map[string]any, process bool) (extensions.Host, error) {
	source := hosts.Source{Paths: []string{s.o.Path}, Config: settings, InProcess: s.kind == JavaScript && !process, SHA256: s.sum, Program: s.binary}
	if s.o.Attach != nil && s.kind == Go {
		at, err := s.o.Attach()
		if err != nil {
			return nil, err
		}
		source.Attach = at
	}
	return hosts.Start(ctx, source, s.o.log())
}

func (o *Options) log() *slog.Logger {
	if o.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Log
}

// close ends what was started, and removes what was built.
func (s *subject) close() error {
	var errs []error
	for _, host := range s.hosts {
		errs = append(errs, host.Host.Close())
	}
	for _, host := range s.others {
		errs = append(errs, host.Close())
	}
	if s.made != "" {
		errs = append(errs, os.RemoveAll(s.made))
	}
	return errors.Join(errs...)
}

var _ signaller = (*goplugin.Host)(nil)

// signaller is a host whose extension is a process.
type signaller interface {
	Signal(os.Signal) (pid int, err error)
}
