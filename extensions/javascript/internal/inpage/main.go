// Command inpage prints what /v1/extensions.js holds of extensions, for the
// tests of sdk/js: it reads a JSON list of lists of paths, each list one
// extension, and prints a JSON list of scripts. A folder may have a manifest.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var sets [][]string
	if err := json.NewDecoder(os.Stdin).Decode(&sets); err != nil {
		return fmt.Errorf("a list of lists of paths is expected: %w", err)
	}
	scripts := make([]string, len(sets))
	for i, paths := range sets {
		script, err := inPage(paths)
		if err != nil {
			return err
		}
		scripts[i] = string(script)
	}
	return json.NewEncoder(os.Stdout).Encode(scripts)
}

func inPage(paths []string) ([]byte, error) {
	o := javascript.Options{Paths: paths, Log: slog.New(slog.DiscardHandler)}
	if _, err := os.Stat(filepath.Join(paths[0], manifest.FileName)); err == nil {
		if o.Manifest, err = manifest.Load(paths[0]); err != nil {
			return nil, err
		}
		o.Paths = nil
	}
	host, err := javascript.Load(context.Background(), o)
	if err != nil {
		return nil, err
	}
	defer host.Close()
	return host.Describe().Browser, nil
}
