package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/kept"
	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/internal/plainyaml"
	"github.com/manytill/manytill/sdk/protocol"
)

// configured is the chain of the extensions that the config file enables. Each
// reload reads the file again.
type configured struct {
	*extensions.Extensions
	config *config
	store  store.Maintenance
	log    *slog.Logger

	recording *extensions.Recording
	kept      *kept.Folder // nil: nothing is kept

	pinned atomic.Pointer[pinning]           // of the extensions that run
	summed atomic.Pointer[map[string]string] // their sums, for other nodes

	writing sync.Mutex // held while the config file is changed
}

func startExtensions(ctx context.Context, c *config, st store.Maintenance, log *slog.Logger) (*configured, error) {
	x := &configured{config: c, store: st, log: log, recording: &extensions.Recording{}}
	if dir := c.keptDir(); dir != "" {
		var err error
		if x.kept, err = kept.Open(kept.Options{Dir: dir, Log: log}); err != nil {
			return nil, err
		}
		x.recording.Keeper = x.kept
	}
	chain, err := extensions.Start(ctx, func(ctx context.Context) (*extensions.Chain, error) {
		fresh, err := x.read()
		if err != nil {
			return nil, err
		}
		return x.load(ctx, fresh)
	})
	if x.Extensions = chain; err != nil && x.kept != nil {
		err = errors.Join(err, x.kept.Close())
	}
	return x, err
}

// load loads the extensions of a config, to be swapped in.
func (x *configured) load(ctx context.Context, c *config) (*extensions.Chain, error) {
	chain, err := loadChain(ctx, c, x.store, x.recording, x.log)
	if err == nil {
		x.pinned.Store(c.pinned)
		sums := sumsOf(c)
		x.summed.Store(&sums)
	}
	return chain, err
}

// Close ends the extensions, and writes what is kept of their runs.
func (x *configured) Close() error {
	err := x.Extensions.Close()
	if x.kept != nil {
		err = errors.Join(err, x.kept.Close())
	}
	return err
}

// keptDir is where runs of extensions are kept, beside the database, or beside the
// configuration if that is in PostgreSQL; "": nowhere.
func (c *config) keptDir() string {
	path := c.storePath()
	switch {
	case c.KeptRuns != nil && !*c.KeptRuns:
		return ""
	case path != "":
		return path + ".runs"
	case inPostgres(c.Store):
		return c.path("manytill.runs")
	}
	return ""
}

// tryExtensions loads the extensions with an empty store, and closes them again.
func tryExtensions(ctx context.Context, c *config) error {
	chain, err := loadChain(ctx, c, mem.New(), nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return chain.Close()
}

// reloading reads the catalogue, too, when the admin has the config read again.
type reloading struct {
	*configured
	shop *catalogueFiles
}

// Reload swaps the extensions in, and then reads the catalogue.
func (r reloading) Reload(ctx context.Context) error {
	if err := r.configured.Reload(ctx); err != nil {
		return err
	}
	if err := r.shop.reload(); err != nil {
		return protocol.Errorf(protocol.Conflict, "the extensions are loaded anew, but %s: %s", staysInUse, err).Because(err)
	}
	return nil
}

// read reads the config file.
func (x *configured) read() (*config, error) {
	if x.config.file == "" {
		return x.config, nil
	}
	return readConfig(x.config.file)
}

// Disabled are the extensions that the config names and disables. There are none
// while the config can't be read.
func (x *configured) Disabled() []protocol.ExtensionTag {
	tags := []protocol.ExtensionTag{}
	c, err := x.read()
	if err != nil {
		return tags
	}
	for _, e := range c.Extensions {
		if !e.on() && !e.Shadow {
			tags = append(tags, c.source(e).Tag())
		}
	}
	return tags
}

// Switch writes enabled: true or false into the config file and swaps the
// chain. First the new chain is built, then the file is written, then the chain
// is swapped.
func (x *configured) Switch(ctx context.Context, name string, on bool) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	c, err := x.read()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(c.Extensions, func(e extensionConfig) bool { return !e.Shadow && c.source(e).Tag().Name == name })
	if i < 0 {
		return protocol.Errorf(protocol.NotFound, "the config names no extension %.64q", name)
	}
	if c.Extensions[i].on() == on {
		return x.Reload(ctx)
	}
	if c.file == "" {
		return errors.New("this server has no config file, so extensions can't be enabled or disabled")
	}
	text, err := os.ReadFile(c.file)
	if err != nil {
		return err
	}
	changed, err := setEnabled(text, i, on)
	if err != nil {
		return fmt.Errorf("%w; write enabled: %t into the entry of %s in %s by hand, then reload", err, on, name, c.file)
	}
	c.Extensions[i].Enabled = &on
	return x.Swap(ctx, func(ctx context.Context) (*extensions.Chain, error) {
		chain, err := x.load(ctx, c)
		if err != nil {
			return nil, err
		}
		if now, err := os.ReadFile(c.file); err != nil || !bytes.Equal(now, text) {
			return nil, errors.Join(fmt.Errorf("%s was edited meanwhile; try again", c.file), err, chain.Close())
		}
		if err := files.Write(c.file, changed, 0o600); err != nil {
			return nil, errors.Join(fmt.Errorf("the config can't be written: %w", err), chain.Close())
		}
		return chain, nil
	})
}

// setEnabled writes enabled: true or false into entry i of extensions: in the
// text of a config. Nothing else of the text changes, no comment and no space.
// It is an error if the text is written in a way that can't be changed like
// this.
func setEnabled(raw []byte, i int, on bool) ([]byte, error) {
	text := plainyaml.Text(raw)
	mark := raw[:len(raw)-len(text)]
	entry, err := entryOf(text, i)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(string(text), "\n")
	changed, err := insertEnabled(lines, entry, on)
	if err != nil {
		return nil, err
	}
	return append(bytes.Clone(mark), changed...), sameBut(text, changed, i, on)
}

func entryOf(text []byte, i int) (*ast.MappingNode, error) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, err
	}
	path, err := yaml.PathString(fmt.Sprintf("$.extensions[%d]", i))
	if err != nil {
		return nil, err
	}
	node, err := path.FilterFile(file)
	if err != nil {
		return nil, err
	}
	switch node := node.(type) {
	case *ast.MappingNode:
		if len(node.Values) > 0 {
			return node, nil
		}
	case *ast.MappingValueNode:
		return &ast.MappingNode{Values: []*ast.MappingValueNode{node}}, nil
	}
	return nil, errors.New("the entry is an alias or empty")
}

// insertEnabled changes the value of enabled, or puts it before the first key.
func insertEnabled(lines []string, entry *ast.MappingNode, on bool) ([]byte, error) {
	word := strconv.FormatBool(on)
	for _, v := range entry.Values {
		if v.Key.GetToken().Value == "enabled" {
			at := v.Value.GetToken()
			return splice(lines, at.Position.Line, at.Position.Column, len(at.Value), word)
		}
	}
	first := entry.Values[0].Key.GetToken().Position
	if entry.IsFlowStyle {
		return splice(lines, first.Line, first.Column, 0, "enabled: "+word+", ")
	}
	return splice(lines, first.Line, first.Column, 0, "enabled: "+word+"\n"+strings.Repeat(" ", first.Column-1))
}

// splice replaces n characters by a text; line and column count from 1.
func splice(lines []string, line, column, n int, text string) ([]byte, error) {
	if line < 1 || line > len(lines) {
		return nil, errors.New("the entry's line can't be found")
	}
	old := []rune(lines[line-1])
	if column < 1 || column-1+n > len(old) {
		return nil, errors.New("the entry's column can't be found")
	}
	lines[line-1] = string(old[:column-1]) + text + string(old[column-1+n:])
	return []byte(strings.Join(lines, "\n")), nil
}

// sameBut checks that two configs differ in that one key only.
func sameBut(before, after []byte, i int, on bool) error {
	was, err := parseConfig(before)
	if err != nil {
		return err
	}
	is, err := parseConfig(after)
	if err != nil || len(is.Extensions) <= i || is.Extensions[i].on() != on {
		return errors.Join(errors.New("the entry is written in a way that can't be changed safely"), err)
	}
	was.Extensions[i].Enabled, is.Extensions[i].Enabled = nil, nil
	if !reflect.DeepEqual(was, is) {
		return errors.New("the entry is written in a way that can't be changed safely")
	}
	return nil
}
