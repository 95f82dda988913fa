package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"
	extensioncheck "github.com/manytill/manytill/extensions/check"
	"github.com/manytill/manytill/extensions/hosts"
	"github.com/manytill/manytill/extensions/manifest"
)

type extensionDev struct {
	Path   string   `arg:"" type:"path" help:"A JavaScript file, or the folder of an extension."`
	Listen string   `default:"127.0.0.1:8080" help:"Where to listen." placeholder:"HOST:PORT"`
	Config string   `help:"A YAML file with the extension's settings: what stands under config in the server's config." placeholder:"FILE"`
	Allow  []string `help:"A host that effects may call; may be given several times." placeholder:"HOST" sep:"none"`
	Debug  bool     `help:"Build a Go extension for a debugger, give its hooks an hour, and print how to attach one."`
}

// How often the files are looked at, and how often for runs of hooks.
const (
	lookEvery = 100 * time.Millisecond
	showEvery = 100 * time.Millisecond
)

// Run serves a demo with the extension until ctx ends. Whenever its files are saved,
// the extension is built, loaded and checked.
func (e *extensionDev) Run(ctx context.Context, s streams) (err error) {
	settings, err := readSettings(e.Config)
	if err != nil {
		return err
	}
	if _, err := os.Stat(e.Path); err != nil {
		return fmt.Errorf("there is no extension: %w", err)
	}
	dir, err := os.MkdirTemp("", "manytill-dev-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	srv, _, err := openDemo(ctx, dir, e.Listen, "extensions: []\n", s.err)
	if err != nil {
		return err
	}
	d := &development{extensionDev: e, settings: settings, server: srv, dir: dir, out: s.out}
	d.say("Two tills with your extension:  %s/\nSave a file of %s, and they have it. Stop with Ctrl-C.\n\n", srv.url(), e.Path)
	life, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() { d.watch(life) })
	work.Go(func() { d.show(life) })
	defer work.Wait()
	defer stop()
	return srv.serve(ctx)
}

// development is an extension that is being written, in a demo.
type development struct {
	*extensionDev
	settings map[string]any
	server   *server
	dir      string

	mu   sync.Mutex
	out  io.Writer
	name string // of the extension, once it was loaded
}

func (d *development) say(format string, values ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	fmt.Fprintf(d.out, format, values...)
}

// watch loads the extension now, and whenever its files have changed.
func (d *development) watch(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var loaded, last map[string]stamp
	for first := true; ; first = false {
		now := d.files()
		if changed := !maps.Equal(now, loaded); first || changed && maps.Equal(now, last) { // nobody is writing
			loaded = now // what is saved from here on is loaded again
			d.load(ctx)
		}
		last = now
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// stamp tells one version of a file from another.
type stamp struct {
	size int64
	at   time.Time
}

// files are those that the extension is made of.
func (d *development) files() map[string]stamp {
	found := map[string]stamp{}
	note := func(path string) {
		if info, err := os.Stat(path); err == nil {
			found[path] = stamp{info.Size(), info.ModTime()}
		}
	}
	if info, err := os.Stat(d.Path); err == nil && !info.IsDir() {
		note(d.Path)
		note(filepath.Join(filepath.Dir(d.Path), manifest.FileName))
		return found
	}
	_ = filepath.WalkDir(d.Path, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case entry.IsDir() && path != d.Path && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules" || entry.Name() == "testdata"):
			return fs.SkipDir
		case slices.Contains(sourceFiles, filepath.Ext(path)):
			note(path)
		}
		return nil
	})
	return found
}

var sourceFiles = []string{".js", ".mjs", ".ts", ".go", ".mod", ".yaml", ".yml", ".json"}

// load builds the extension, has the server take it, and checks it.
func (d *development) load(ctx context.Context) {
	began := time.Now()
	built, err := d.build(ctx)
	if err == nil && built {
		err = d.swap(ctx)
	}
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		d.say("%s\nIt isn't loaded; the tills have what they had.\n\n", err)
		return
	case !built:
		d.say("It isn't loaded; the tills have what they had.\n\n")
		return
	}
	tag := hosts.Source{Paths: []string{d.Path}}.Tag()
	d.say("%s is loaded, %d ms after it was saved.\n", strings.TrimSpace(tag.Name+" "+tag.Version), time.Since(began).Milliseconds()+lookEvery.Milliseconds())
	d.debugger(tag.Name)
	report, err := extensioncheck.Run(ctx, extensioncheck.Options{Path: d.Path, Settings: d.settings, SourceOnly: true})
	if err != nil {
		d.say("It could not be checked: %s\n\n", err)
		return
	}
	for _, f := range report.Findings {
		d.say("%s\n", findingText(f))
	}
	d.say("check: %s\n\n", counted(report))
}

// build is false where the extension can't be built; then it was said why.
func (d *development) build(ctx context.Context) (bool, error) {
	m, err := hosts.Source{Paths: []string{d.Path}}.Manifest()
	if err != nil || m == nil || m.Exec == "" {
		return true, err
	}
	flags := []string{"-ldflags=-s -w"} // linking is most of a build
	if d.Debug {
		flags = []string{"-gcflags=./...=-N -l"}
	}
	if _, missing := os.Stat(m.Program()); missing != nil {
		d.say("Building %s…\n", m.Name)
	}
	report, err := extensioncheck.Build(ctx, m, flags...)
	if err != nil {
		return false, err
	}
	for _, f := range report.Findings {
		d.say("%s\n", findingText(f))
	}
	return len(report.Findings) == 0, nil
}

// swap has the server load the extension as it is now.
func (d *development) swap(ctx context.Context) error {
	sum, err := checksumOf(d.Path)
	if err != nil {
		return err
	}
	entry := map[string]any{"path": d.Path}
	if sum != "" {
		entry["sha256"] = sum
	}
	if d.settings != nil {
		entry["config"] = d.settings
	}
	if d.Allow != nil {
		entry["allow"] = d.Allow
	}
	if d.Debug {
		entry["timeout"] = time.Hour.String()
	}
	text, err := yaml.Marshal(map[string]any{"extensions": []any{entry}})
	if err != nil {
		return err
	}
	if _, err := writeDemoConfig(d.dir, string(text)); err != nil {
		return err
	}
	if err := d.server.chain.Reload(ctx); err != nil {
		return err
	}
	d.server.reloaded()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.name = hosts.Source{Paths: []string{d.Path}}.Tag().Name
	d.server.chain.recording.Trace(d.name, 24*time.Hour)
	return nil
}

// debugger says how to attach one to a Go extension.
func (d *development) debugger(name string) {
	if process, is := d.server.chain.Host(name).(interface{ PID() int }); is && d.Debug {
		d.say("Attach a debugger:  dlv attach %d\n", process.PID())
	}
}

// show prints each run of the extension's hooks.
func (d *development) show(ctx context.Context) {
	tick := time.NewTicker(showEvery)
	defer tick.Stop()
	last := map[string]int64{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		d.mu.Lock()
		name := d.name
		d.mu.Unlock()
		if name == "" {
			continue
		}
		traced, err := d.server.chain.recording.Traced(name, last[name])
		if err != nil {
			d.say("a run can't be shown: %s\n", err)
			continue
		}
		for i := range traced.Runs {
			last[name] = traced.Runs[i].Seq
			var b strings.Builder
			_ = printRun(&b, &traced.Runs[i]) // a Builder fails never
			d.say("%s", b.String())
		}
	}
}
