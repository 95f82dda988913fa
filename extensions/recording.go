package extensions

import (
	"context"
	"errors"
	"time"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/sdk/protocol"
)

// Recording is who notes runs of hooks: the traces of a server, and who keeps what
// failed. All chains of a server have the same one. Safe for concurrent use.
type Recording struct {
	Traces
	// Keeper is set before any chain runs; nil: nobody keeps anything.
	Keeper Keeper
}

// Keeper keeps runs: each failure, veto, slow call and value that isn't taken. It
// is called from within the serial section of a multi-session, and never blocks.
type Keeper interface {
	// Wants counts a run of a cause, and reports whether one is still to be kept.
	Wants(cause string) bool
	Keep(cause string, r *runs.Run)
}

// observer is told what came of a record's run, without what the hooks saw.
type observer func(*hooks.Change, *runs.Run)

// noting is a record that hooks ran on, and who is told what came of it.
type noting struct {
	l            *link
	observer     observer
	multiSession protocol.MultiSessionID
	due
	record hooks.Record  // as it was handed over
	gave   *hooks.Result // nil where the call failed
	took   time.Duration // of the call
	alone  bool          // it had no other record
	seen   *hooks.Snapshot
	whole  *hooks.Snapshot // all of the record, for a shadow
	told   []hooks.Dropped
}

// hands says what of a record its hooks are handed.
func (l *link) hands() *runs.Handed {
	if !l.OnlyReads {
		return &runs.Handed{}
	}
	h := &runs.Handed{
		Keys:         map[protocol.Model]map[protocol.Field]bool{},
		WithoutLines: len(l.Reads[protocol.ModelOrderline]) == 0, WithoutOrder: len(l.Reads[protocol.ModelOrder]) == 0,
	}
	for model, reads := range l.Reads {
		h.Keys[model] = map[protocol.Field]bool{}
		for _, f := range reads {
			h.Keys[model][f] = true
		}
		for f := range l.Fields[model] {
			h.Keys[model][f] = true
		}
	}
	return h
}

// copies are the records of a call as they were handed over, where more than one
// may have to be noted: what is taken of one shows in the next, as a line of its
// order. nil, mostly.
func (l *link) copies(b *Batch, results []hooks.Result, err error) []*hooks.Snapshot {
	if l.recording == nil || len(b.Records) == 1 {
		return nil
	}
	all := err == nil && l.recording.of(l.Name) != nil
	var seen []*hooks.Snapshot
	for i, r := range b.Records {
		if all || err == nil && l.recording.Keeper != nil && (results[i].Err != nil || results[i].Reject != "") {
			if seen == nil {
				seen = make([]*hooks.Snapshot, len(b.Records))
			}
			seen[i] = runs.Copy(r, l.handed)
		}
	}
	return seen
}

// slow reports whether the hooks took more than half of their time over the
// record.
func (n *noting) slow() bool {
	took := n.took
	if n.gave != nil && n.gave.Took > 0 {
		took = n.gave.Took
	} else if !n.alone {
		return false
	}
	return took > n.l.timeout/2
}

// taken notes a run of which something was taken, or nothing differed.
func (n *noting) taken(settings []setting) {
	if n.l.recording == nil {
		return
	}
	slow, trace, keeper := n.slow(), n.l.recording.of(n.l.Name), n.l.recording.Keeper
	if trace == nil && n.observer == nil && (keeper == nil || !slow && len(n.told) == 0) {
		return
	}
	r := n.run(runs.Taken)
	if slow {
		r.End, r.Message = runs.Slow, "more than half of the time that it has"
	}
	for _, s := range settings {
		if r.Settings == nil {
			r.Settings = protocol.Fields{}
		}
		r.Settings[s.field] = s.value
	}
	n.tell(trace, r)
	if keeper == nil {
		return
	}
	if slow {
		n.keep(r)
	}
	for _, d := range n.told {
		not := *r
		not.End, not.Hook, not.Message = runs.NotTaken, d.Hook, runs.NotTakenMessage(d)
		n.keep(&not)
	}
}

func (n *noting) vetoed() {
	if n.l.recording == nil {
		return
	}
	r := n.run(runs.Vetoed)
	r.Hook, r.Message = n.gave.RejectHook, n.gave.RejectAt+n.gave.Reject
	n.tell(n.l.recording.of(n.l.Name), r)
	n.keep(r)
}

func (n *noting) failed(err error) {
	if n.l.recording == nil {
		return
	}
	r := n.run(runs.Failed)
	r.Hook, r.Message = hookOf(err), err.Error()
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		r.Kind = runs.KindTime
	case errors.Is(err, ErrCostly):
		r.Kind = runs.KindProcess
	}
	n.tell(n.l.recording.of(n.l.Name), r)
	n.keep(r)
}

// run is the run without what the hooks saw.
func (n *noting) run(end runs.End) *runs.Run {
	r := &runs.Run{
		Extension: n.l.Name, Version: n.l.Version, MultiSession: n.multiSession, Began: time.Now().Add(-n.took), Took: n.took, Limit: n.l.timeout,
		Late: n.mutation.Late, End: end, Hide: n.l.hide,
	}
	if n.gave != nil {
		r.Gave = *n.gave
		r.Gave.Dropped = n.told
		if n.gave.Took > 0 {
			r.Took = n.gave.Took
		}
	}
	return r
}

// see adds what the hooks saw: now, while it is as it was handed over.
func (n *noting) see(r *runs.Run) {
	if n.seen == nil {
		n.seen = runs.Copy(n.record, n.l.handed)
	}
	r.Seen = n.seen
}

func (n *noting) missed(err error) {
	if n.observer != nil {
		r := n.run(runs.Missed)
		r.Message = err.Error()
		n.observer(n.change, r)
	}
}

func (n *noting) tell(t *trace, r *runs.Run) {
	if n.observer != nil {
		n.observer(n.change, r)
	}
	if t != nil {
		n.see(r)
		t.add(r)
	}
}

func (n *noting) keep(r *runs.Run) {
	keeper := n.l.recording.Keeper
	if keeper == nil {
		return
	}
	if cause := r.Cause(n.record.Head().Model); keeper.Wants(cause) {
		n.see(r)
		keeper.Keep(cause, r)
	}
}
