package sdk_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/manytill/manytill/sdk"
	"github.com/stretchr/testify/require"
)

func TestPerLine(t *testing.T) {
	calls := map[sdk.LineID]int{}
	id := sdk.NewPerLine(func(l sdk.OrderLine) (sdk.LineID, error) {
		calls[l.ID]++
		if l.ID == "wrong" {
			return "", errors.New("wrong")
		}
		return l.ID, nil
	})
	set := &sdk.HookSet{}
	for _, of := range []sdk.LineID{"a", "b"} {
		l := set.OrderLine(sdk.Line{ID: of})
		for range 3 {
			got, err := id.Of(*l)
			require.NoError(t, err)
			require.Equal(t, of, got)
		}
		require.Equal(t, 1, calls[of], "it is remembered")
	}
	wrong := set.OrderLine(sdk.Line{ID: "wrong"})
	for i := range 3 {
		_, err := id.Of(*wrong)
		require.EqualError(t, err, "wrong")
		require.Equal(t, i+1, calls["wrong"], "an error isn't")
	}
	got, err := id.Of(sdk.OrderLine{ID: "made by hand"})
	require.NoError(t, err)
	require.Equal(t, sdk.LineID("made by hand"), got)
}

// Many of them, of several types, on one line at once: each gets its own.
func TestPerLineManyAtOnce(t *testing.T) {
	l := (&sdk.HookSet{}).OrderLine(sdk.Line{ID: "a", Fields: sdk.Fields{"qty": "2"}})
	var all sync.WaitGroup
	for i := range 9 {
		number := sdk.NewPerLine(func(sdk.OrderLine) (int, error) { return i, nil })
		text := sdk.NewPerLine(func(l sdk.OrderLine) (v sdk.Value, err error) { return v + sdk.Int(i), l.Get("qty", new(sdk.Value)) })
		for range 2 {
			all.Go(func() {
				for range 100 {
					n, err := number.Of(*l)
					require.NoError(t, err)
					require.Equal(t, i, n)
					v, err := text.Of(*l)
					require.NoError(t, err)
					require.Equal(t, sdk.Int(i), v)
				}
			})
		}
	}
	all.Wait()
}
