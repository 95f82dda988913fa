package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/hosts"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/files"
)

// entryOf is the extension's entry in the config; nil where it has none.
func (c *config) entryOf(extension string) *extensionConfig {
	for i := range c.Extensions {
		if !c.Extensions[i].Shadow && c.source(c.Extensions[i]).Tag().Name == extension {
			return &c.Extensions[i]
		}
	}
	return nil
}

// startTrial starts an extension to be tried: the working copy at a path, or the
// one of the entry. Settings are the entry's; it may be nil, where there is a path.
func (c *config) startTrial(ctx context.Context, entry *extensionConfig, with string, timeout time.Duration, known *extensions.Known, log *slog.Logger) (*extensions.Trial, extensions.Host, error) {
	var source hosts.Source
	var of extensions.Entry
	if entry != nil {
		source = c.source(*entry)
		of.Yield, of.Hide = entry.Yield, entry.secrets()
		if timeout == 0 {
			timeout = entry.Timeout
		}
	}
	if with != "" {
		sum, err := checksumOf(with)
		if err != nil {
			return nil, nil, err
		}
		source.Paths, source.SHA256 = []string{with}, sum
	}
	source.Timeout, of.Timeout = timeout, timeout
	host, err := hosts.Start(ctx, source, log)
	if err != nil {
		return nil, nil, err
	}
	of.Host, of.Source = host, fmt.Sprint(source.Paths)
	trial, err := extensions.NewTrial(of, known)
	if err != nil {
		return nil, nil, errors.Join(err, host.Close())
	}
	return trial, host, nil
}

// checksumOf is the sha256 of a working copy's binary, as it is now; "" for
// JavaScript.
func checksumOf(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return "", nil
	}
	if _, err := os.Stat(filepath.Join(path, manifest.FileName)); err != nil {
		return "", nil
	}
	m, err := manifest.Load(path)
	if err != nil || m.Exec == "" {
		return "", err
	}
	sum, err := files.SHA256(filepath.Join(m.Dir, m.Exec))
	if failed := (*fs.PathError)(nil); errors.As(err, &failed) && failed.Op == "open" {
		return "", fmt.Errorf("%w: build it first", err)
	}
	return sum, err
}

// nameAt is what the extension at a path is called.
func nameAt(path string) (string, error) {
	if _, err := os.Stat(path); err != nil {
		return "", err
	}
	return hosts.Source{Paths: []string{path}}.Tag().Name, nil
}
