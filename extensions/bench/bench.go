// Package bench measures what the hooks of one extension cost: the time and the
// allocated bytes of a changed line and of its order, in small orders and in large
// ones, against the time that the operator gives a call.
//
// It owns the made-up orders and the measuring. It owns neither how a host runs
// (extensions/javascript, extensions/goplugin) nor how results are printed
// (cmd/server).
//
// Whoever calls [Run] waits for it. It holds no lock, and no goroutine outlives it.
// Nothing else should run in the process meanwhile: its bytes would be counted. What
// a Go extension allocates its process says ([Program]).
//
// Start reading with [Run].
package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Options say how to measure.
type Options struct {
	// Budget is what a call may take in a shop; 0 is a server's default.
	Budget time.Duration
	// Runs is how often each is run; 0: for about half a second, and 10 times at least.
	Runs int
	// Now is the clock; nil is the machine's.
	Now func() time.Time
}

// Row is what one record costs, on average.
type Row struct {
	Model protocol.Model `json:"model"`
	Lines int            `json:"lines"` // of the order
	Runs  int            `json:"runs"`
	// MicroSeconds and Bytes are of one record, Most is the slowest one's time.
	MicroSeconds float64 `json:"us"`
	Most         float64 `json:"us_most"`
	// Bytes are allocated in this process, Program in the extension's own: by its
	// hooks, and by reading the record and writing the answer. nil: it has none, or
	// doesn't say.
	Bytes   uint64  `json:"bytes"`
	Program *uint64 `json:"program_bytes,omitempty"`
	// Share is the average's of the budget, in percent.
	Share float64 `json:"percent_of_budget"`
}

// Sizes are how many lines the orders have.
var Sizes = []int{1, 20, 500}

const (
	enough     = 500 * time.Millisecond
	fewest     = 10
	mostRuns   = 5000
	hangs      = 30 * time.Second // a call that is slow has to be measured, not stopped
	warmUps    = 3
	onePercent = 100
)

// Program is a host whose hooks run in a process of their own that can say what it
// allocates.
type Program interface {
	// Allocated is how many bytes it has allocated since it began; 0: it doesn't say.
	Allocated(ctx context.Context) (uint64, error)
}

// Run measures a line that changed, and its order, in orders of all sizes. Where a
// hook fails, the error names the record.
func Run(ctx context.Context, host extensions.Host, o Options) (rows []Row, err error) {
	o.Budget = cmp.Or(o.Budget, extensions.DefaultTimeout)
	if o.Now == nil {
		o.Now = time.Now
	}
	d := host.Describe()
	for _, size := range Sizes {
		made := newSale(&d, size)
		for _, model := range []protocol.Model{protocol.ModelOrderline, protocol.ModelOrder} {
			if !d.Hooks[model] {
				continue
			}
			row, err := measure(ctx, host, o, made, model)
			if err != nil {
				return nil, fmt.Errorf("the hooks fail on an %s of an order of %d lines: %w", model, size, err)
			}
			rows = append(rows, row)
		}
	}
	if len(rows) == 0 {
		return nil, errors.New("there is no hook on orders or orderlines: it costs nothing")
	}
	return rows, nil
}

func measure(ctx context.Context, host extensions.Host, o Options, of *sale, model protocol.Model) (Row, error) {
	row := Row{Model: model, Lines: len(of.lines)}
	for range warmUps {
		if err := call(ctx, host, of.next(model)); err != nil {
			return row, err
		}
	}
	var total time.Duration
	program, _ := host.(Program)
	began, err := allocated(ctx, program)
	if err != nil {
		return row, err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for row.Runs < mostRuns && (row.Runs < o.Runs || o.Runs == 0 && (row.Runs < fewest || total < enough)) {
		record := of.next(model)
		at := o.Now()
		err := call(ctx, host, record)
		took := o.Now().Sub(at)
		if err != nil {
			return row, err
		}
		row.Runs++
		total += took
		row.Most = max(row.Most, micro(took))
	}
	runtime.ReadMemStats(&after)
	ended, err := allocated(ctx, program)
	if err != nil {
		return row, err
	}
	if ended > 0 {
		bytes := (ended - began) / uint64(row.Runs)
		row.Program = &bytes
	}
	runs := float64(row.Runs)
	row.MicroSeconds = micro(total) / runs
	row.Bytes = (after.TotalAlloc - before.TotalAlloc) / uint64(row.Runs)
	row.Share = onePercent * row.MicroSeconds / micro(o.Budget)
	return row, nil
}

func allocated(ctx context.Context, p Program) (uint64, error) {
	if p == nil {
		return 0, nil
	}
	ctx, cancel := context.WithTimeout(ctx, hangs)
	defer cancel()
	return p.Allocated(ctx)
}

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func call(ctx context.Context, host extensions.Host, record hooks.Record) error {
	ctx, cancel := context.WithTimeout(ctx, hangs)
	defer cancel()
	results, err := host.Run(ctx, &extensions.Batch{MultiSession: "bench", Records: []hooks.Record{record}, Limit: hangs})
	if err != nil {
		return err
	}
	if words := results[0].Reject; words != "" {
		return fmt.Errorf("they refuse it: %s", words)
	}
	return results[0].Err
}

// sale is an order of which one line changes after another.
type sale struct {
	lines []protocol.Line
	order hooks.Snapshot
	runs  int
}

var opened = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newSale(d *extensions.Description, size int) *sale {
	s := &sale{lines: make([]protocol.Line, size)}
	for i := range s.lines {
		n := i + 1
		s.lines[i] = protocol.Line{ID: protocol.LineID("line-" + strconv.Itoa(n)), N: n, Fields: s.withOwn(d, protocol.ModelOrderline, protocol.Fields{
			"product_id": protocol.Int(n), "qty": "2", "price_unit": "4.8", "discount": "0", "tax_ids": "[1,2]",
		})}
	}
	fields := s.withOwn(d, protocol.ModelOrder, protocol.Fields{"partner_id": "7", "pricelist_id": "1"})
	s.order = hooks.Snapshot{
		RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: "order-1", Number: 12, Run: 3, State: protocol.Open, At: opened, Tapped: opened, Seed: 1, Mutation: "client-1/7"},
		Stored:     fields, Merged: fields, Lines: func() []protocol.Line { return s.lines },
	}
	if d.StorageKeys > 0 {
		s.order.Storage = &hooks.Stored{MaxKeys: d.StorageKeys}
	}
	return s
}

// withOwn gives the extension's own fields a value that a till may set.
func (s *sale) withOwn(d *extensions.Description, model protocol.Model, fields protocol.Fields) protocol.Fields {
	for name, info := range d.Fields[model] {
		if info.Derived {
			continue
		}
		candidates := append([]protocol.Value{info.Min, `"a word"`, `"a"`, "2", "1", "true", `"2026-03-01T10:00:00Z"`, `["a"]`, "[1]", `{"a":1}`}, info.Enum...)
		for _, v := range candidates {
			if v != "" && info.Check(v) == nil {
				fields[name] = v
				break
			}
		}
	}
	return fields
}

// next changes the quantity of another line, and gives the record that changed.
func (s *sale) next(model protocol.Model) hooks.Record {
	at := s.runs % len(s.lines)
	s.runs++
	before := s.lines[at].Fields
	changed := protocol.Fields{}
	for name, v := range before {
		changed[name] = v
	}
	changed["qty"] = protocol.Int(1 + s.runs%9)
	s.lines[at].Fields = changed
	order := s.order
	if model == protocol.ModelOrder {
		return &order
	}
	line := order
	line.Model, line.Line, line.N, line.Parent = protocol.ModelOrderline, s.lines[at].ID, s.lines[at].N, &order
	line.Stored, line.Merged = before, changed
	return &line
}
