package sdktest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/sdktest"
	"github.com/stretchr/testify/require"
)

// course gives a line the course of its order, and refuses what has none.
type course struct {
	sdk.OrderlineBase
	Course string `sync:"course"`
}

func (l *course) ApplyMSData(sdk.Record) error {
	if err := l.Order().Merged().Get("course", &l.Course); err != nil {
		return err
	}
	if l.Course == "" {
		return sdk.Reject("no course")
	}
	return nil
}

func (l *course) ExportAsJSON(out sdk.Record) error {
	return errors.Join(out.Set("of", []any{l.UID(), l.N(), l.Order().UID(), l.IsNew(), len(l.Order().Lines())}), out.Set("at", l.Now()))
}

func TestRunOrderline(t *testing.T) {
	change := sdktest.Change{
		Order:  &sdktest.Order{Order: sdk.Order{ID: "o1", Fields: sdk.Fields{"course": `"main"`}, Lines: []sdk.Line{{ID: "l1", N: 1}}}},
		Merged: sdk.Fields{"qty": "1"}, At: time.Unix(7, 0).UTC(),
	}
	fresh := func() sdk.OrderlineHooks { return new(course) }
	result := sdktest.RunOrderline(fresh, "l1", 1, change)
	require.NoError(t, result.Err)
	require.Equal(t, sdk.Fields{"course": `"main"`, "of": `["l1",1,"o1",true,1]`, "at": `"1970-01-01T00:00:07Z"`}, result.Export)

	change.Order.Fields = nil
	require.Equal(t, sdktest.Result{Reject: "no course"}, sdktest.RunOrderline(fresh, "l1", 1, change))
	change.Order, change.Stored = nil, sdk.Fields{}
	require.Equal(t, "no course", sdktest.RunOrderline(fresh, "l1", 1, change).Reject)
}

// ending exports how its order will be, and which change that is.
type ending struct{ sdk.OrderBase }

func (o *ending) ExportAsJSON(out sdk.Record) error {
	return out.Set("end", []any{o.State(), o.Number(), o.Run(), len(o.Payments()), o.TappedAt(), o.Mutation()})
}

func TestWhichChange(t *testing.T) {
	fresh := func() sdk.OrderHooks { return new(ending) }
	change := sdktest.Change{At: time.Unix(7, 0)}
	require.Equal(t, sdk.Value(`["open",0,0,0,"1970-01-01T00:00:07Z",""]`), sdktest.RunOrder(fresh, change).Export["end"])
	change.Order = &sdktest.Order{Order: sdk.Order{State: sdk.Paid, Number: 3, Run: 2}}
	change.Tapped, change.Mutation = time.Unix(5, 0), "c1/7"
	require.Equal(t, sdk.Value(`["paid",3,2,0,"1970-01-01T00:00:05Z","c1/7"]`), sdktest.RunOrder(fresh, change).Export["end"])
}
