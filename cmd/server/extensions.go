package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/goccy/go-yaml/ast"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/hosts"
	"github.com/manytill/manytill/sdk/protocol"
)

// extensionConfig is one entry of `extensions:`. Path is a JavaScript file, a
// list of them, or a folder; SHA256 pins a Go plugin's binary.
type extensionConfig struct {
	Path paths `yaml:"path" also:"js file files folder exec name"`
	// Enabled is true by default.
	Enabled *bool         `yaml:"enabled"`
	SHA256  string        `yaml:"sha256" also:"sha checksum hash"`
	OnError string        `yaml:"on_error" also:"on_failure onerror"`
	Timeout time.Duration `yaml:"timeout" also:"time_limit"`
	// Memory is the limit of the extension's process.
	Memory memorySize `yaml:"memory"`
	// InProcess runs JavaScript in the server itself.
	InProcess bool `yaml:"inprocess" also:"in_process"`
	// Shadow: it is a new version of the enabled extension of its name, and runs
	// beside that one without effect.
	Shadow bool `yaml:"shadow"`
	// Allow names hosts that the effects of JavaScript may call.
	Allow  []string         `yaml:"allow" also:"allowed hosts allow_hosts"`
	Yield  []protocol.Field `yaml:"yield"`
	Config map[string]any   `yaml:"config" also:"settings options"`
}

// paths is one path or a list of them.
type paths []string

// MustBe says what the value must be, for errors; see [plainyaml.MustBe].
func (paths) MustBe(n ast.Node) string {
	texts := []ast.Node{n}
	if list, is := n.(*ast.SequenceNode); is {
		texts = list.Values
	}
	for _, text := range texts {
		if _, is := text.(ast.ScalarNode); !is {
			return "a file, a folder, or a list of files"
		}
	}
	return ""
}

// UnmarshalYAML reads one path or a list.
func (p *paths) UnmarshalYAML(unmarshal func(any) error) error {
	var one string
	if unmarshal(&one) == nil {
		*p = paths{one}
		return nil
	}
	var many []string
	err := unmarshal(&many)
	*p = many
	return err
}

// memorySize is a number of bytes, written like 256MB.
type memorySize uint64

// MustBe says what the value must be, for errors; see [plainyaml.MustBe].
func (memorySize) MustBe(n ast.Node) string {
	if _, is := n.(ast.ScalarNode); is {
		if _, err := humanize.ParseBytes(n.GetToken().Value); err == nil {
			return ""
		}
	}
	return "a size like 256MB"
}

// UnmarshalYAML reads a size like 256MB.
func (m *memorySize) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	if err := unmarshal(&text); err != nil {
		return err
	}
	bytes, err := humanize.ParseBytes(text)
	if err != nil {
		return fmt.Errorf("memory must be a size like 256MB, was %q", text)
	}
	*m = memorySize(bytes)
	return nil
}

func (c *config) extensionChecks() (checks []check) {
	for i, e := range c.Extensions {
		key := fmt.Sprintf("extensions[%d]", i)
		checks = append(checks,
			check{key, len(e.Path) == 0, "an extension needs a path"},
			check{key + ".on_error", !oneOf(e.OnError, "", "merge", "reject"), "on_error must be merge or reject"},
			check{key + ".allow", e.allowed() != nil, fmt.Sprint(e.allowed())},
			check{key + ".timeout", e.Timeout < 0, "timeout must be more than 0, like 50ms"},
		)
	}
	return checks
}

// shortestSecret is how long a setting's text must be to be looked for in what is
// noted of runs: shorter ones are words of any order.
const shortestSecret = 8

// secrets are the texts of its settings, which no record of a run may have.
func (e extensionConfig) secrets() (texts []string) {
	var add func(v any)
	add = func(v any) {
		switch v := v.(type) {
		case string:
			if len(v) >= shortestSecret {
				texts = append(texts, v)
			}
		case []any:
			for _, one := range v {
				add(one)
			}
		case map[string]any:
			for _, one := range v {
				add(one)
			}
		}
	}
	add(e.Config)
	slices.SortFunc(texts, func(a, b string) int { return len(b) - len(a) }) // one may be in another
	return texts
}

func (e extensionConfig) on() bool { return e.Enabled == nil || *e.Enabled }

// loadChain starts the hosts of the extensions that c enables.
func loadChain(ctx context.Context, c *config, st store.Maintenance, recording *extensions.Recording, log *slog.Logger) (*extensions.Chain, error) {
	if err := c.checkPinned(); err != nil {
		return nil, err
	}
	var entries []extensions.Entry
	for _, e := range c.Extensions {
		if !e.on() || e.Shadow {
			continue
		}
		host, err := hosts.Start(ctx, c.source(e), log)
		if err != nil {
			return nil, errors.Join(err, closeHosts(entries))
		}
		doer, err := e.doer(host.Describe(), log)
		if err != nil {
			return nil, errors.Join(err, host.Close(), closeHosts(entries))
		}
		entries = append(entries, extensions.Entry{
			Host: host, Source: fmt.Sprint([]string(e.Path)), OnError: extensions.OnError(e.OnError),
			Timeout: e.Timeout, Yield: e.Yield, Doer: doer, Hide: e.secrets(),
		})
	}
	err := startShadows(ctx, c, entries, log)
	if err != nil {
		return nil, errors.Join(err, closeHosts(entries))
	}
	chain, err := extensions.BuildKnown(ctx, entries, extensions.Options{Recording: recording, Now: time.Now, Log: log}, st)
	if err != nil {
		return nil, errors.Join(err, closeHosts(entries))
	}
	return chain, nil
}

// startShadows starts new versions that run beside enabled extensions.
func startShadows(ctx context.Context, c *config, entries []extensions.Entry, log *slog.Logger) error {
	for i := range c.Extensions {
		e := &c.Extensions[i]
		if !e.on() || !e.Shadow {
			continue
		}
		named := c.source(*e).Tag().Name
		var known *extensions.Known
		for i := range entries {
			if d := entries[i].Host.Describe(); d.Name == named {
				known = extensions.KnownOf(d)
			}
		}
		if old := c.entryOf(named); old != nil && !old.on() {
			log.Info("a new version of an extension waits: the old one, which it is to run beside, is disabled", "extension", named)
			continue
		}
		trial, _, err := c.startTrial(ctx, e, "", 0, known, log.With("shadow", true))
		if err != nil {
			return fmt.Errorf("%v, which is to run as a shadow: %w", []string(e.Path), err)
		}
		name := trial.Describe().Name
		at := slices.IndexFunc(entries, func(other extensions.Entry) bool { return other.Host.Describe().Name == name })
		switch {
		case at < 0:
			err = fmt.Errorf("%v says shadow: true, and no enabled extension is named %s, to run beside: enable one, or take shadow away", []string(e.Path), name)
		case entries[at].Shadow != nil:
			err = fmt.Errorf("%v says shadow: true, and another entry of %s does too: one is enough", []string(e.Path), name)
		}
		if err != nil {
			return errors.Join(err, trial.Close())
		}
		entries[at].Shadow = extensions.NewShadow(trial)
		log.Info("a new version of an extension runs beside the old one, without effect", "extension", name, "version", trial.Describe().Version)
	}
	return nil
}

func closeHosts(entries []extensions.Entry) error {
	var errs []error
	for _, e := range entries {
		errs = append(errs, e.Host.Close())
		if e.Shadow != nil {
			errs = append(errs, e.Shadow.Close())
		}
	}
	return errors.Join(errs...)
}

// source is an entry with its paths resolved against the config file's folder.
func (c *config) source(e extensionConfig) hosts.Source {
	s := hosts.Source{SHA256: e.SHA256, Config: e.Config, Timeout: e.Timeout, Memory: uint64(e.Memory), InProcess: e.InProcess}
	for _, path := range e.Path {
		s.Paths = append(s.Paths, c.path(path))
	}
	return s
}

// reloadExtensions loads the extensions and swaps them in, at SIGHUP.
func reloadExtensions(ctx context.Context, e *configured, log *slog.Logger, reloaded func()) {
	if err := e.Reload(ctx); err != nil {
		log.Error("reloading the extensions failed; the old ones stay in use", "error", err)
		return
	}
	log.Info("extensions loaded", "enabled", e.Enabled())
	reloaded()
}
