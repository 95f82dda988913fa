package jsprocess

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
)

// Command is the argument with which this program is the process of an
// extension. Behind it stands the extension's name, for whoever lists processes.
const Command = "extension-process"

// Options say what to load, and what its process may take.
type Options struct {
	// Program is the file of this program; "" is the one that runs.
	Program string
	// Paths are JavaScript or TypeScript files, or one folder.
	Paths []string
	// Manifest is nil where there is none.
	Manifest *manifest.Manifest
	// Config is the operator's settings of it.
	Config map[string]any
	// Timeout is of a call whose context has no deadline. 0: 100 ms.
	Timeout time.Duration
	// Memory is what the process may take, in bytes. 0: 256 MiB.
	Memory uint64
	// Env is the whole environment of the process, as KEY=value.
	Env []string
	Log *slog.Logger
}

// load is what the process is told to load.
type load struct {
	Paths    []string
	Manifest string // its folder; "" is none
	Config   map[string]any
	Memory   uint64
}

const (
	callTimeout = 100 * time.Millisecond
	// startTimeout is of reading the files and of trying the hooks, which have
	// limits of their own.
	startTimeout = 30 * time.Second
)

// itself is the program that runs: where the system can tell, also one whose
// file was replaced since, by an update perhaps.
func itself() (string, error) {
	const link = "/proc/self/exe"
	if _, err := os.Stat(link); err == nil {
		return link, nil
	}
	return os.Executable()
}

// Start starts the process of an extension and lets it load its files. An
// error says what to do, with file and line.
func Start(ctx context.Context, o Options) (extensions.Host, error) {
	name := javascript.NameOf(javascript.Options{Paths: o.Paths, Manifest: o.Manifest})
	if o.Memory == 0 {
		o.Memory = goplugin.DefaultMemory
	}
	told := load{Config: o.Config, Memory: o.Memory}
	for _, path := range o.Paths {
		absolute, err := filepath.Abs(path)
		if err != nil {
			return nil, fmt.Errorf("extension %s: %w", name, err)
		}
		told.Paths = append(told.Paths, absolute)
	}
	var err error
	if o.Manifest != nil {
		if err := o.Manifest.CheckConfig(o.Config); err != nil {
			return nil, err
		}
		if told.Manifest, err = filepath.Abs(o.Manifest.Dir); err != nil {
			return nil, fmt.Errorf("extension %s: %w", name, err)
		}
	}
	if o.Program == "" {
		if o.Program, err = itself(); err != nil {
			return nil, fmt.Errorf("extension %s: this program isn't found, to start it for the extension: %w", name, err)
		}
	}
	text, err := json.Marshal(told)
	if err != nil {
		return nil, fmt.Errorf("extension %s: config: %w", name, err)
	}
	if o.Timeout == 0 {
		o.Timeout = callTimeout
	}
	host, err := goplugin.Start(ctx, goplugin.Options{
		Exec: o.Program, Dir: string(filepath.Separator), Own: &goplugin.Own{Args: []string{Command, name}, Load: text},
		Description: extensions.Description{Name: name}, Env: o.Env, Timeout: o.Timeout, Memory: o.Memory,
		StartTimeout: startTimeout, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	return host, nil
}
