// Package sdktest runs a vendor's hooks in a test, as the server does.
//
//	func TestPoints(t *testing.T) {
//		result := sdktest.RunOrder(func() sdk.OrderHooks { return new(Order) }, sdktest.Change{
//			Order:  &sdktest.Order{Order: sdk.Order{ID: "o1", Lines: lines}},
//			Merged: sdk.Fields{"points_redeemed": "5"},
//		})
//		…
//
// It owns how a test says what changed. It starts no goroutine and holds no
// lock. The conformance suite is package conform's.
//
// Start reading with [Change].
package sdktest

import (
	"cmp"
	"time"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runner"
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/protocol"
)

// Change is a change of an order or an orderline, for hooks to run on.
type Change struct {
	Order *Order
	// Stored are the record's fields before the change, nil of a new record;
	// Merged as they are with it.
	Stored, Merged sdk.Fields
	// At is the hook's clock, Seed its chance.
	At   time.Time
	Seed uint64
	// Tapped is the tap's time by the till's clock; zero: At.
	Tapped time.Time
	// Mutation is "client_id/id"; "": a change of the server's own.
	Mutation string
	// Storage is the extension's, which runs read and write; nil: extension.yaml
	// declares none.
	Storage *Storage
	// Effects are the names of those that extension.yaml describes.
	Effects []string
}

// Order is the order that changed, or that the line is of. Hooks see its ID,
// Number, Run, State ("": open) and Payments; its Lines, unless they are nil: then they aren't
// handed over; and its Fields from a line. PerLine remembers what was worked
// out for its lines, as long as it is the same Order.
type Order struct {
	sdk.Order
	ready []*runner.Line
}

// Result is what the three hooks made of a record. Err is a hook's failure
// and begins with its name; of a refusal, Reject has the words.
type Result struct {
	Export sdk.Fields
	// Lines are those that an order's hooks put, in order.
	Lines []Line
	// Effects are those that an order's hooks want done, in order.
	Effects []Effect
	Reject  string
	Err     error
}

// Line is a line that was put.
type Line struct {
	Key    string
	Fields sdk.Fields
}

// Effect is an effect that is wanted.
type Effect struct {
	Name, Key string
	Data      sdk.Value
}

// RunOrder runs an order's hooks on a fresh instance.
func RunOrder(fresh func() sdk.OrderHooks, c Change) Result {
	r, lines := c.snapshot()
	return c.runOrder(fresh, r, lines)
}

// RunEffectResult tells an order what came of an effect, on a fresh instance:
// InitFromJSON of c.Stored, EffectResult, ExportAsJSON. Without EffectResult
// nothing runs.
func RunEffectResult(fresh func() sdk.OrderHooks, c Change, name, key string, result sdk.Result) Result {
	if c.Stored == nil {
		c.Stored = sdk.Fields{}
	}
	r, lines := c.snapshot()
	r.Merged, r.Outcome = r.Stored, &hooks.Outcome{Name: name, Key: key, Result: result}
	return c.runOrder(fresh, r, lines)
}

func (c *Change) runOrder(fresh func() sdk.OrderHooks, r *hooks.Snapshot, lines []*runner.Line) Result {
	return c.result((&runner.Set{Order: fresh, Lines: true, Stores: c.Storage != nil, Effects: c.Effects}).Run(r, lines))
}

// RunOrderline runs a line's hooks on a fresh instance; the line is the n-th
// of its order.
func RunOrderline(fresh func() sdk.OrderlineHooks, id sdk.LineID, n int, c Change) Result {
	r, lines := c.snapshot()
	r.Parent = &hooks.Snapshot{RecordHead: r.RecordHead, Merged: c.Order.Fields, Payments: r.Payments}
	r.Model, r.Line, r.N = protocol.ModelOrderline, id, n
	return c.result((&runner.Set{Orderline: fresh, Stores: c.Storage != nil}).Run(r, lines))
}

// Record is a record to read these fields from.
func Record(fields sdk.Fields) sdk.Record { return runner.NewRecord(fields) }

func (c *Change) result(r hooks.Result) Result {
	c.Storage.take(r.Left)
	out := Result{Export: r.Export, Reject: r.Reject, Err: r.Err}
	for _, put := range r.Lines {
		out.Lines = append(out.Lines, Line{put.Key, put.Fields})
	}
	for _, e := range r.Effects {
		out.Effects = append(out.Effects, Effect{e.Name, e.Key, e.Data})
	}
	return out
}

func (c *Change) snapshot() (*hooks.Snapshot, []*runner.Line) {
	o := c.Order
	if o == nil {
		o = &Order{}
		c.Order = o
	}
	if o.ready == nil && o.Lines != nil {
		o.ready = make([]*runner.Line, len(o.Lines))
		for i, l := range o.Lines {
			o.ready[i] = runner.NewLine(l)
		}
	}
	tapped := c.Tapped
	if tapped.IsZero() {
		tapped = c.At
	}
	return &hooks.Snapshot{
		RecordHead: hooks.RecordHead{
			Model: protocol.ModelOrder, Order: o.ID, Number: o.Number, Run: o.Run, State: cmp.Or(o.State, protocol.Open),
			New: c.Stored == nil, At: c.At, Seed: c.Seed, Tapped: tapped, Mutation: c.Mutation, Storage: c.Storage.found(),
		},
		Stored: c.Stored, Merged: c.Merged, Payments: o.Payments,
	}, o.ready
}
