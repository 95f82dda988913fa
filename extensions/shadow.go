package extensions

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/sdk/protocol"
)

// What waits for a shadow at most; more isn't compared, and counted. How many
// differences are kept for the operator.
const (
	shadowWaits = 256
	shadowBytes = 16 << 20
	shadowKept  = 50
)

// Shadow is a new version of an extension that runs beside the one that works, on
// the same records, without effect: in a goroutine of its own, which no tap waits
// for. Safe for concurrent use.
type Shadow struct {
	trial   *Trial
	queue   chan shadowed
	waiting atomic.Int64 // bytes in the queue
	dropped atomic.Uint64
	ended   chan struct{}
	ending  context.Context
	end     context.CancelFunc
	since   time.Time

	mu     sync.Mutex
	closed bool
	status protocol.ExtensionShadow
}

// shadowed is a record that the old version ran on, and what came of it.
type shadowed struct {
	mutation *hooks.Mutation // until the wave is over
	run      runs.Run
	size     int
	of       outcome
}

// NewShadow starts the new version's side. Its host is closed with it.
func NewShadow(t *Trial) *Shadow {
	s := &Shadow{trial: t, queue: make(chan shadowed, shadowWaits), ended: make(chan struct{}), since: time.Now()}
	s.ending, s.end = context.WithCancel(context.Background())
	s.status.Version, s.status.Since = t.Describe().Version, protocol.FormatTime(s.since)
	go s.work()
	return s
}

// Name is the extension's.
func (s *Shadow) Name() string { return s.trial.Describe().Name }

// Close ends it, and its host.
func (s *Shadow) Close() error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.queue)
	}
	s.mu.Unlock()
	s.end()
	<-s.ended
	return s.trial.Close()
}

// room reports whether a record may be copied for it; if not, that is counted.
func (s *Shadow) room() bool {
	if len(s.queue) < cap(s.queue) && s.waiting.Load() < shadowBytes {
		return true
	}
	s.dropped.Add(1)
	return false
}

// copies are the records of a call for the shadow, as they were handed over; nil
// where there is no shadow.
func (l *link) shadowCopies(b *Batch) []*hooks.Snapshot {
	if l.shadow == nil {
		return nil
	}
	all := make([]*hooks.Snapshot, len(b.Records))
	for i, r := range b.Records {
		if l.shadow.room() {
			all[i] = runs.Copy(r, &runs.Handed{})
		}
	}
	return all
}

// offer notes what came of a record, for the shadow.
func (w *run) offer(n *noting, end runs.End, words string, of outcome) {
	if n.l.shadow == nil || n.whole == nil {
		return
	}
	r := runs.Run{
		Extension: n.l.Name, MultiSession: n.multiSession, Late: n.mutation.Late, Began: time.Now(), End: end, Message: words, Seen: n.whole, Hide: n.l.hide,
	}
	if n.gave != nil {
		r.Gave.Left = n.gave.Left
	}
	if w.offers == nil {
		w.offers = map[*Shadow][]shadowed{}
	}
	w.offers[n.l.shadow] = append(w.offers[n.l.shadow], shadowed{mutation: n.mutation, run: r, size: r.Size(), of: of})
}

// handOver gives shadows what the wave has done. What another extension refused
// never came to be.
func (w *run) handOver() {
	for s, all := range w.offers {
		for _, of := range all {
			if veto := of.mutation.Veto; veto == nil || veto.Extension == of.run.Extension {
				of.mutation = nil
				s.take(of)
			}
		}
	}
}

func (s *Shadow) take(of shadowed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	select {
	case s.queue <- of:
		s.waiting.Add(int64(of.size))
	default:
		s.dropped.Add(1)
	}
}

func (s *Shadow) work() {
	defer close(s.ended)
	for of := range s.queue {
		s.waiting.Add(-int64(of.size))
		if s.ending.Err() != nil {
			continue
		}
		tried := s.trial.Run(s.ending, []*runs.Run{&of.run})[0]
		if s.ending.Err() == nil {
			s.compare(&of, &tried)
		}
	}
}

// compare notes what differs.
func (s *Shadow) compare(of *shadowed, tried *Tried) {
	d := protocol.ShadowDifference{
		At: protocol.FormatTime(of.run.Began), Order: of.run.Seen.Order, Number: of.run.Seen.Number, Line: of.run.Seen.Line,
		Was: string(of.run.End), Is: string(tried.End), Differences: []protocol.Difference{},
	}
	if tried.End == runs.Slow {
		d.Is = string(runs.Taken)
	}
	switch {
	case d.Was != d.Is:
		d.Message = tried.Message
		if tried.End == runs.Taken || tried.End == runs.Slow {
			d.Message = of.run.Message
		}
	case tried.End == runs.Vetoed && of.run.Message != tried.Gave.Reject:
		d.Differences = []protocol.Difference{{Key: "refusal", Before: protocol.Text(of.run.Message), After: protocol.Text(tried.Gave.Reject)}}
	case d.Is == string(runs.Taken):
		d.Differences = s.differences(of, tried)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Runs++
	s.status.TimeMS += float64(tried.Took.Microseconds()) / 1000
	switch {
	case tried.End == runs.Missed:
		s.status.NotRun++
		return
	case d.Was == d.Is && len(d.Differences) == 0:
		return
	}
	s.status.Differ++
	hide := append(append([]string{}, of.run.Hide...), s.trial.chain.links[0].hide...)
	d.Message = runs.HideText(d.Message, hide)
	for i := range d.Differences {
		d.Differences[i].Before = shortValue(d.Differences[i].Before, hide)
		d.Differences[i].After = shortValue(d.Differences[i].After, hide)
	}
	if s.status.Found = append(s.status.Found, d); len(s.status.Found) > shadowKept {
		s.status.Found = s.status.Found[1:]
	}
}

// differences are those of what both versions made of a record, in the schema of the
// new one.
func (s *Shadow) differences(of *shadowed, tried *Tried) []protocol.Difference {
	d := &s.trial.chain.links[0].Description
	if !tried.Migrated {
		return runs.Between(of.results(d), tried.results(&of.of, d))
	}
	was := maps.Clone(of.run.Seen.Merged)
	for _, set := range of.of.settings {
		was[set.field] = set.value
	}
	was, err := s.trial.Raise(s.ending, of.run.Seen, was)
	if err != nil {
		return []protocol.Difference{{Key: protocol.HookMigrate, Before: protocol.Null, After: protocol.Text(err.Error())}}
	}
	return runs.Between(
		results(&hooks.Snapshot{RecordHead: of.run.Seen.RecordHead, Merged: was}, nil, d, of.of.puts, of.of.effects, of.run.Gave.Left), tried.results(&outcome{}, d))
}

// shownBytes is how much of a value a difference shows.
const shownBytes = 1000

func shortValue(v protocol.Value, hide []string) protocol.Value {
	text := runs.HideJSON([]byte(v), hide)
	if len(text) > shownBytes {
		return protocol.Text(string(text[:shownBytes]) + "…")
	}
	return protocol.Value(text)
}

// results are what the old version made of the record: fields, lines, effects and
// storage as one list.
func (of *shadowed) results(d *Description) protocol.Fields {
	settings := protocol.Fields{}
	for _, s := range of.of.settings {
		settings[s.field] = s.value
	}
	return results(of.run.Seen, settings, d, of.of.puts, of.of.effects, of.run.Gave.Left)
}

// results are what the new version would have made of it. Lines are compared where
// both have a say.
func (t *Tried) results(old *outcome, d *Description) protocol.Fields {
	settings := protocol.Fields{}
	for f, v := range t.Settings {
		settings[f] = v
	}
	for _, s := range old.settings { // what it leaves alone, the old one gave
		if _, given := settings[s.field]; !given {
			settings[s.field] = t.Seen.Merged[s.field]
		}
	}
	return results(t.Seen, settings, d, t.Puts, t.Gave.Effects, t.Gave.Left)
}

func results(seen *hooks.Snapshot, settings protocol.Fields, d *Description, puts []hooks.PutLine, effects []hooks.Effect, left []hooks.Entry) protocol.Fields {
	all := protocol.Fields{}
	for f := range d.Fields[seen.Model] {
		all[f] = seen.Merged[f]
	}
	for _, f := range d.Writes[seen.Model] {
		all[f] = seen.Merged[f]
	}
	for f, v := range settings {
		all[f] = v
	}
	for _, put := range puts {
		for f, v := range put.Fields {
			all[protocol.Field("line "+put.Key+" ")+f] = v
		}
	}
	for _, e := range effects {
		all[protocol.Field("effect "+e.Name+" "+e.Key)] = e.Data
	}
	for _, e := range left {
		all[protocol.Field("storage "+e.Key)] = e.Value
	}
	return all
}

// shadow is how it does, for the operator.
func (s *Shadow) shown() *protocol.ExtensionShadow {
	s.mu.Lock()
	defer s.mu.Unlock()
	shown := s.status
	shown.Dropped = s.dropped.Load()
	shown.Found = append([]protocol.ShadowDifference{}, s.status.Found...)
	return &shown
}
