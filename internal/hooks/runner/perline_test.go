package runner_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/manytill/manytill/internal/hooks/runner"
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// seeing is an order's hook that keeps the lines that it sees.
type seeing struct {
	sdk.OrderBase
	keep *sdk.OrderLine
}

func (o *seeing) ApplyMSData(sdk.Record) error { *o.keep = o.Lines()[0]; return nil }

// seen is a line as the hooks of one run see it.
func seen(t *testing.T, l *runner.Line) (found sdk.OrderLine) {
	result := orders(func() *seeing { return &seeing{keep: &found} }).Set.Run(existing(nil, nil), []*runner.Line{l})
	require.NoError(t, result.Err)
	return found
}

func TestPerLine(t *testing.T) {
	calls := map[protocol.LineID]int{}
	id := sdk.NewPerLine(func(l sdk.OrderLine) (protocol.LineID, error) {
		calls[l.ID]++
		if l.ID == "wrong" {
			return "", errors.New("wrong")
		}
		return l.ID, nil
	})
	for _, of := range []protocol.LineID{"a", "b"} {
		l := runner.NewLine(protocol.Line{ID: of})
		for range 3 {
			got, err := id.Of(seen(t, l))
			require.NoError(t, err)
			require.Equal(t, of, got)
		}
		require.Equal(t, 1, calls[of], "it is remembered")
	}
	wrong := runner.NewLine(protocol.Line{ID: "wrong"})
	for i := range 3 {
		_, err := id.Of(seen(t, wrong))
		require.EqualError(t, err, "wrong")
		require.Equal(t, i+1, calls["wrong"], "an error isn't")
	}
	got, err := id.Of(sdk.OrderLine{ID: "made by hand"})
	require.NoError(t, err)
	require.Equal(t, protocol.LineID("made by hand"), got)
}

// Many of them, of several types, on one line at once: each gets its own.
func TestPerLineManyAtOnce(t *testing.T) {
	l := seen(t, runner.NewLine(protocol.Line{ID: "a", Fields: protocol.Fields{"qty": "2"}}))
	var all sync.WaitGroup
	for i := range 9 {
		number := sdk.NewPerLine(func(sdk.OrderLine) (int, error) { return i, nil })
		text := sdk.NewPerLine(func(l sdk.OrderLine) (v protocol.Value, err error) {
			return v + protocol.Int(i), l.Get("qty", new(protocol.Value))
		})
		for range 2 {
			all.Go(func() {
				for range 100 {
					n, err := number.Of(l)
					require.NoError(t, err)
					require.Equal(t, i, n)
					v, err := text.Of(l)
					require.NoError(t, err)
					require.Equal(t, protocol.Int(i), v)
				}
			})
		}
	}
	all.Wait()
}
