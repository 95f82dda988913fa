package faults_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// The fields of the extension of simulations: it counts the lines of an order, and
// doubles the qty of a line.
const (
	fieldCount protocol.Field = "sim_lines"
	fieldTwice protocol.Field = "sim_twice"
)

const fitfulName = "fitful"

// fitful is an extension that fails at random. Both fields are derived, so that what it
// missed can be told from what it should have written.
type fitful struct {
	w      *simulation
	steady bool // it fails no more
}

func (f *fitful) Close() error { return nil }

func (f *fitful) Describe() extensions.Description {
	field := func(name protocol.Field) map[protocol.Field]extensions.FieldInfo {
		spec := protocol.FieldSpec{Type: protocol.TypeNumber, Merge: protocol.Last, Derived: true}
		return map[protocol.Field]extensions.FieldInfo{name: {FieldSpec: spec, OneWay: true}}
	}
	return extensions.Description{
		Name: fitfulName, Version: "1", CanReject: true, Manifest: true,
		Fields: map[protocol.Model]map[protocol.Field]extensions.FieldInfo{
			protocol.ModelOrder: field(fieldCount), protocol.ModelOrderline: field(fieldTwice),
		},
		Reads: map[protocol.Model][]protocol.Field{
			protocol.ModelOrder: {protocol.KeyLines}, protocol.ModelOrderline: {"qty"},
		},
		Hooks: map[protocol.Model]bool{protocol.ModelOrder: true, protocol.ModelOrderline: true},
	}
}

// What a hook may do beside what it should.
var (
	errThrown = &hooks.HookError{Hook: "export_as_JSON", Err: errors.New("it fails at random")}
	moods     = []struct {
		name   string
		result hooks.Result
	}{
		{"throws", hooks.Result{Err: errThrown}},
		{"times out", hooks.Result{Err: context.DeadlineExceeded}},
		{"vetoes", hooks.Result{Reject: "not today"}},
		{"is busy", hooks.Result{Err: extensions.ErrBusy}},
	}
)

// Run implements [extensions.Host].
func (f *fitful) Run(_ context.Context, b *extensions.Batch) ([]hooks.Result, error) {
	if !f.steady && f.w.dice.one(40) {
		f.w.reached.note("extension", "fails as a whole")
		return nil, errThrown
	}
	results := make([]hooks.Result, len(b.Records))
	for i, r := range b.Records {
		if !f.steady && f.w.dice.one(15) {
			mood := pick(f.w.dice, moods)
			f.w.reached.note("extension", mood.name)
			results[i] = mood.result
			continue
		}
		results[i] = hooks.Result{Export: derived(r.Head().Model, r.OrderLines(), r.MergedFields())}
	}
	return results, nil
}

// derived is what the extension writes of a record.
func derived(model protocol.Model, lines []protocol.Line, fields protocol.Fields) protocol.Fields {
	if model == protocol.ModelOrder {
		return protocol.Fields{fieldCount: protocol.Value(strconv.Itoa(len(lines)))}
	}
	qty := number(fields["qty"])
	twice, _ := qty.Add(qty)
	return protocol.Fields{fieldTwice: protocol.Num(twice)}
}

// chain is the extensions of a server that starts; nil: it has none.
func (w *simulation) chain(of *server) multisession.Chain {
	w.fitful = nil
	if w.faults.extension == "" {
		return nil
	}
	w.fitful = &fitful{w: w}
	chain, err := extensions.Build([]extensions.Entry{{
		Host: w.fitful, Source: "simulation", OnError: w.faults.extension, Timeout: time.Hour,
	}}, extensions.Options{Budget: time.Hour, Now: of.now, Log: slog.New(slog.DiscardHandler)})
	require.NoError(w.t, err)
	return chain
}

// sweep has what the extension missed made up for, as a server does from time to time.
func (w *simulation) sweep() {
	w.idle = true
	for _, ms := range floors {
		if session := w.server.session(ms); session.Missed() {
			w.idle = false
			w.server.ask(session, &multisession.Rerun{})
		}
	}
}

// makeUp has the extension work from now on, and sees that it made up for all that it
// missed on open orders.
func (w *simulation) makeUp() {
	if w.fitful == nil {
		return
	}
	w.fitful.steady = true
	defer func() { w.fitful.steady = false }()
	for range 5 {
		w.clock = w.clock.Add(31 * time.Minute) // it may be suspended
		w.sweep()
	}
	for _, ms := range floors {
		require.False(w.t, w.server.session(ms).Missed(), "something in %s isn't made up for", ms)
		for _, o := range w.server.snapshot(ms) {
			if o.Review != nil {
				continue // a veto met money: what the hook gave isn't taken, and a person looks at it
			}
			want := derived(protocol.ModelOrder, o.Lines, nil)[fieldCount]
			require.Equal(w.t, want, o.Fields[fieldCount], "what the extension counted in %s of %s", o.ID, ms)
			for _, l := range o.Lines {
				want := derived(protocol.ModelOrderline, nil, l.Fields)[fieldTwice]
				require.Equal(w.t, want, l.Fields[fieldTwice], "what the extension doubled of %s of %s", l.ID, o.ID)
			}
		}
	}
}

// late reports whether a change of a closed order is what the extension missed, made up
// for.
func late(c protocol.Change, o protocol.OrderChange) bool {
	fields := make([]protocol.Field, 0, len(o.Set))
	for f := range o.Set {
		fields = append(fields, f)
	}
	for _, l := range o.Lines {
		for f := range l.Set {
			fields = append(fields, f)
		}
	}
	return c.By != nil && c.By.Server == protocol.ByExtension+fitfulName && len(o.Payments) == 0 &&
		!slices.ContainsFunc(fields, func(f protocol.Field) bool { return f != fieldCount && f != fieldTwice })
}
