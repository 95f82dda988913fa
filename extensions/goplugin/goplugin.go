package goplugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/sdk/protocol"
)

// Host runs one plugin. It is an extensions.Host, safe for concurrent use.
type Host struct {
	o           Options
	description extensions.Description
	alone       chan struct{} // one batch at a time is tried alone
	folder      *folder
	closing     context.Context
	close       context.CancelFunc
	supervised  chan struct{} // closed when the supervisor is done

	mu      sync.Mutex
	state   State
	current *process      // where State is Running
	changed chan struct{} // closed at the next change of state
}

// Start starts a plugin and asks what it is. It fails where the binary isn't
// the pinned one, doesn't start, isn't ready in time, speaks another version,
// or isn't what its manifest says. ctx is of the start alone.
func Start(ctx context.Context, o Options) (*Host, error) {
	if err := o.complete(); err != nil {
		return nil, named(&o, err)
	}
	folder, err := makeFolder(o.SocketDir)
	if err != nil {
		return nil, named(&o, err)
	}
	h := &Host{o: o, alone: make(chan struct{}, 1), folder: folder, changed: make(chan struct{}), supervised: make(chan struct{})}
	first, err := start(ctx, &h.o, folder)
	if err == nil {
		if h.description, err = described(o.Description, first); err != nil {
			first.end(err)
		}
	}
	if err != nil {
		folder.remove()
		return nil, named(&o, err)
	}
	h.closing, h.close = context.WithCancel(context.Background())
	h.become(State{Name: Running}, first)
	go h.supervise(first)
	return h, nil
}

func named(o *Options, err error) error {
	return fmt.Errorf("extension %s: %w", o.Description.Name, err)
}

// described joins what the manifest says and what the plugin says of itself.
func described(d extensions.Description, p *process) (extensions.Description, error) {
	if p.o.Own != nil {
		err := json.Unmarshal(p.hello.GetDescription(), &d)
		return d, err
	}
	if name := p.hello.GetName(); name != "" && name != d.Name {
		return d, fmt.Errorf("its extension.yaml names it %q, its program %q: they must agree", d.Name, name)
	}
	switch version := p.hello.GetVersion(); {
	case d.Version == "":
		d.Version = version
	case version != "" && version != d.Version:
		return d, fmt.Errorf("its extension.yaml says version %q, its program %q: they must agree (was the program built anew?)", d.Version, version)
	}
	if len(d.Effects) > 0 && !p.hello.GetDoesEffects() {
		return d, errors.New("its extension.yaml describes effects, and its program does none: set Effect of plugin.Extension, and build it with this server's sdk")
	}
	d.Hooks, d.Migrates = map[protocol.Model]bool{}, map[protocol.Model]bool{}
	for _, model := range p.hello.GetMigrates() {
		d.Migrates[protocol.Model(model)] = true
	}
	if d.SchemaVersion > 1 && len(d.Migrates) == 0 {
		return d, fmt.Errorf("its extension.yaml says schema: %d, and its program has no Migrate(fields sdk.Record, from int) error on the order's struct or the orderline's: write it, and build it with this server's sdk", d.SchemaVersion)
	}
	for _, model := range p.hello.GetModels() {
		d.Hooks[protocol.Model(model)] = true
	}
	d.Manifest, d.OnlyReads = true, true
	d.SetReadsOfOrder(nil)
	return d, nil
}

// PID is the plugin's process, 0 while there is none: for a debugger.
func (h *Host) PID() int {
	h.mu.Lock()
	p := h.current
	h.mu.Unlock()
	if p == nil || p.child == nil {
		return 0
	}
	p.child.mu.Lock()
	defer p.child.mu.Unlock()
	return p.child.pid
}

// Describe says what the extension is.
func (h *Host) Describe() extensions.Description { return h.description }

func (h *Host) process(ctx context.Context) (*process, error) {
	for {
		h.mu.Lock()
		state, current, changed := h.state, h.current, h.changed
		h.mu.Unlock()
		switch state.Name {
		case Running, Starting:
			if current != nil && !current.ending() {
				return current, nil
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return nil, fmt.Errorf("%w: it is being started again: %w", extensions.ErrUnasked, ctx.Err())
			}
		case Pausing:
			return nil, fmt.Errorf("%w: it is started again in %s (%s)", extensions.ErrUnasked, time.Until(state.Until).Round(time.Millisecond), state.Reason)
		case Down:
			return nil, errors.New(state.down())
		default:
			return nil, errors.New("it was closed")
		}
	}
}

// Signal sends the plugin's process a signal, as an operator's kill does, and says which
// process it is. It is an error where none runs.
func (h *Host) Signal(s os.Signal) (pid int, err error) {
	h.mu.Lock()
	current := h.current
	h.mu.Unlock()
	if current == nil || current.child == nil || current.child.number() == 0 {
		return 0, errors.New("its process isn't running")
	}
	process, err := os.FindProcess(current.child.number())
	if err != nil {
		return 0, err
	}
	return process.Pid, process.Signal(s)
}

// Close ends the plugin and what it started.
func (h *Host) Close() error {
	h.close()
	<-h.supervised
	return nil
}
