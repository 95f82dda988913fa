package javascript

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript/internal/harden"
	"github.com/manytill/manytill/extensions/javascript/internal/probe"
	"github.com/manytill/manytill/extensions/javascript/internal/source"
	"github.com/manytill/manytill/extensions/javascript/internal/vm"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/extensions/trial"
	"github.com/manytill/manytill/sdk/protocol"
)

// Options say what to load.
type Options struct {
	// Paths are JavaScript or TypeScript files, or one folder. Several files
	// are one extension: they share a class chain.
	Paths []string
	// Name of the extension; "" is the manifest's, or the first path's.
	Name string
	// Manifest is nil where there is none: fields are found by probing.
	Manifest *manifest.Manifest
	// Config is the operator's settings of it: manytill.config in its code.
	Config map[string]any
	// Timeout is for loading and probing, and for a call whose context has no
	// deadline; 0 is 10 s and 100 ms.
	Timeout time.Duration
	// Memory is what the process may take, in bytes, where it is the
	// extension's own; 0 is a server's.
	Memory uint64
	// Log gets what the code writes to the console; nil is slog's default.
	Log *slog.Logger
}

const (
	loadTimeout = 10 * time.Second
	callTimeout = 100 * time.Millisecond
)

// Load reads an extension, runs it once, finds its fields and gives the host
// of its hooks. An error says what to do, with file and line.
func Load(ctx context.Context, o Options) (extensions.Host, error) {
	if len(o.Paths) == 0 && o.Manifest != nil {
		o.Paths = o.Manifest.Files()
	}
	if len(o.Paths) == 0 {
		return nil, errors.New("an extension needs a path: a .js file, a list of them, or a folder")
	}
	if o.Name == "" {
		o.Name = NameOf(o)
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	o.Log = o.Log.With("extension", o.Name)
	if o.Manifest != nil {
		if err := o.Manifest.CheckConfig(o.Config); err != nil {
			return nil, err
		}
	}
	timeout := o.Timeout
	if timeout == 0 {
		timeout = loadTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	code, err := compileWithin(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("extension %s: %w", o.Name, err)
	}
	return describe(ctx, o, code)
}

// compileWithin gives up when time is up. A parser can't be stopped: one that
// meets a file made to keep it busy ends later, by itself.
func compileWithin(ctx context.Context, o Options) (*source.Code, error) {
	type result struct {
		code *source.Code
		err  error
	}
	done := make(chan result, 1)
	began := time.Now()
	go func() {
		var r result
		r.err = harden.Safely(func() (err error) {
			spec := source.Spec{Paths: o.Paths, Config: o.Config}
			if o.Manifest != nil {
				spec.Fields, spec.Lines, spec.Storage = o.Manifest.Fields, o.Manifest.Lines, o.Manifest.Storage != nil
				spec.Migrates = o.Manifest.SchemaVersion > 1
				spec.Effects = protocol.SortedKeys(o.Manifest.Effects)
			}
			r.code, err = source.Compile(spec)
			return err
		})
		done <- r
	}()
	select {
	case r := <-done:
		return r.code, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("its files take too long to read (more than %s; timeout in its entry of the config): %w", time.Since(began).Round(time.Millisecond), context.Cause(ctx))
	}
}

// ThreadTime is the CPU time that the calling thread has had: hooks run in the
// goroutine that calls Run.
func ThreadTime() (had time.Duration, known bool) { return harden.ThreadTime() }

// Files are the files of an extension at these paths, as they are loaded.
func Files(paths []string) ([]string, error) { return source.FindFiles(paths) }

// NameOf is what an extension is called by its manifest, else by its first
// path.
func NameOf(o Options) string {
	if o.Manifest != nil {
		return o.Manifest.Name
	}
	path := filepath.Clean(o.Paths[0])
	if base := filepath.Base(path); base == "." || base == ".." {
		if named, err := filepath.Abs(path); err == nil {
			path = named
		}
	}
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// describe loads the code once, probes it, and makes the host.
func describe(ctx context.Context, o Options, code *source.Code) (extensions.Host, error) {
	h := &host{code: code, console: vm.NewConsole(o.Log), timeout: o.Timeout, kept: heapKept}
	if o.Memory > 0 {
		h.kept = o.Memory / 4
	}
	if h.timeout == 0 {
		h.timeout = callTimeout
	}
	r, err := h.runtime(ctx)
	if err != nil {
		return nil, fmt.Errorf("extension %s: %w", o.Name, err)
	}
	d := extensions.Description{Name: o.Name, Notes: r.Notes()}
	if o.Manifest == nil {
		d.Notes = slices.Concat(d.Notes, source.IgnoredManifest(o.Paths))
	}
	if d, err = probe.Describe(ctx, r, h.runtime, d, o.Manifest); err != nil {
		return nil, fmt.Errorf("extension %s: %w", o.Name, err)
	}
	if d.Browser, err = browser(o, code, d); err != nil {
		return nil, fmt.Errorf("extension %s: %w", o.Name, err)
	}
	h.description = d
	h.own = ownKeys(d)
	seen, err := trial.Look(ctx, h, d)
	if err != nil {
		return nil, fmt.Errorf("extension %s: trying its hooks: %w", o.Name, err)
	}
	migrations, err := trial.Migrations(ctx, h, d, nil)
	if err != nil {
		return nil, fmt.Errorf("extension %s: trying its migrate: %w", o.Name, err)
	}
	found := slices.Concat(d.Notes, seen.Notes, migrations)
	probe.Locate(r, found)
	h.description.Notes = notes.Compact(explained(found))
	h.description.Dropped, h.description.Tried = seen.Dropped, seen.Tried
	h.pool.empty()
	h.console.Flush()
	// A runtime that was tried does no work: what its code counted or kept is of made-up records.
	if len(d.Hooks) > 0 {
		first, err := h.fresh(ctx)
		if err != nil {
			return nil, fmt.Errorf("extension %s: %w", o.Name, err)
		}
		h.pool.give(first)
	}
	if o.Memory > 0 {
		goruntime.GC()
		h.base = harden.Live()
	}
	return h, nil
}

// explained leaves out a throw without a place where a hook is no function: that
// is why.
func explained(all []notes.Note) []notes.Note {
	if !slices.ContainsFunc(all, func(n notes.Note) bool { return n.Code == notes.NoFunction }) {
		return all
	}
	return slices.DeleteFunc(all, func(n notes.Note) bool { return n.Code == notes.Throws && n.File == "" })
}

// ownKeys are what export reads even where the base has a key of that name.
func ownKeys(d extensions.Description) map[protocol.Model]map[string]bool {
	own := map[protocol.Model]map[string]bool{}
	for model, fields := range d.Fields {
		own[model] = map[string]bool{}
		for name := range fields {
			own[model][string(name)] = true
		}
	}
	return own
}
