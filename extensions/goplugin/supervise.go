package goplugin

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// The states of a plugin's process.
const (
	Starting = "starting"
	Running  = "running"
	Pausing  = "pausing" // it ended, and isn't started again yet
	Down     = "down"    // it ended too often and stays down
	Closed   = "closed"
)

// State is how a plugin's process does.
type State struct {
	Name  string
	Since time.Time
	// Until is when it is started again, where it is Pausing.
	Until time.Time
	// Exits counts how often it ended, or didn't start; Reason is of the last.
	Exits  int
	Reason string
}

// State is how the process does now.
func (h *Host) State() State {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state
}

// Ended says why the process isn't there, since when, and whether it stays so;
// "" while it is there, or about to be.
func (h *Host) Ended() (why string, since time.Time, down bool) {
	s := h.State()
	switch s.Name {
	case Down:
		return s.down(), s.Since, true
	case Pausing:
		return fmt.Sprintf("%s; it is started again at %s", s.Reason, protocol.FormatTime(s.Until)), s.Since, false
	}
	return "", time.Time{}, false
}

func (s *State) down() string {
	return fmt.Sprintf("it ended %d times and stays down until the extensions are reloaded (%s)", s.Exits, s.Reason)
}

func (h *Host) become(s State, p *process) {
	s.Since = time.Now()
	h.mu.Lock()
	h.state, h.current = s, p
	close(h.changed)
	h.changed = make(chan struct{})
	h.mu.Unlock()
	h.o.OnState(s)
}

// supervise keeps the plugin running until Close.
func (h *Host) supervise(p *process) {
	defer close(h.supervised)
	defer h.folder.remove()
	var exits []time.Time
	state := State{Name: Running}
	for {
		select {
		case <-h.closing.Done():
			h.goodbye(p)
			h.become(State{Name: Closed, Exits: state.Exits, Reason: state.Reason}, nil)
			return
		case <-p.gone:
		}
		if p = h.again(&state, &exits, p.why()); p == nil {
			h.become(State{Name: Closed, Exits: state.Exits, Reason: state.Reason}, nil)
			return
		}
		h.become(State{Name: Running, Exits: state.Exits, Reason: state.Reason}, p)
	}
}

// again starts the plugin until it runs; nil when it is closed.
func (h *Host) again(state *State, exits *[]time.Time, reason error) *process {
	for {
		now := time.Now()
		*exits = append(slices.DeleteFunc(*exits, func(t time.Time) bool { return now.Sub(t) > h.o.Restart.Window }), now)
		state.Exits, state.Reason = state.Exits+1, reason.Error()
		if len(*exits) >= h.o.Restart.Allowed {
			h.o.Log.Error(h.o.what()+" ended too often and stays down; reload the extensions when it is mended", "exits", state.Exits, "reason", reason)
			h.become(State{Name: Down, Exits: state.Exits, Reason: state.Reason}, nil)
			<-h.closing.Done()
			return nil
		}
		pause := h.o.Restart.pause(len(*exits))
		h.o.Log.Warn(h.o.what()+" ended; it is started again", "exits", state.Exits, "reason", reason, "pause", pause)
		if !h.wait(state, pause) {
			return nil
		}
		h.become(State{Name: Starting, Exits: state.Exits, Reason: state.Reason}, nil)
		p, err := start(h.closing, &h.o, h.folder)
		if err == nil {
			if err = h.sameAs(p); err == nil {
				return p
			}
			p.end(err)
		}
		if h.closing.Err() != nil {
			return nil
		}
		reason = err
	}
}

// sameAs refuses a plugin that is another than at the first start.
func (h *Host) sameAs(p *process) error {
	d, err := described(h.o.Description, p)
	if err != nil {
		return err
	}
	if d.Version != h.description.Version || len(d.Hooks) != len(h.description.Hooks) || !bytes.Equal(d.Browser, h.description.Browser) || !reflect.DeepEqual(d.Fields, h.description.Fields) {
		if h.o.Own != nil {
			return errors.New("its files were changed since they were loaded: reload the extensions")
		}
		return errors.New("it is another program than before: reload the extensions")
	}
	return nil
}

// wait is the pause before a start; false when it is closed meanwhile.
func (h *Host) wait(state *State, pause time.Duration) bool {
	if pause == 0 {
		return h.closing.Err() == nil
	}
	h.become(State{Name: Pausing, Exits: state.Exits, Reason: state.Reason, Until: time.Now().Add(pause)}, nil)
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-h.closing.Done():
		return false
	}
}

// pause before the start that follows so many ends: none twice, then Pause,
// four times that, and so on. Twice, since a poisonous record ends a plugin
// twice, in its wave and alone, and the wave's others are tried right after.
func (r *Restart) pause(exits int) time.Duration {
	if exits <= 2 {
		return 0
	}
	pause := r.Pause
	for range min(exits-3, 20) {
		pause = min(4*pause, r.Longest)
	}
	return min(pause, r.Longest)
}

// goodbye lets the plugin end by itself, for a moment; then it is killed.
func (h *Host) goodbye(p *process) {
	if p.child == nil {
		_ = p.conn.Close()
		return
	}
	p.child.end()
	if !p.ended(300 * time.Millisecond) {
		p.end(errors.New("the extension was closed"))
	}
}
