package extensions

import (
	"context"
	"log/slog"
	"time"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/sdk/protocol"
)

// Trial runs one extension alone over records of earlier changes: a run that was
// kept, or a shop's history. Nothing comes of it, and however often it fails, it
// isn't suspended. Safe for concurrent use.
type Trial struct {
	chain *Chain
	// was are the schemas of the fields that the records were written under, where
	// there are older ones than its own.
	was *hooks.Schemas
}

// trialHost is a host in a chain of its own: those that it runs after aren't there.
type trialHost struct{ Host }

func (h trialHost) Describe() Description {
	d := h.Host.Describe()
	d.After = nil
	return d
}

// NewTrial tries an extension; what it was handed of others' fields is in the
// records. known are the fields that a server has; nil: the core's. On an error
// the host stays open, and is the caller's.
func NewTrial(e Entry, known *Known) (*Trial, error) {
	e.Host = trialHost{e.Host}
	e.OnError = OnErrorMerge
	// What others own is of no concern: the trial's are its own.
	chain, err := Build([]Entry{e}, Options{
		Known: known, Budget: time.Hour, Now: time.Now, Log: slog.New(slog.DiscardHandler), Recording: &Recording{}, trial: true,
	})
	if err != nil {
		return nil, err
	}
	return &Trial{chain, wasOlder(chain.links[0], known)}, nil
}

// Describe says what the extension is.
func (t *Trial) Describe() Description { return t.chain.links[0].Description }

// Close ends its host.
func (t *Trial) Close() error { return t.chain.Close() }

// Tried is what came of a record.
type Tried struct {
	*runs.Run
	// Settings are the fields that it would have given a value, Puts the lines that
	// it would have put, in an order's run; nil: it has no say over lines.
	Settings protocol.Fields
	Puts     []hooks.PutLine
	// Migrated: what it was handed was of an older schema before.
	Migrated bool
	// Busy: it had too little of the machine to end (ErrBusy), or wasn't asked
	// meanwhile (ErrUnasked); another try may tell.
	Busy bool
}

// Run runs the hooks over records, together: the extension is called once, and for
// each alone where that fails. It answers for each, in the same order.
func (t *Trial) Run(ctx context.Context, of []*runs.Run) []Tried {
	l := t.chain.links[0]
	tried := make([]Tried, len(of))
	wave := &hooks.Wave{}
	at := make(map[*hooks.Change]int, len(of))
	for i, r := range of {
		tried[i].Run = &runs.Run{Extension: l.Name, Version: l.Version, Limit: l.timeout, Seen: r.Seen, End: runs.Missed, Message: noHooks}
		wave.MultiSession = r.MultiSession
		m := &hooks.Mutation{Late: r.Late}
		if r.Late {
			m.Missed = []string{l.Name}
		}
		if s := r.Seen.RecordHead.Storage; s != nil {
			m.Storage = map[string]*hooks.Storage{l.Name: s.Storage}
		}
		seen, ok := t.raised(ctx, r, &tried[i])
		if !ok {
			continue
		}
		c := &hooks.Change{Record: seen, Draft: &trialDraft{&tried[i]}, Aged: current{}, Ran: new(uint64)}
		if at[c] = i; r.Seen.Model == protocol.ModelOrder {
			m.Orders = []*hooks.Change{c}
		} else {
			m.Lines = []*hooks.Change{c}
		}
		wave.Mutations = append(wave.Mutations, m)
	}
	t.chain.run(ctx, wave, func(c *hooks.Change, r *runs.Run) {
		i, known := at[c]
		if known {
			r.Seen = c.Record.(*hooks.Snapshot)
			tried[i].Run = r
			tried[i].Busy = r.End == runs.Missed
		}
	})
	return tried
}

const noHooks = "it has no hooks on this model"

// trialDraft takes what a hook makes of a record, and shows it to nobody.
type trialDraft struct{ of *Tried }

func (d *trialDraft) Set(f protocol.Field, v protocol.Value) {
	if d.of.Settings == nil {
		d.of.Settings = protocol.Fields{}
	}
	d.of.Settings[f] = v
}

func (d *trialDraft) Write(f protocol.Field, v protocol.Value)   { d.Set(f, v) }
func (d *trialDraft) ReadOrder(string, []protocol.Field) bool    { return false }
func (d *trialDraft) NoteReads(string, []protocol.Field)         {}
func (d *trialDraft) OtherLines() []*hooks.Change                { return nil }
func (d *trialDraft) Effect(string, hooks.Effect) (words string) { return "" }
func (d *trialDraft) PutLines(_ string, puts []hooks.PutLine) *hooks.Putting {
	d.of.Puts = puts
	return &hooks.Putting{}
}
