package jsprocess_test

import (
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// A run that was written and read gives the same once more, in each host: fields,
// storage, effects, refusals and failures.
func TestRunsAgainInEveryHost(t *testing.T) {
	stored := (*hooks.Storage)(nil).With(
		hooks.Entry{Key: "a", Value: `{"x":[1,null]}`}, hooks.Entry{Key: "b", Value: "2"}, hooks.Entry{Key: "c", Value: "3"}, hooks.Entry{Key: "d", Value: "4"},
	)
	record := func(todo string) *hooks.Snapshot {
		head := hooks.RecordHead{
			Model: protocol.ModelOrder, Order: "o1", State: protocol.Open, At: time.Unix(7, 5).UTC(), Tapped: time.Unix(6, 0).UTC(), Seed: 1<<63 + 5,
			Storage: &hooks.Stored{Storage: stored, MaxKeys: 4},
		}
		lines := []protocol.Line{{ID: "l1", N: 1, Fields: protocol.Fields{"qty": "1"}}}
		return &hooks.Snapshot{
			RecordHead: head, Stored: protocol.Fields{"got": "[]"}, Merged: protocol.Fields{"todo": protocol.Value(todo), "got": "[]"},
			Lines: func() []protocol.Line { return lines },
		}
	}
	line := record(`[{"do":"get","key":"a"}]`)
	line.Parent = record(`[]`)
	line.Model, line.Line, line.N = protocol.ModelOrderline, "l1", 1
	told := record(`[]`)
	told.Outcome = &hooks.Outcome{Name: "book", Key: "p0", Result: `{"status":200}`}
	for name, host := range everyHost(t) {
		t.Run(name, func(t *testing.T) {
			run := func(s *hooks.Snapshot) hooks.Result {
				results, err := host.Run(patient(t), &extensions.Batch{MultiSession: "m", Records: []hooks.Record{s}})
				require.NoError(t, err)
				require.Len(t, results, 1)
				return results[0]
			}
			for _, seen := range []*hooks.Snapshot{
				line, told,
				record(`[{"do":"get","key":"a"},{"do":"set","key":"b","value":5},{"do":"want","key":"k","value":{"n":1}}]`),
				record(`[{"do":"end","key":"a","value":null},{"do":"end","key":"z","value":"t"}]`),
				record(`[{"do":"set","key":"one more","value":1}]`), // there are as many as there may be
				record(`[{"do":"get","key":"c"},{"do":"fail"}]`),
				record(`[{"do":"reject"}]`),
			} {
				gave := run(seen)
				was := &runs.Run{Extension: "steps", Seen: runs.Copy(seen, &runs.Handed{}), Gave: gave}
				text, err := was.JSON(nil)
				require.NoError(t, err)
				read, _, err := runs.Read(text)
				require.NoError(t, err)
				again := run(read.Seen)
				require.Empty(t, was.Against(&runs.Run{Gave: again}))
				require.Equal(t, gave.Reject, again.Reject)
				if gave.Err != nil {
					require.EqualError(t, again.Err, gave.Err.Error())
				} else {
					require.NoError(t, again.Err)
				}
			}
		})
	}
}
