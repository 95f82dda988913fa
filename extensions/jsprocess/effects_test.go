package jsprocess_test

import (
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// What hooks want comes from each host alike, and what came of it reaches them.
func TestEffectsInEveryHost(t *testing.T) {
	order := func(fields protocol.Fields) *hooks.Snapshot {
		head := hooks.RecordHead{Model: protocol.ModelOrder, Order: "o1", State: protocol.Paid, At: time.Unix(7, 0)}
		return &hooks.Snapshot{RecordHead: head, Stored: fields, Merged: fields, Lines: func() []protocol.Line { return nil }}
	}
	const wants = `[{"do":"want","key":"p1","value":{"a":[1.5,null]}},{"do":"want","key":"é 2","value":null}]`
	told := order(protocol.Fields{"todo": wants})
	told.Outcome = &hooks.Outcome{Name: "book", Key: "p0", Result: `{"status":200,"body":"ok"}`}
	line := order(protocol.Fields{"todo": wants})
	line.Model, line.Line, line.N, line.Parent = protocol.ModelOrderline, "l1", 1, order(protocol.Fields{})
	effects := []hooks.Effect{{Name: "book", Key: "p1", Data: `{"a":[1.5,null]}`}, {Name: "book", Key: "é 2", Data: "null"}}
	for name, host := range everyHost(t) {
		t.Run(name, func(t *testing.T) {
			require.Len(t, host.Describe().Effects, 1)
			require.Equal(t, 30*time.Second, host.Describe().Effects["book"].Timeout)
			results, err := host.Run(patient(t), &extensions.Batch{MultiSession: "m", Records: []hooks.Record{
				line, order(protocol.Fields{"todo": wants}), told, order(protocol.Fields{"todo": `[{"do":"want","key":"p1"},{"do":"fail"}]`}),
				order(protocol.Fields{"todo": `[{"do":"want","key":""}]`}),
			}})
			require.NoError(t, err)
			require.NoError(t, results[0].Err)
			require.Empty(t, results[0].Effects)
			require.NoError(t, results[1].Err)
			require.Equal(t, effects, results[1].Effects)
			require.Equal(t, protocol.Value("[]"), results[1].Export["got"])
			require.NoError(t, results[2].Err)
			require.Equal(t, effects, results[2].Effects)
			require.Equal(t, protocol.Value(`["book","p0",{"body":"ok","status":200}]`), results[2].Export["got"])
			require.ErrorContains(t, results[3].Err, "as told")
			require.Empty(t, results[3].Effects)
			require.ErrorContains(t, results[4].Err, `effect "book": a key is a text of 1 to 200 characters`)

			doer, does := host.(extensions.Doer)
			if does && host.Describe().Effects["book"].URL == "" {
				result, err := doer.Do(t.Context(), "the id", hooks.EffectAddress{Name: "book", Key: "p1"}, "null")
				require.NoError(t, err)
				require.Equal(t, protocol.Value(`"the id"`), result)
			} else {
				require.NotEqual(t, "a Go plugin", name)
			}
		})
	}
}
