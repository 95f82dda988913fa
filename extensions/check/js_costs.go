package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/extensions/trial"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// What a run of hooks may cost before it is worth a word: on a line a fifth of the
// time that a call may take, as there are others in it; on an order with many lines
// twice that time.
const (
	slowLine    = 10 * time.Millisecond
	slowOrder   = 100 * time.Millisecond
	largeRun    = 32 << 20 // bytes
	runsTimed   = 4
	manyLines   = 200
	costPatient = 20 * time.Second
)

// costs times the hooks on one line, and on an order with many.
func (r *Report) costs(ctx context.Context, host extensions.Host, d extensions.Description) error {
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		if !d.Hooks[model] {
			continue
		}
		what, slow := "a line", slowLine
		record := trial.Record(model, nil, d.Tried[model])
		if result, err := runOne(ctx, host, record); err != nil || result.Err != nil || result.Reject != "" {
			continue // that is said by loading
		}
		if model == protocol.ModelOrder {
			slow = slowOrder
			what = fmt.Sprintf("an order with %d lines", manyLines)
			line := record.Lines()[0]
			var lines []protocol.Line
			for n := range manyLines {
				line.ID, line.N = protocol.LineID(fmt.Sprintf("made-up-%d", n+1)), n+1
				lines = append(lines, line)
			}
			record.Lines = func() []protocol.Line { return lines }
		}
		took, bytes, err := cost(ctx, host, record)
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			r.add(failed(err, model, what))
			continue
		}
		at := d.HooksAt[model]
		place := cmp.Or(at[protocol.HookApply], at[protocol.HookExport], at[protocol.HookInit])
		if took > slow {
			r.add(notes.Note{Code: notes.Slow, Place: place, Model: model, Message: fmt.Sprintf("the hooks take more than %s on %s", slow, what)})
		}
		if bytes > largeRun {
			r.add(notes.Note{Code: notes.Allocates, Place: place, Model: model, Message: fmt.Sprintf("the hooks make more than %d MB of values on %s", largeRun>>20, what)})
		}
	}
	return nil
}

// ofThread is how long work takes: in CPU time where the system tells it.
func ofThread(work func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began := time.Now()
	at, known := javascript.ThreadTime()
	work()
	if now, _ := javascript.ThreadTime(); known {
		return now - at
	}
	return time.Since(began)
}

// failed is a run that failed on a record that isn't as small as those of loading.
func failed(err error, model protocol.Model, what string) notes.Note {
	n := notes.Note{Code: notes.Throws, Model: model, Message: err.Error()}
	if found := notes.Failures(err); len(found) > 0 {
		n.Code, n.Place, n.Message = found[0].Code, found[0].Place, found[0].Message
	}
	n.Message = "a hook failed on " + what + ": " + n.Message
	return n
}

// cost is the least of a few runs: others may have the machine meanwhile.
func cost(whole context.Context, host extensions.Host, record *hooks.Snapshot) (took time.Duration, bytes uint64, err error) {
	ctx, cancel := context.WithTimeout(whole, costPatient)
	defer cancel()
	for i := range runsTimed {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var result hooks.Result
		lasted := ofThread(func() { result, err = runOne(ctx, host, record) })
		runtime.ReadMemStats(&after)
		switch {
		case whole.Err() != nil:
			return 0, 0, context.Cause(whole)
		case ctx.Err() != nil && i > 0:
			return took, bytes, nil
		case ctx.Err() != nil:
			return lasted, 0, nil
		case err != nil || result.Err != nil:
			return 0, 0, errors.Join(err, result.Err)
		}
		allocated := after.TotalAlloc - before.TotalAlloc
		if i == 0 || lasted < took {
			took = lasted
		}
		if i == 0 || allocated < bytes {
			bytes = allocated
		}
	}
	return took, bytes, nil
}
