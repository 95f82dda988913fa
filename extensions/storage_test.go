package extensions_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// counting counts in its storage what it runs over; what hook says comes after.
func counting(name string, hook func(hooks.Record, *hooks.Result)) *fake {
	f := extension(name, func(r hooks.Record) (result hooks.Result) {
		result.Export = protocol.Fields{}
		if r.Head().Storage != nil {
			s := hooks.NewStoring(r.Head())
			v, _ := s.Get("n")
			n, _ := strconv.Atoi(string(v))
			_ = s.Set("n", protocol.Int(n+1), false)
			result.Left = s.Left()
			result.Export["count"] = protocol.Text(strconv.Itoa(n + 1))
		}
		if hook != nil {
			hook(r, &result)
		}
		return result
	}, "count", "count_"+protocol.Field(name))
	f.StorageKeys = 5
	for _, fields := range f.Fields {
		delete(fields, "count")
		if name == "a" {
			fields["count"] = spec(protocol.TypeString)
		}
	}
	return f
}

func change(o *memOrder) *hooks.Mutation {
	m := o.change([]protocol.Field{"qty"}, map[int]protocol.Field{0: "qty", 1: "qty"})
	m.Storage = map[string]*hooks.Storage{"other": (*hooks.Storage)(nil).With(hooks.Entry{Key: "n", Value: "7"})}
	return m
}

// Each run finds what the ones before it left, of its own extension; one that
// failed leaves nothing.
func TestStorageFromRunToRun(t *testing.T) {
	a := counting("a", func(r hooks.Record, result *hooks.Result) {
		if r.Head().N == 1 {
			result.Err = context.Canceled
		}
	})
	b := counting("b", nil)
	k := build(t, entry(a), entry(b))
	require.True(t, k.chain.Serial())
	require.False(t, build(t, entry(extension("plain", export(nil)))).chain.Serial())
	o := newMemOrder("o1", protocol.Fields{}, protocol.Fields{}, protocol.Fields{})
	m := change(o)
	k.chain.Run(t.Context(), &hooks.Wave{Mutations: []*hooks.Mutation{m}})
	require.Equal(t, []protocol.Value{"", `"1"`}, o.values("count"))
	require.Equal(t, protocol.Value(`"2"`), o.fields["count"])
	require.Equal(t, []protocol.Value{"2", "3", "7"}, []protocol.Value{m.Storage["a"].Get("n").Value, m.Storage["b"].Get("n").Value, m.Storage["other"].Get("n").Value})
	require.Equal(t, "b", m.Orders[0].By, "it left something")
}

// A rejection leaves nothing of that run, also where it isn't heard; after a veto
// nobody is asked.
func TestStorageOfARejection(t *testing.T) {
	for _, stands := range []bool{false, true} {
		a := counting("a", func(r hooks.Record, result *hooks.Result) {
			if r.Head().N == 2 {
				*result = hooks.Result{Reject: "no", Left: result.Left}
			}
		})
		k := build(t, entry(a))
		m := change(newMemOrder("o1", protocol.Fields{}, protocol.Fields{}, protocol.Fields{}))
		m.Stands = stands
		k.chain.Run(t.Context(), &hooks.Wave{Mutations: []*hooks.Mutation{m}})
		require.Equal(t, !stands, m.Veto != nil)
		if stands {
			require.Equal(t, protocol.Value("2"), m.Storage["a"].Get("n").Value)
		} else {
			require.Len(t, a.runs, 2)
		}
	}
}

// What a host says that a run left is checked: its limits, and whose order's end an
// entry goes with. Where no mutation has storage, it isn't work.
func TestStorageIsChecked(t *testing.T) {
	left := hooks.Entry{Key: "k", Value: "1", Until: "another's"}
	a := extension("a", nil)
	delete(a.Hooks, protocol.ModelOrderline)
	a.StorageKeys = 1
	a.hook = func(r hooks.Record) hooks.Result { return hooks.Result{Left: []hooks.Entry{left}} }
	k := build(t, entry(a))
	run := func() *hooks.Mutation {
		m := change(newMemOrder("o1", protocol.Fields{}, protocol.Fields{}, protocol.Fields{}))
		k.chain.Run(t.Context(), &hooks.Wave{Mutations: []*hooks.Mutation{m}})
		return m
	}
	require.Equal(t, protocol.OrderID("o1"), run().Storage["a"].Get("k").Until)
	left.Value = protocol.Text(strings.Repeat("x", 70_000))
	m := run()
	require.Zero(t, m.Storage["a"].Keys())
	require.Equal(t, []string{"a"}, m.Orders[0].Missed, "its run failed")

	m = newMemOrder("o1", protocol.Fields{}).change([]protocol.Field{"qty"}, nil)
	k.chain.Run(t.Context(), &hooks.Wave{Mutations: []*hooks.Mutation{m}})
	require.Nil(t, m.Storage)
}
