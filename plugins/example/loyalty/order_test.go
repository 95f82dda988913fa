package main

import (
	"testing"

	"github.com/manytill/manytill/sdk"
	"github.com/stretchr/testify/require"
)

// hooks runs the three hooks as the server does.
func hooks(rate string, r *sdk.HookRecord) sdk.HookResult {
	return run(worthAt(decimal(rate)), r)
}

func run(worth *sdk.PerLine[sdk.Decimal], r *sdk.HookRecord) sdk.HookResult {
	set := &sdk.HookSet{Order: func() sdk.OrderHooks { return &Order{Worth: worth} }}
	r.Model = sdk.ModelOrder
	r.New = r.Stored == nil
	return set.Run(r)
}

func order(lines ...sdk.Fields) *sdk.HookOrder {
	o := &sdk.HookOrder{ID: "o1", Lines: []sdk.Line{}}
	for i, fields := range lines {
		o.Lines = append(o.Lines, sdk.Line{ID: sdk.LineID("l" + string(sdk.Int(i))), N: i + 1, Fields: fields})
	}
	return o
}

func TestPoints(t *testing.T) {
	two := sdk.Fields{"qty": "2", "price_unit": "4.8"}
	for name, c := range map[string]struct {
		rate   string
		lines  []sdk.Fields
		points sdk.Value
	}{
		"none":         {"1", nil, "0"},
		"whole":        {"1", []sdk.Fields{two}, "9"},
		"a rate":       {"2", []sdk.Fields{two}, "19"},
		"several":      {"1", []sdk.Fields{two, two}, "19"},
		"refund":       {"1", []sdk.Fields{{"qty": "-1", "price_unit": "5"}}, "0"},
		"no price yet": {"1", []sdk.Fields{{"qty": "1"}}, "0"},
	} {
		t.Run(name, func(t *testing.T) {
			result := hooks(c.rate, &sdk.HookRecord{Order: order(c.lines...), Merged: sdk.Fields{}})
			require.NoError(t, result.Err)
			require.Equal(t, sdk.Fields{"points": c.points}, result.Export)
		})
	}
}

func TestRedeeming(t *testing.T) {
	ten := sdk.Fields{"qty": "1", "price_unit": "10"}
	for name, c := range map[string]struct {
		stored, merged sdk.Fields
		export         sdk.Fields
		reject         string
	}{
		"within":        {sdk.Fields{}, sdk.Fields{"points_redeemed": "10"}, sdk.Fields{"points": "10", "points_redeemed": "10"}, ""},
		"too many":      {sdk.Fields{}, sdk.Fields{"points_redeemed": "11"}, nil, "The order has 10 points, so 11 can't be redeemed."},
		"a new order":   {nil, sdk.Fields{"points_redeemed": "11"}, nil, "The order has 10 points, so 11 can't be redeemed."},
		"a line went":   {sdk.Fields{"points": "20", "points_redeemed": "15"}, sdk.Fields{"points": "20", "points_redeemed": "15"}, sdk.Fields{"points": "10", "points_redeemed": "10"}, ""},
		"taken back":    {sdk.Fields{"points_redeemed": "5"}, sdk.Fields{"points_redeemed": "0"}, sdk.Fields{"points": "10", "points_redeemed": "0"}, ""},
		"typed nothing": {sdk.Fields{"points": "3"}, sdk.Fields{"points": "3"}, sdk.Fields{"points": "10"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			result := hooks("1", &sdk.HookRecord{Order: order(ten), Stored: c.stored, Merged: c.merged})
			require.NoError(t, result.Err)
			require.Equal(t, c.reject, result.Reject)
			require.Equal(t, c.export, result.Export)
		})
	}
}

func TestRate(t *testing.T) {
	rate, err := rateOf(sdk.NewRecord(sdk.Fields{}))
	require.NoError(t, err)
	require.Equal(t, "1", rate.String())
	rate, err = rateOf(sdk.NewRecord(sdk.Fields{"points_per_unit": "2.5"}))
	require.NoError(t, err)
	require.Equal(t, "2.5", rate.String())
	for _, wrong := range []sdk.Value{"0", "-1", `"many"`} {
		_, err = rateOf(sdk.NewRecord(sdk.Fields{"points_per_unit": wrong}))
		require.ErrorContains(t, err, "points_per_unit")
	}
}

// BenchmarkHooks is on lines that are ready, as from the second call on.
func BenchmarkHooks(b *testing.B) {
	set, o := &sdk.HookSet{}, &sdk.HookOrder{ID: "o1"}
	for i := range 500 {
		line := sdk.Line{ID: sdk.LineID("l" + string(sdk.Int(i))), N: i + 1, Fields: sdk.Fields{"qty": "1", "price_unit": "10.5"}}
		o.Ready = append(o.Ready, set.OrderLine(line))
	}
	worth := worthAt(decimal("2"))
	for b.Loop() {
		run(worth, &sdk.HookRecord{Order: o, Stored: sdk.Fields{}, Merged: sdk.Fields{}})
	}
}
