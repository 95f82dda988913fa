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

// receipts numbers orders that are paid, and takes their table until they end.
type receipts struct {
	sdk.OrderBase
	Receipt int `sync:"receipt"`
}

func (r *receipts) ApplyMSData(d sdk.Record) error {
	if r.Receipt != 0 {
		return nil
	}
	var last int
	if _, err := r.Storage().Get("last", &last); err != nil {
		return err
	}
	r.Receipt = last + 1
	if err := r.Storage().Set("last", r.Receipt); err != nil {
		return err
	}
	if d.Has("fails") {
		return errors.New("as told")
	}
	return r.Storage().SetUntilEnd("of "+string(r.UID()), r.Receipt)
}

func TestStorage(t *testing.T) {
	storage := &sdktest.Storage{}
	run := func(storage *sdktest.Storage, id sdk.OrderID, merged sdk.Fields) sdktest.Result {
		return sdktest.RunOrder(func() sdk.OrderHooks { return new(receipts) }, sdktest.Change{
			Order: &sdktest.Order{Order: sdk.Order{ID: id}}, Merged: merged, Storage: storage,
		})
	}
	require.Equal(t, sdk.Value("1"), run(storage, "o1", sdk.Fields{}).Export["receipt"])
	require.ErrorContains(t, run(storage, "o2", sdk.Fields{"fails": "true"}).Err, "as told")
	require.Equal(t, sdk.Value("2"), run(storage, "o2", sdk.Fields{}).Export["receipt"], "a run that fails leaves nothing")
	storage.End("o1")
	require.Equal(t, map[string]sdk.Value{"last": "2", "of o2": "2"}, storage.Values())
	require.ErrorContains(t, run(&sdktest.Storage{MaxKeys: 1}, "o3", sdk.Fields{}).Err, "it has 1 keys and may have no more")
	require.ErrorContains(t, run(nil, "o3", sdk.Fields{}).Err, "this extension has no storage: say storage: true in extension.yaml")
	require.ErrorContains(t, new(receipts).ApplyMSData(sdktest.Record(nil)), "run the hooks by sdktest")
}

// cards books what was paid by card, and notes the booking's number.
type cards struct {
	sdk.OrderBase
	Booking string `sync:"booking"`
}

func (c *cards) ExportAsJSON(sdk.Record) error {
	if c.State() != sdk.Paid {
		return nil
	}
	return c.Effect("book", string(c.UID()), map[string]any{"again": c.Booking})
}

func (c *cards) EffectResult(_, key string, result sdk.Result) error {
	var told struct {
		Number string
		GaveUp bool `json:"gave_up"`
	}
	if err := result.Decode(&told); err != nil || told.GaveUp {
		return errors.Join(err, errors.New(key+" wasn't booked"))
	}
	c.Booking = told.Number
	return nil
}

func TestEffects(t *testing.T) {
	fresh := func() sdk.OrderHooks { return new(cards) }
	change := sdktest.Change{Order: &sdktest.Order{Order: sdk.Order{ID: "o1", State: sdk.Paid}}, Merged: sdk.Fields{}, Effects: []string{"book"}}
	result := sdktest.RunOrder(fresh, change)
	require.NoError(t, result.Err)
	require.Equal(t, []sdktest.Effect{{Name: "book", Key: "o1", Data: `{"again":""}`}}, result.Effects)

	told, err := sdk.ResultOf(map[string]string{"number": "B7"})
	require.NoError(t, err)
	result = sdktest.RunEffectResult(fresh, change, "book", "o1", told)
	require.Equal(t, sdk.Fields{"booking": `"B7"`}, result.Export)
	require.Equal(t, []sdktest.Effect{{Name: "book", Key: "o1", Data: `{"again":"B7"}`}}, result.Effects)
	require.ErrorContains(t, sdktest.RunEffectResult(fresh, change, "book", "o1", `{"gave_up":true,"error":"closed"}`).Err, "effect_result: o1 wasn't booked")

	change.Effects = nil
	require.ErrorContains(t, sdktest.RunOrder(fresh, change).Err, "effects are there only where extension.yaml describes them")
	require.Empty(t, sdktest.RunEffectResult(func() sdk.OrderHooks { return new(ending) }, change, "book", "o1", "1").Export)
}
