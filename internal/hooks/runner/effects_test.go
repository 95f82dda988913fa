package runner_test

import (
	"math"
	"testing"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runner"
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// books wants what the field want says, and notes what came of it.
type books struct{ toldApply }

func (o *books) EffectResult(name, key string, result sdk.Result) error {
	o.calls = append(o.calls, "result:"+name+" "+key+" "+string(result))
	var told struct{ Status, Fails any }
	if err := result.Decode(&told); err != nil {
		return err
	}
	switch told.Fails {
	case "panic":
		panic("no reason")
	case "reject":
		return sdk.Reject("no")
	}
	return o.Effect("book", "after "+key, told.Status)
}

func outcome(set *set, stored protocol.Fields, result protocol.Value) hooks.Result {
	r := existing(stored, protocol.Fields{"note": `"merged"`})
	r.Outcome = &hooks.Outcome{Name: "book", Key: "p1", Result: result}
	return set.Run(r)
}

// An order is told as it is stored: init, EffectResult, export, and no ApplyMSData.
func TestOutcome(t *testing.T) {
	set := orders(func() *books { return new(books) })
	set.Effects = []string{"book"}
	result := outcome(set, protocol.Fields{"note": `"stored"`}, `{"status":200}`)
	require.NoError(t, result.Err)
	require.Equal(t, protocol.Value(`["init:stored","result:book p1 {\"status\":200}"]`), result.Export["calls"])
	require.Equal(t, []hooks.Effect{{Name: "book", Key: "after p1", Data: "200"}}, result.Effects)

	result = outcome(set, protocol.Fields{}, `{"fails":"panic"}`)
	require.Regexp(t, `^effect_result: effects_test\.go:\d+: panic: no reason`, result.Err.Error())
	require.Empty(t, result.Effects)
	require.Equal(t, protocol.HookResult, outcome(set, protocol.Fields{}, `{"fails":"reject"}`).RejectHook)

	without := orders(func() *told { return new(told) })
	require.Equal(t, hooks.Result{Export: protocol.Fields{}}, outcome(without, protocol.Fields{"note": `"stored"`}, "1"))
}

type wanting struct {
	sdk.OrderBase
	want func(o *sdk.OrderBase) error
}

func (o *wanting) ApplyMSData(sdk.Record) error { return o.want(&o.OrderBase) }

type wantingLine struct {
	sdk.OrderlineBase
	want func(o *sdk.OrderBase) error
}

func (l *wantingLine) ApplyMSData(sdk.Record) error { return l.want(l.Order()) }

func TestEffect(t *testing.T) {
	for name, c := range map[string]struct {
		want func(o *sdk.OrderBase) error
		got  []hooks.Effect
		says string
	}{
		"any data": {func(o *sdk.OrderBase) error { return o.Effect("book", "p1", map[string]any{"amount": 2.50}) }, []hooks.Effect{{Name: "book", Key: "p1", Data: `{"amount":2.5}`}}, ""},
		"none":     {func(o *sdk.OrderBase) error { return o.Effect("book", "p1", nil) }, []hooks.Effect{{Name: "book", Key: "p1", Data: "null"}}, ""},
		"no value": {func(o *sdk.OrderBase) error { return o.Effect("book", "p1", sdk.Value("")) }, []hooks.Effect{{Name: "book", Key: "p1", Data: "null"}}, ""},
		"no JSON":  {func(o *sdk.OrderBase) error { return o.Effect("book", "p1", math.NaN()) }, nil, `effect "book": its data for the key "p1" can't be stored`},
		"no key":   {func(o *sdk.OrderBase) error { return o.Effect("book", "", 1) }, nil, `apply_ms_data: effect "book": a key is a text of 1 to 200 characters`},
		"unknown":  {func(o *sdk.OrderBase) error { return o.Effect("bok", "p1", 1) }, nil, `extension.yaml describes no effect "bok": there are book`},
		"refused": {func(o *sdk.OrderBase) error {
			if err := o.Effect("book", "p1", 1); err != nil {
				return err
			}
			return sdk.Reject("no")
		}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			all := &set{runner.Set{
				Order:     func() sdk.OrderHooks { return &wanting{want: c.want} },
				Orderline: func() sdk.OrderlineHooks { return &wantingLine{want: c.want} }, Effects: []string{"book"},
			}}
			result := all.Run(existing(nil, protocol.Fields{}))
			if c.says == "" {
				require.NoError(t, result.Err)
			} else {
				require.ErrorContains(t, result.Err, c.says)
			}
			require.Equal(t, c.got, result.Effects)
			line := existing(nil, protocol.Fields{})
			line.Model, line.Line, line.Parent = protocol.ModelOrderline, "l1", existing(nil, protocol.Fields{})
			result = all.Run(line)
			require.NoError(t, result.Err, "a line's order is only looked at")
			require.Empty(t, result.Effects)
		})
	}
	require.ErrorContains(t, new(wanting).Effect("book", "p1", 1), "run the hooks by sdktest")
}

type (
	resultMiss  struct{ sdk.OrderBase }
	resultOther struct{ sdk.OrderBase }
	resultValue struct{ sdk.OrderBase }
	resultLine  struct{ sdk.OrderlineBase }
)

func (*resultMiss) EffectResults(string, string, sdk.Result) error { return nil }
func (*resultOther) EffectResult(string, sdk.Result) error         { return nil }
func (resultValue) EffectResult(string, string, sdk.Result) error  { return nil }
func (*resultLine) EffectResult(string, string, sdk.Result) error  { return nil }

func TestNearMissesOfEffectResult(t *testing.T) {
	for says, set := range map[string]*set{
		"resultMiss.EffectResults is never called: did you mean EffectResult?":                         orders(func() *resultMiss { return new(resultMiss) }),
		"write func (o *resultOther) EffectResult(name, key string, result sdk.Result) error":          orders(func() *resultOther { return new(resultOther) }),
		"resultValue.EffectResult has a value receiver, so what it fills in is lost":                   orders(func() *resultValue { return new(resultValue) }),
		"resultLine.EffectResult is never called: effects are orders', write it on the order's struct": {runner.Set{Orderline: func() sdk.OrderlineHooks { return new(resultLine) }}},
	} {
		require.ErrorContains(t, set.Check(), says)
	}
	set := orders(func() *books { return new(books) })
	require.NoError(t, set.Check())
	require.ErrorContains(t, set.CheckEffects(), "books.EffectResult is never called: extension.yaml describes no effects")
	set.Effects = []string{"book"}
	require.NoError(t, set.CheckEffects())
	require.NoError(t, orders(func() *told { return new(told) }).CheckEffects())
}
