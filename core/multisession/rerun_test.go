package multisession_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// flaky fails until it is well; then it writes a field.
type flaky struct {
	*moody
	well bool
}

func (f *flaky) Ready([]string) bool { return f.well }

func (f *flaky) Run(_ context.Context, wave *hooks.Wave) {
	for _, m := range wave.Mutations {
		for _, r := range append(append([]*hooks.Change{}, m.Lines...), m.Orders...) {
			if !f.well {
				r.Missed = []string{"flaky"}
				continue
			}
			r.Set("mood", "7")
			r.By = "flaky"
		}
	}
}

// The sale goes on while an extension fails; when it works again it runs over
// what it missed, and the result is a change by the extension.
func TestRerun(t *testing.T) {
	chain := &flaky{moody: newMoody(t)}
	f := newMemSessionWith(t, chain)
	require.Equal(t, protocol.Applied, f.do("a1", createO1).Status)
	require.Zero(t, f.snapshot()[0].Fields["mood"])
	f.restart(0) // the mark is on disk
	f.ask(&multisession.Rerun{})
	require.EqualValues(t, 1, f.session.Feed.Head().Seq, "it failed again")

	chain.well = true
	before := f.session.Feed.Head()
	f.ask(&multisession.Rerun{})
	page, err := f.session.Page(t.Context(), before, "", 10)
	require.Nil(t, err)
	var change protocol.Change
	require.NoError(t, json.Unmarshal(page.Changes, &change))
	require.Equal(t, "extension:flaky", change.By.Server)
	require.Empty(t, change.ClientID)
	o := f.snapshot()[0]
	require.EqualValues(t, []any{protocol.Value("7"), protocol.Value("7"), int64(2)}, []any{o.Fields["mood"], o.Lines[0].Fields["mood"], o.Rev})
	require.Equal(t, o.Fields.MSInfo().Created, o.Fields.MSInfo().Changed, "ms_info is left alone")
	want := canonical(t, f.snapshot())
	head := f.session.Feed.Head()
	f.ask(&multisession.Rerun{})
	require.Equal(t, head, f.session.Feed.Head(), "once is enough")
	f.restart(0)
	require.Equal(t, want, canonical(t, f.snapshot()))
}

// ends gives up where the server ends.
type ends struct {
	*flaky
	now bool
}

func (e *ends) Run(ctx context.Context, wave *hooks.Wave) {
	if wave.GivenUp = e.now; !e.now {
		e.flaky.Run(ctx, wave)
	}
}

// What hooks were given up on isn't decided: the till is told to come again, and
// its next try is as its first.
func TestNotDecidedWithoutHooks(t *testing.T) {
	chain := &ends{flaky: &flaky{moody: newMoody(t), well: true}, now: true}
	f := newMemSessionWith(t, chain)
	require.Equal(t, protocol.Overloaded, protocol.CodeOf(f.push("a1", 1, createO1).Err))
	require.Empty(t, f.snapshot())
	chain.now = false
	require.Equal(t, protocol.Applied, f.do("a1", createO1).Status)
	require.EqualValues(t, "7", f.snapshot()[0].Fields["mood"])
}
