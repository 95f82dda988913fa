package multisession_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// booking asks for a booking when an order is paid, and writes what came of it.
type booking struct {
	*scripted
	fails, silent bool
	told          []string
	refused       string
	data          protocol.Value
}

func newBooking(t *testing.T) (*booking, *memSession) {
	b := &booking{data: `{"points":5}`}
	b.scripted = &scripted{moody: newMoody(t), ready: true}
	b.run = func(wave *hooks.Wave) {
		for _, m := range wave.Mutations {
			for _, o := range m.Orders {
				switch head := o.Head(); {
				case head.Outcome != nil && b.fails:
					o.Missed = []string{"book"}
				case head.Outcome != nil:
					b.told = append(b.told, fmt.Sprint(head.Order, " ", head.State, " ", *head.Outcome, " ", m.Late, m.Missed, len(m.Lines)))
					if !b.silent {
						o.Set("mood", head.Outcome.Result)
						o.Effect("book", hooks.Effect{Name: "thank", Key: "1", Data: `1`})
					}
				case head.State != protocol.Open:
					b.refused = o.Effect("book", hooks.Effect{Name: "book", Key: "paid", Data: b.data})
				}
			}
		}
	}
	return b, newMemSessionWith(t, b)
}

func (f *memSession) effects(order protocol.OrderID) (list []string) {
	rows, _, err := f.store.Effects(context.Background(), store.EffectFilter{Order: order, Limit: 10_000})
	require.NoError(f.t, err)
	for _, e := range rows {
		list = append(list, fmt.Sprintf("%s %s/%s %s %s %s", e.Extension, e.Name, e.Key, e.Data, e.State, e.Result))
	}
	return list
}

func (f *memSession) effect(order protocol.OrderID) store.EffectRow {
	rows, _, err := f.store.Effects(context.Background(), store.EffectFilter{Order: order, Limit: 1})
	require.NoError(f.t, err)
	require.NotEmpty(f.t, rows)
	return rows[0]
}

// outcome hands an effect's outcome in, as the worker does: it is stored first.
func (f *memSession) outcome(row store.EffectRow, result protocol.Value) *multisession.Reply {
	if row.State == store.EffectWaiting {
		row.State, row.Ends, row.Result = store.EffectAnswered, store.EffectDone, []byte(result)
		set, err := f.store.SetEffect(context.Background(), row, store.EffectWaiting)
		require.NoError(f.t, err)
		require.True(f.t, set)
	}
	return f.ask(&multisession.EffectOutcome{
		ID: row.ID, Extension: row.Extension, Order: row.Order, State: store.EffectDone,
		Outcome: hooks.Outcome{Name: row.Name, Key: row.Key, Result: result},
	})
}

// An effect is stored with the change that asks for it, once for ever, under an id
// that a restored backup gives again.
func TestEffectJoinsItsChange(t *testing.T) {
	b, f := newBooking(t)
	f.do("a1", createO1)
	require.Empty(t, f.effects("o1"))
	f.do("a1", `[`+payO1+`,`+closeO1+`]`)
	require.Equal(t, []string{`book book/paid {"points":5} waiting `}, f.effects("o1"))
	id, err := f.store.Identity(t.Context())
	require.NoError(t, err)
	require.Equal(t, hooks.EffectAddress{MultiSession: main, Extension: "book", Order: "o1", Name: "book", Key: "paid"}.ID(id.ServerID), f.effect("o1").ID)

	// A run that is made up for asks again, with the same data and with other.
	f.restart(0)
	f.do("a1", `[{"op":"order.create","order":"o2","set":{}}]`)
	require.Empty(t, b.refused)
	f.ask(&multisession.Void{Order: "o2"})
	require.Equal(t, []string{`book book/paid {"points":5} waiting `}, f.effects("o2"), "an end by the server's own change, too")
}

// A veto leaves no effect.
func TestVetoLeavesNoEffect(t *testing.T) {
	b, f := newBooking(t)
	run := b.run
	b.run = func(wave *hooks.Wave) {
		run(wave)
		for _, m := range wave.Mutations {
			if m.Orders[0].Head().State != protocol.Open && !m.Stands {
				m.Veto = &protocol.Rejection{Code: protocol.Vetoed, Message: "no"}
			}
		}
	}
	f.do("a1", createO1)
	require.Equal(t, protocol.Vetoed, f.do("a1", `[`+closeO1+`]`).Rejection.Code)
	require.Empty(t, f.effects("o1"))
	f.do("a1", `[`+payO1+`,`+closeO1+`]`)
	require.Len(t, f.effects("o1"), 1)
}

// The outcome comes back to the order, in one transaction with the effect's end:
// a change by the extension on a closed order, with further effects.
func TestOutcomeOfAnEffect(t *testing.T) {
	b, f := newBooking(t)
	f.do("a1", createO1)
	f.do("a1", `[`+payO1+`,`+closeO1+`]`)
	f.restart(0)
	row, before := f.effect("o1"), f.session.Feed.Head()

	b.fails = true
	require.Error(t, f.outcome(row, `"booked"`).Err, "it is told again later")
	require.Equal(t, []string{`book book/paid {"points":5} answered "booked"`}, f.effects("o1"))
	require.Equal(t, before, f.session.Feed.Head())
	b.fails = false

	require.NoError(t, f.outcome(f.effect("o1"), `"booked"`).Err)
	require.Equal(t, []string{`o1 paid {book paid booked} true [book] 0`}, b.told)
	change := f.changes(before)[0]
	require.Equal(t, "extension:book", change.By.Server)
	require.Equal(t, protocol.Value(`"booked"`), change.Orders["o1"].Set["mood"])
	require.Equal(t, []string{`book book/paid {"points":5} done "booked"`, `book thank/1 1 waiting `}, f.effects("o1"))

	// Where nothing differs there is no change, but the effect ends.
	b.silent = true
	head := f.session.Feed.Head()
	thank, _, err := f.store.Effects(t.Context(), store.EffectFilter{Order: "o1", States: []store.EffectState{store.EffectWaiting}, Limit: 1})
	require.NoError(t, err)
	require.NoError(t, f.outcome(thank[0], `7`).Err)
	require.Equal(t, head, f.session.Feed.Head())
	require.Equal(t, `book thank/1 1 done 7`, f.effects("o1")[1])
}

// On an open order an outcome is a change like others: hooks run on it.
func TestOutcomeOnAnOpenOrder(t *testing.T) {
	b, f := newBooking(t)
	ran := 0
	run := b.run
	b.run = func(wave *hooks.Wave) {
		run(wave)
		for _, m := range wave.Mutations {
			if o := m.Orders[0]; o.Head().Outcome == nil {
				ran++
				o.Effect("book", hooks.Effect{Name: "card", Key: "1", Data: `{}`})
				require.True(t, m.Stands == (o.Head().Mutation == ""))
			}
		}
	}
	f.do("a1", createO1)
	require.Equal(t, 1, ran)
	require.NoError(t, f.outcome(f.effect("o1"), `"authorized"`).Err)
	require.Equal(t, 2, ran)
	require.Equal(t, protocol.Value(`"authorized"`), f.snapshot()[0].Fields["mood"])
	require.Equal(t, []string{`book card/1 {} done "authorized"`, `book thank/1 1 waiting `}, f.effects("o1"))
}

// Other data under a key that was asked for is told, and does nothing. An order
// has so many effects and no more.
func TestEffectsOfAnOrder(t *testing.T) {
	b, f := newBooking(t)
	words := map[string]int{}
	b.run = func(wave *hooks.Wave) {
		for _, m := range wave.Mutations {
			for i := range 600 {
				e := hooks.Effect{Name: "book", Key: fmt.Sprint(m.Orders[0].Head().Mutation, "/", i), Data: `1`}
				if i == 599 {
					e.Key, e.Data = "same", protocol.Text(m.Orders[0].Head().Mutation)
				}
				words[m.Orders[0].Effect("book", e)]++
			}
		}
	}
	f.do("a1", createO1)
	f.restart(0)
	f.do("a1", `[`+payO1+`]`)
	require.Equal(t, 1000, words[""])
	require.Equal(t, 1, words["it was asked for before under this key, with other data: what was asked for first is done"])
	require.Equal(t, 199, words["the order has 1000 effects, as many as it may have"])
	require.Len(t, f.effects("o1"), 1000)
}
