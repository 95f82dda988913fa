package extensions_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// keeper keeps what it is given.
type keeper struct {
	known map[string]bool
	kept  []*runs.Run
}

func (k *keeper) Wants(cause string) bool { return !k.known[cause] }

func (k *keeper) Keep(cause string, r *runs.Run) {
	k.known[cause] = true
	k.kept = append(k.kept, r)
}

// acts fails as the field note says.
func acts(r hooks.Record) hooks.Result {
	switch r.MergedFields()["note"] {
	case `"throw"`:
		return hooks.Result{Err: &hooks.HookError{Hook: "apply_ms_data", Err: errors.New("at a.js:1:2: no card")}}
	case `"no"`:
		return hooks.Result{Reject: "not on Mondays", RejectHook: "apply_ms_data"}
	case `"late"`:
		return hooks.Result{Err: &hooks.HookError{Hook: "apply_ms_data", Err: fmt.Errorf("it ran too long: %w", context.DeadlineExceeded)}}
	case `"costly"`:
		return hooks.Result{Err: fmt.Errorf("it ended: %w", extensions.ErrCostly)}
	case `"busy"`:
		return hooks.Result{Err: fmt.Errorf("%w: %w", extensions.ErrBusy, context.DeadlineExceeded)}
	case `"slow"`:
		return hooks.Result{Took: time.Hour}
	case `"nan"`:
		return hooks.Result{Dropped: []hooks.Dropped{{Field: "note", Hook: "export_as_JSON", Why: "is NaN"}}}
	case `"alien"`:
		return hooks.Result{Export: protocol.Fields{"alien": "1"}}
	}
	return hooks.Result{Export: protocol.Fields{"note": `"done"`}}
}

// Each kind of failure is handed to the keeper, as it was handed to the hooks; run
// again by a trial it comes to the same.
func TestKeptRunsComeAgain(t *testing.T) {
	rec, k := recorded(t, extension("a", acts, "note"))
	kept := &keeper{known: map[string]bool{}}
	rec.Keeper = kept
	trial, err := extensions.NewTrial(entry(extension("a", acts, "note")), nil)
	require.NoError(t, err)
	for note, end := range map[string]runs.End{
		"throw": runs.Failed, "no": runs.Vetoed, "late": runs.Failed, "costly": runs.Failed, "slow": runs.Slow, "nan": runs.NotTaken, "alien": runs.NotTaken,
		"busy": "", "fine": "",
	} {
		t.Run(note, func(t *testing.T) {
			kept.kept = nil
			tap := func(i int) {
				merged := protocol.Fields{"note": protocol.Text(note)}
				r, _ := record(protocol.OrderID(fmt.Sprint(note, i)), protocol.Fields{}, merged, "note")
				k.run(r)
			}
			tap(1)
			tap(2)
			if end == "" {
				require.Empty(t, kept.kept)
				return
			}
			require.Len(t, kept.kept, 1, "the same isn't kept twice")
			was := kept.kept[0]
			require.Equal(t, end, was.End)
			require.Equal(t, protocol.OrderID(note+"1"), was.Seen.Order)
			require.Equal(t, protocol.Text(note), was.Seen.Merged["note"])
			text, err := was.JSON(nil)
			require.NoError(t, err)
			read, _, err := runs.Read(text)
			require.NoError(t, err)
			now := trial.Run(t.Context(), []*runs.Run{read})
			require.True(t, read.Reproduces(now[0].Run), "%+v", now[0].Run)
		})
	}
}

// Of a wave, what failed is kept as it was handed over: nothing of another record
// that was taken meanwhile shows in it.
func TestKeptOfAWave(t *testing.T) {
	rec, k := recorded(t, extension("a", acts, "note"))
	kept := &keeper{known: map[string]bool{}}
	rec.Keeper = kept
	fields := protocol.Fields{"note": `"fine"`}
	lines := func() []protocol.Line { return []protocol.Line{{ID: "l1", N: 1, Fields: fields}} }
	line := func(id protocol.LineID, merged protocol.Fields) *hooks.Change {
		r, _ := record("o1", protocol.Fields{}, merged, "note")
		s := r.Record.(*hooks.Snapshot)
		s.Model, s.Line, s.Lines = protocol.ModelOrderline, id, lines
		return r
	}
	one, two := line("l1", fields), line("l2", protocol.Fields{"note": `"throw"`})
	k.chain.Run(t.Context(), &hooks.Wave{Mutations: []*hooks.Mutation{{Lines: []*hooks.Change{one, two}}}})
	require.Equal(t, protocol.Value(`"done"`), fields["note"])
	require.Len(t, kept.kept, 1)
	require.Equal(t, protocol.Value(`"fine"`), kept.kept[0].Seen.OrderLines()[0].Fields["note"])
}

// Hooks that are handed some keys alone are kept with no others.
func TestKeptIsWhatWasHandedOver(t *testing.T) {
	host := extension("a", acts, "note")
	host.OnlyReads, host.Reads = true, map[protocol.Model][]protocol.Field{protocol.ModelOrder: {"partner_id"}}
	rec, k := recorded(t, host)
	kept := &keeper{known: map[string]bool{}}
	rec.Keeper = kept
	r, _ := record("o1", protocol.Fields{}, protocol.Fields{"note": `"throw"`, "partner_id": "7", "other": "1"}, "note")
	r.Record.(*hooks.Snapshot).Lines = func() []protocol.Line { return []protocol.Line{{ID: "l1"}} }
	k.run(r)
	require.Equal(t, protocol.Fields{"note": `"throw"`, "partner_id": "7"}, kept.kept[0].Seen.Merged)
	require.Nil(t, kept.kept[0].Seen.Lines)
}

// A writer that doesn't come to rest fails, and does so again.
func TestRestlessWriterIsKept(t *testing.T) {
	host := extension("a", func(r hooks.Record) hooks.Result {
		return hooks.Result{Export: protocol.Fields{"partner_id": r.MergedFields()["partner_id"] + "0"}}
	})
	host.Writes = map[protocol.Model][]protocol.Field{protocol.ModelOrder: {"partner_id"}}
	rec, k := recorded(t, host)
	kept := &keeper{known: map[string]bool{}}
	rec.Keeper = kept
	r, set := record("o1", protocol.Fields{}, protocol.Fields{"partner_id": "7"}, "partner_id")
	k.run(r)
	require.Empty(t, set)
	require.Len(t, kept.kept, 1)
	require.Contains(t, kept.kept[0].Message, "doesn't come to rest")
	trial, err := extensions.NewTrial(entry(host), nil)
	require.NoError(t, err)
	require.True(t, kept.kept[0].Reproduces(trial.Run(t.Context(), kept.kept)[0].Run))
}

// However often it fails, a trial asks for each record; what it runs after isn't
// needed.
func TestTrialIsPatient(t *testing.T) {
	host := extension("a", acts, "note")
	host.After = []string{"another"}
	trial, err := extensions.NewTrial(entry(host), nil)
	require.NoError(t, err)
	var all []*runs.Run
	for i := range 20 {
		r, _ := record(protocol.OrderID(fmt.Sprint("o", i)), protocol.Fields{}, protocol.Fields{"note": `"throw"`})
		all = append(all, &runs.Run{Seen: r.Record.(*hooks.Snapshot)})
	}
	fine, _ := record("fine", nil, protocol.Fields{"note": `"x"`})
	all = append(all, &runs.Run{Seen: fine.Record.(*hooks.Snapshot)})
	tried := trial.Run(t.Context(), all)
	for _, of := range tried[:20] {
		require.Equal(t, runs.Failed, of.End)
	}
	require.Equal(t, runs.Taken, tried[20].End)
	require.Equal(t, protocol.Fields{"note": `"done"`}, tried[20].Settings)
	require.NoError(t, trial.Close())
	require.True(t, host.closed)
}

// A trial tells what a busy machine kept from its end from what has no hooks.
func TestTrialOnABusyMachine(t *testing.T) {
	host := extension("a", acts, "note")
	delete(host.Hooks, protocol.ModelOrderline)
	trial, err := extensions.NewTrial(entry(host), nil)
	require.NoError(t, err)
	tried := func(note string, model protocol.Model) extensions.Tried {
		r, _ := record("o1", protocol.Fields{}, protocol.Fields{"note": protocol.Text(note)})
		seen := r.Record.(*hooks.Snapshot)
		seen.RecordHead.Model = model
		return trial.Run(t.Context(), []*runs.Run{{Seen: seen}})[0]
	}
	busy := tried("busy", protocol.ModelOrder)
	require.True(t, busy.Busy)
	require.Equal(t, runs.Missed, busy.End)
	none := tried("fine", protocol.ModelOrderline)
	require.False(t, none.Busy)
	require.Equal(t, runs.Missed, none.End)
	require.False(t, tried("late", protocol.ModelOrder).Busy)
}
