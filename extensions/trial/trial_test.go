package trial_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/extensions/trial"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// hook is what a made-up extension exports of a record.
type hook func(r hooks.Record) (protocol.Fields, error)

func (h hook) Run(_ context.Context, batch *extensions.Batch) ([]hooks.Result, error) {
	var results []hooks.Result
	for _, r := range batch.Records {
		export, err := h(r)
		results = append(results, hooks.Result{Export: export, Err: err})
	}
	return results, nil
}

func orders(fields ...protocol.Field) extensions.Description {
	d := extensions.Description{
		Name: "made-up", Manifest: true, Hooks: map[protocol.Model]bool{protocol.ModelOrder: true},
		Fields: map[protocol.Model]map[protocol.Field]extensions.FieldInfo{protocol.ModelOrder: {}},
	}
	for _, f := range fields {
		d.Fields[protocol.ModelOrder][f] = extensions.FieldInfo{FieldSpec: protocol.FieldSpec{Type: protocol.TypeNumber, Merge: protocol.Last, Owner: "made-up"}}
	}
	return d
}

func number(v protocol.Value) int {
	n := 0
	_ = v.Decode(&n)
	return n
}

func TestBehaviour(t *testing.T) {
	calls, kept := 0, 0
	for name, c := range map[string]struct {
		does hook
		code notes.Code // "" is none
	}{
		"copies": {func(r hooks.Record) (protocol.Fields, error) { return protocol.Fields{"n": r.MergedFields()["n"]}, nil }, ""},
		"clamps": {func(r hooks.Record) (protocol.Fields, error) {
			return protocol.Fields{"n": protocol.Int(min(5, number(r.MergedFields()["n"])))}, nil
		}, ""},
		"settles": {func(r hooks.Record) (protocol.Fields, error) {
			return protocol.Fields{"n": protocol.Int(max(50, number(r.MergedFields()["n"])))}, nil
		}, ""},
		"adds": {func(r hooks.Record) (protocol.Fields, error) {
			return protocol.Fields{"n": protocol.Int(1 + number(r.MergedFields()["n"]))}, nil
		}, notes.ChangesTwice},
		"counts calls": {func(hooks.Record) (protocol.Fields, error) {
			calls++
			return protocol.Fields{"n": protocol.Int(calls)}, nil
		}, notes.ModuleState},
		"remembers": {func(r hooks.Record) (protocol.Fields, error) {
			kept = max(kept, number(r.MergedFields()["n"]))
			return protocol.Fields{"n": protocol.Int(kept)}, nil
		}, notes.ModuleState},
		"reads a clock": {func(r hooks.Record) (protocol.Fields, error) {
			return protocol.Fields{"n": protocol.Int(int(r.Head().At.Unix()))}, nil
		}, notes.Clock},
		"takes the tap": {func(r hooks.Record) (protocol.Fields, error) {
			return protocol.Fields{"n": protocol.Int(int(r.Head().Tapped.Unix()))}, nil
		}, ""},
		"draws lots": {func(r hooks.Record) (protocol.Fields, error) {
			return protocol.Fields{"n": protocol.Int(int(r.Head().Seed))}, nil
		}, notes.Chance},
		"turns back": {func(r hooks.Record) (protocol.Fields, error) {
			if r.StoredFields() != nil {
				return protocol.Fields{"n": r.StoredFields()["n"]}, nil
			}
			return protocol.Fields{"n": r.MergedFields()["n"]}, nil
		}, notes.NotApplied},
		"fails": {func(hooks.Record) (protocol.Fields, error) { return nil, errors.New("oh") }, notes.Throws},
		"wipes": {func(r hooks.Record) (protocol.Fields, error) {
			if r.MergedFields()["by"].IsNull() {
				return protocol.Fields{"n": protocol.Null}, nil
			}
			return protocol.Fields{"n": r.MergedFields()["n"], "by": r.MergedFields()["by"]}, nil
		}, notes.Wiped},
	} {
		t.Run(name, func(t *testing.T) {
			seen, err := trial.Look(t.Context(), c.does, orders("n", "by"))
			require.NoError(t, err)
			codes := []notes.Code{}
			for _, n := range seen.Notes {
				codes = append(codes, n.Code)
				require.Equal(t, protocol.ModelOrder, n.Model)
			}
			if c.code == "" {
				require.Empty(t, codes, "%v", seen.Notes)
				return
			}
			require.Contains(t, codes, c.code, "%v", seen.Notes)
			for _, code := range codes {
				require.Equal(t, c.code, code, "%v", seen.Notes)
			}
		})
	}
}

// A value that its field can't have is told as the chain tells it.
func TestWrongValues(t *testing.T) {
	seen, err := trial.Look(t.Context(), hook(func(hooks.Record) (protocol.Fields, error) { return protocol.Fields{"n": `"many"`}, nil }), orders("n"))
	require.NoError(t, err)
	require.Len(t, seen.Dropped, 1)
	require.Equal(t, string(notes.WrongType), seen.Dropped[0].Code)
	require.Equal(t, protocol.ModelOrder, seen.Dropped[0].Model)
	require.Contains(t, seen.Dropped[0].Why, "it must be of type number")
}

type broken struct{ err error }

func (b broken) Run(context.Context, *extensions.Batch) ([]hooks.Result, error) { return nil, b.err }

// What ends a run as a whole ends the look; without hooks there is none.
func TestLookEnds(t *testing.T) {
	oh := errors.New("oh")
	_, err := trial.Look(t.Context(), broken{oh}, orders("n"))
	require.ErrorIs(t, err, oh)
	_, err = trial.Look(t.Context(), broken{}, orders("n"))
	require.ErrorContains(t, err, "0 results of a record")
	d := orders("n")
	d.Hooks = nil
	seen, err := trial.Look(t.Context(), broken{oh}, d)
	require.NoError(t, err)
	require.Empty(t, seen.Notes)
}

// The values are such as the field may have, whatever its type and bounds are.
func TestValuesFit(t *testing.T) {
	for _, spec := range []protocol.FieldSpec{
		{Type: protocol.TypeString},
		{Type: protocol.TypeString, Max: "3"},
		{Type: protocol.TypeString, Pattern: "[A-Z]{2}-[0-9]{4}"},
		{Type: protocol.TypeString, Enum: []protocol.Value{`"rare"`, `"done"`}},
		{Type: protocol.TypeNumber, Min: "100", Max: "200"},
		{Type: protocol.TypeInteger, Max: "0"},
		{Type: protocol.TypeBool},
		{Type: protocol.TypeTime},
		{Type: protocol.TypeID},
		{Type: protocol.TypeIDs, Min: "3"},
		{Type: protocol.TypeStrings},
		{Type: protocol.TypeArray},
		{Type: protocol.TypeObject},
		{Type: protocol.TypeAny},
	} {
		info := extensions.FieldInfo{FieldSpec: spec}
		for turn := range 2 {
			list := trial.Values(info, turn)
			require.NotEmpty(t, list, "%+v", spec)
			for _, v := range list {
				require.NoError(t, info.Check(v), "%+v", spec)
			}
		}
	}
}
