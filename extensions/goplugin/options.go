package goplugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/pluginpb"
)

// Options say what to run and how. Exec, SHA256 and Description's name are
// needed.
type Options struct {
	// Exec is the plugin's binary, relative to Dir; Dir is where it runs, too.
	Exec, Dir string
	// SHA256 is the binary's, in hex, as the operator pinned it.
	SHA256 string
	// Config are its settings: what encoding/json can write as an object.
	Config any
	// Description is what extension.yaml says. Start adds what the plugin
	// says: the models that it has hooks on.
	Description extensions.Description
	// Env is the whole environment of the plugin, as KEY=value.
	Env []string
	// Own is set where Exec is this program itself, in which another host's
	// hooks run: nothing is pinned then, and the process says what it is.
	Own *Own

	// Timeout is of a call whose context has no deadline. 0: 50 ms.
	Timeout time.Duration
	// Grace is how long after its deadline a call may still be answered (in
	// vain) before the plugin counts as hanging and is killed. 0: a second.
	Grace time.Duration
	// StartTimeout is from the start of the process to its readiness. 0: 10 s.
	StartTimeout time.Duration
	// MaxAnswer is the largest answer to a wave, in bytes. 0: 8 MiB.
	MaxAnswer int
	Restart   Restart
	// Memory is what the process may take, in bytes; it is killed when it
	// takes more. 0: 256 MiB.
	Memory uint64

	// SocketDir is where folders for sockets are made. "": a folder of ours
	// in $RUNTIME_DIRECTORY, $XDG_RUNTIME_DIR, or the one for temporary files.
	SocketDir string
	// Reattach is a plugin that runs already, under a debugger perhaps: it is
	// neither started nor killed. The environment's MANYTILL_PLUGIN_REATTACH
	// says the same, by the extension's name.
	Reattach *Reattach
	// OnState is called with each new state, one after the other; it must not
	// block.
	OnState func(State)
	Log     *slog.Logger
}

// Own is how a process of this program is started.
type Own struct {
	Args []string
	// Load says what it is to load.
	Load []byte
}

// what the process is called in words for an operator.
func (o *Options) what() string {
	if o.Own != nil {
		return "the extension's process"
	}
	return "the plugin"
}

// Reattach is where a plugin that runs already listens.
type Reattach = pluginpb.Reattach

// Restart is how often a plugin that ended is started again: twice at once,
// then after Pause, four times that, and so on up to Longest. After Allowed
// ends within Window it stays down.
type Restart struct {
	Allowed        int           // 0: 5
	Window         time.Duration // 0: 10 minutes
	Pause, Longest time.Duration // 0: 250 ms and 30 s
}

func (o *Options) complete() error {
	if errSystem != nil && o.Own != nil {
		return errors.New("JavaScript is a process of its own on Unix systems only: write inprocess: true at this extension in the server's config")
	}
	if errSystem != nil {
		return errSystem
	}
	setDefault(&o.Timeout, 50*time.Millisecond)
	setDefault(&o.Grace, time.Second)
	setDefault(&o.StartTimeout, 10*time.Second)
	setDefault(&o.MaxAnswer, 8<<20)
	setDefault(&o.Memory, DefaultMemory)
	setDefault(&o.Restart.Allowed, 5)
	setDefault(&o.Restart.Window, 10*time.Minute)
	setDefault(&o.Restart.Pause, 250*time.Millisecond)
	setDefault(&o.Restart.Longest, 30*time.Second)
	setDefault(&o.SocketDir, defaultSocketDir())
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.OnState == nil {
		o.OnState = func(State) {}
	}
	if o.Memory < leastMemory {
		return fmt.Errorf("an extension's process needs %s of memory or more, not %s: change memory at this extension in the server's config",
			size(leastMemory), size(o.Memory))
	}
	if o.Description.Name == "" {
		return errors.New("an extension needs a name: write it into its extension.yaml")
	}
	o.Log = o.Log.With("extension", o.Description.Name)
	if o.Reattach == nil && o.Own == nil {
		attach, err := reattachFromEnv(o.Description.Name)
		if err != nil {
			return err
		}
		o.Reattach = attach
	}
	return o.findBinary()
}

func setDefault[T comparable](v *T, to T) {
	var none T
	if *v == none {
		*v = to
	}
}

func (o *Options) findBinary() (err error) {
	if o.Reattach != nil {
		return nil
	}
	if o.Exec == "" {
		return errors.New("no binary is named: write exec: ./NAME into its extension.yaml")
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return err
	}
	if !filepath.IsAbs(o.Exec) {
		o.Exec = filepath.Join(o.Dir, o.Exec)
	}
	return nil
}

func (o *Options) config() (string, error) {
	if o.Config == nil {
		return "{}", nil
	}
	raw, err := json.Marshal(o.Config)
	if err != nil {
		return "", fmt.Errorf("config: %w", err)
	}
	if string(raw) == "null" {
		return "{}", nil
	}
	return string(raw), nil
}

func reattachFromEnv(name string) (*Reattach, error) {
	text := os.Getenv(pluginpb.EnvReattach)
	if text == "" {
		return nil, nil
	}
	var all map[string]Reattach
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return nil, fmt.Errorf("%s isn't what a plugin under a debugger prints: %w", pluginpb.EnvReattach, err)
	}
	at, ok := all[name]
	if !ok {
		return nil, nil
	}
	return &at, nil
}
