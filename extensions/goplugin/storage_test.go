package goplugin_test

import (
	"fmt"
	"testing"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// A storage is handed over once, and then what changed since, also where what was
// handed over last never came to be. A process that has lost it is sent all.
func TestStorageHandedOver(t *testing.T) {
	o := options(t, misbehave)
	o.Env = []string{"MISBEHAVE=forgets storage"}
	k := start(t, o)
	var full *hooks.Storage
	for i := range 30 {
		full = full.With(hooks.Entry{Key: fmt.Sprint(i), Value: "1"})
	}
	one := full.With(hooks.Entry{Key: "1", Value: "2"})
	other := full.With(hooks.Entry{Key: "2", Value: "2"}, hooks.Entry{Key: "x", Value: "1"})
	for i, c := range []struct {
		ms    protocol.MultiSessionID
		order protocol.OrderID
		found *hooks.Storage
		seen  protocol.Value
	}{
		{"m", "o1", full, "[30,30]"},
		{"m", "o1", full, "[0,30]"},
		{"m", "o1", one, "[1,30]"},
		{"m", "o2", other, "[3,31]"}, // one was vetoed
		{"m", "o2", other.With(hooks.Entry{Key: "x"}), "[1,30]"},
		{"n", "o1", nil, "[0,0]"},
		{"n", "o1", full, "[30,30]"},
		{"m", "forgotten", other, "[31,31]"},
		{"m", "o2", full, "[2,30]"},
	} {
		r := &hooks.Snapshot{RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: c.order, New: true, Storage: &hooks.Stored{Storage: c.found, MaxKeys: 99}}}
		results, err := k.host.Run(t.Context(), &extensions.Batch{MultiSession: c.ms, Records: []hooks.Record{r}})
		require.NoError(t, err)
		require.NoError(t, results[0].Err)
		require.Equal(t, c.seen, results[0].Export["seen"], "call %d", i)
	}
	never := &hooks.Snapshot{RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: "never", New: true, Storage: &hooks.Stored{Storage: full, MaxKeys: 99}}}
	_, err := k.host.Run(t.Context(), &extensions.Batch{MultiSession: "m", Records: []hooks.Record{never}})
	require.ErrorContains(t, err, "it misses storage that it was just sent")
}
