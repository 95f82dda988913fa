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
