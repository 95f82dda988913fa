package extensions

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/sdk/protocol"
)

// What a trace holds at most, and how long it can be read after its end.
const (
	tracedRuns  = 50
	tracedBytes = 4 << 20
	runBytes    = 1 << 20 // a run that is larger is held without its order's lines
	readable    = 10 * time.Minute
)

// Traces are the last runs of extensions that somebody looks at. While none is on,
// a run costs one look. Safe for concurrent use.
type Traces struct {
	on atomic.Pointer[map[string]*trace] // by extension; those that note runs; nil: none

	mu  sync.Mutex
	all map[string]*trace // also those that have ended
}

// of is the trace of an extension that is on; nil: none.
func (t *Traces) of(extension string) *trace {
	on := t.on.Load()
	if on == nil {
		return nil
	}
	return (*on)[extension]
}

// trace is the last runs of one extension.
type trace struct {
	mu    sync.Mutex
	until time.Time
	ends  []*time.Timer // of it, and of what can be read then
	runs  []traced      // the eldest first
	bytes int
	last  int64 // of the runs
}

type traced struct {
	run  *runs.Run
	seq  int64
	size int
}

// Trace notes the runs of an extension for a while; of one that is on it sets that
// anew.
func (t *Traces) Trace(extension string, during time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	tr := t.all[extension]
	if tr == nil {
		tr = &trace{}
	}
	tr.stop()
	tr.mu.Lock()
	tr.until = time.Now().Add(during)
	tr.mu.Unlock()
	tr.ends = []*time.Timer{
		time.AfterFunc(during, func() { t.turnOff(extension, tr, false) }),
		time.AfterFunc(during+readable, func() { t.turnOff(extension, tr, true) }),
	}
	if t.all == nil {
		t.all = map[string]*trace{}
	}
	t.all[extension] = tr
	t.set(extension, tr)
}

// Untrace ends a trace and forgets its runs.
func (t *Traces) Untrace(extension string) { t.turnOff(extension, nil, true) }

// turnOff ends a trace, unless another one is there meanwhile, and forgets it.
func (t *Traces) turnOff(extension string, which *trace, forget bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	tr := t.all[extension]
	if tr == nil || which != nil && (tr != which || !forget && time.Now().Before(tr.end())) {
		return
	}
	t.set(extension, nil)
	if forget {
		tr.stop()
		delete(t.all, extension)
	}
}

// set makes a trace one that notes runs; nil: none does.
func (t *Traces) set(extension string, tr *trace) {
	now := map[string]*trace{}
	if on := t.on.Load(); on != nil {
		now = maps.Clone(*on)
	}
	delete(now, extension)
	if tr != nil {
		now[extension] = tr
	}
	if len(now) == 0 {
		t.on.Store(nil)
		return
	}
	t.on.Store(&now)
}

func (tr *trace) stop() {
	for _, end := range tr.ends {
		end.Stop()
	}
	tr.ends = nil
}

func (tr *trace) end() time.Time {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.until
}

// add notes a run; the eldest ones make room.
func (tr *trace) add(r *runs.Run) {
	size := r.Size()
	if size > runBytes {
		r = r.WithoutLines()
		size = r.Size()
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.last++
	tr.runs = append(tr.runs, traced{r, tr.last, size})
	for tr.bytes += size; len(tr.runs) > tracedRuns || tr.bytes > tracedBytes && len(tr.runs) > 1; {
		tr.bytes -= tr.runs[0].size
		tr.runs = slices.Delete(tr.runs, 0, 1)
	}
}

// Traced are the runs of an extension behind a seq, the eldest first.
func (t *Traces) Traced(extension string, after int64) (*protocol.TraceResponse, error) {
	t.mu.Lock()
	tr := t.all[extension]
	t.mu.Unlock()
	response := &protocol.TraceResponse{Runs: []protocol.ExtensionRun{}}
	if tr == nil {
		return response, nil
	}
	tr.mu.Lock()
	list, until := slices.Clone(tr.runs), protocol.FormatTime(tr.until)
	tr.mu.Unlock()
	response.On, response.Until = t.of(extension) == tr, &until
	for _, of := range list {
		if of.seq <= after {
			continue
		}
		shown, err := ShowRun(of.run)
		if err != nil {
			return nil, err
		}
		shown.Seq = of.seq
		response.Runs = append(response.Runs, *shown)
	}
	return response, nil
}

// ShowRun is a run as people and programs read it, without the operator's settings.
func ShowRun(r *runs.Run) (*protocol.ExtensionRun, error) {
	text, err := r.JSON(nil)
	if err != nil {
		return nil, err
	}
	clean, _, err := runs.Read(text) // what is hidden is hidden everywhere
	if err != nil {
		return nil, fmt.Errorf("run of %s: %w", r.Extension, err)
	}
	whole, err := protocol.ParseValue(text)
	if err != nil {
		return nil, fmt.Errorf("run of %s: %w", r.Extension, err)
	}
	s := clean.Seen
	return &protocol.ExtensionRun{
		At: protocol.FormatTime(clean.Began), TookMS: float64(clean.Took.Microseconds()) / 1000, LimitMS: float64(clean.Limit.Microseconds()) / 1000,
		Model: s.Model, Order: s.Order, Line: s.Line, Number: s.Number, State: s.State,
		End: string(clean.End), Hook: clean.Hook, Message: clean.Message, In: clean.In(), Out: clean.Out(), Notes: clean.Notes(), Run: whole,
	}, nil
}
