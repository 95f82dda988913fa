package main

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/sdktest"
	"github.com/manytill/manytill/sdk/sdktest/conform"
	"github.com/stretchr/testify/require"
)

// hooks runs the three hooks as the server does.
func hooks(rate string, c sdktest.Change) sdktest.Result {
	return run(worthAt(decimal(rate)), c)
}

func run(worth *sdk.PerLine[sdk.Decimal], c sdktest.Change) sdktest.Result {
	return sdktest.RunOrder(func() sdk.OrderHooks { return &Order{Worth: worth} }, c)
}

func order(lines ...sdk.Fields) *sdktest.Order {
	o := &sdktest.Order{Order: sdk.Order{ID: "o1", Lines: []sdk.Line{}}}
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
			result := hooks(c.rate, sdktest.Change{Order: order(c.lines...), Merged: sdk.Fields{}})
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
			result := hooks("1", sdktest.Change{Order: order(ten), Stored: c.stored, Merged: c.merged})
			require.NoError(t, result.Err)
			require.Equal(t, c.reject, result.Reject)
			require.Equal(t, c.export, result.Export)
		})
	}
}

func TestBooking(t *testing.T) {
	bookings := Bookings(t.TempDir())
	fresh := func() sdk.OrderHooks { return &Order{Worth: worthAt(one), Books: true} }
	o := order(sdk.Fields{"qty": "1", "price_unit": "10"})
	c := sdktest.Change{Order: o, Stored: sdk.Fields{}, Merged: sdk.Fields{"partner_id": `"C7"`, "points_redeemed": "4"}, Effects: []string{"book"}}
	require.Empty(t, sdktest.RunOrder(fresh, c).Effects, "an open order")
	o.State = sdk.Paid
	wanted := []sdktest.Effect{{Name: "book", Key: "paid", Data: `{"customer":"C7","order":"o1","points":6}`}}
	require.Equal(t, wanted, sdktest.RunOrder(fresh, c).Effects)
	require.Empty(t, run(worthAt(one), c).Effects, "there is no folder for them")

	e := sdk.Effect{ID: "e1", Name: "book", Data: wanted[0].Data}
	for range 2 { // it may be asked for again
		result, err := bookings.Book(t.Context(), e)
		require.NoError(t, err)
		stored := sdk.Fields{"points": "10", "points_redeemed": "4", "partner_id": `"C7"`}
		told := sdktest.RunEffectResult(fresh, sdktest.Change{Order: o, Stored: stored, Effects: []string{"book"}}, "book", "paid", result)
		require.NoError(t, told.Err)
		require.Equal(t, sdk.Value("6"), told.Export["points_booked"])
		files, err := filepath.Glob(filepath.Join(string(bookings), "*"))
		require.NoError(t, err)
		require.Equal(t, []string{filepath.Join(string(bookings), "e1.json")}, files)
	}
	booked, err := os.ReadFile(filepath.Join(string(bookings), "e1.json"))
	require.NoError(t, err)
	require.Equal(t, string(e.Data)+"\n", string(booked))
	told := sdktest.RunEffectResult(fresh, sdktest.Change{Order: o, Effects: []string{"book"}}, "book", "paid", `{"gave_up":true,"error":"no"}`)
	require.NoError(t, told.Err)
	require.NotContains(t, told.Export, sdk.Field("points_booked"))

	c.Merged = sdk.Fields{"points_redeemed": "4"}
	require.Empty(t, sdktest.RunOrder(fresh, c).Effects, "nobody to give them to")
	require.NoError(t, os.RemoveAll(string(bookings)))
	_, err = bookings.Book(t.Context(), e)
	require.Error(t, err, "it is tried again")
}

func TestFolderOfBookings(t *testing.T) {
	dir := t.TempDir()
	for text, words := range map[string]string{"": "", dir: "", "here": "absolute path", filepath.Join(dir, "not"): "a folder that is there"} {
		got, err := bookingsIn(sdktest.Record(sdk.Fields{"bookings": sdk.Value(strconv.Quote(text))}))
		if words != "" {
			require.ErrorContains(t, err, words)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, Bookings(text), got)
	}
}

func TestRate(t *testing.T) {
	rate, err := rateOf(sdktest.Record(sdk.Fields{}))
	require.NoError(t, err)
	require.Equal(t, "1", rate.String())
	rate, err = rateOf(sdktest.Record(sdk.Fields{"points_per_unit": "2.5"}))
	require.NoError(t, err)
	require.Equal(t, "2.5", rate.String())
	for _, wrong := range []sdk.Value{"0", "-1", `"many"`} {
		_, err = rateOf(sdktest.Record(sdk.Fields{"points_per_unit": wrong}))
		require.ErrorContains(t, err, "points_per_unit")
	}
}

// BenchmarkHooks is on lines that are ready, as from the second call on.
func BenchmarkHooks(b *testing.B) {
	var lines []sdk.Fields
	for range 500 {
		lines = append(lines, sdk.Fields{"qty": "1", "price_unit": "10.5"})
	}
	o := order(lines...)
	worth := worthAt(decimal("2"))
	for b.Loop() {
		run(worth, sdktest.Change{Order: o, Stored: sdk.Fields{}, Merged: sdk.Fields{}})
	}
}

// The conformance suite, and the cases in testdata: in this process, where they can be
// debugged and raced.
func TestConforms(t *testing.T) {
	conform.Extension(t, ".", extension())
}
