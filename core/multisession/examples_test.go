package multisession_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// steady leaves a host to the next chain.
type steady struct{ extensions.Host }

func (steady) Close() error { return nil }

// example is a session with examples that are JavaScript, with one config.
func example(t *testing.T, config map[string]any, names ...string) *memSession {
	var entries []extensions.Entry
	for _, name := range names {
		entries = append(entries, exampleEntry(t, name, config))
	}
	return chained(t, entries...)
}

func exampleEntry(t *testing.T, name string, config map[string]any) extensions.Entry {
	m, err := manifest.Load(examples + name)
	require.NoError(t, err)
	host, err := javascript.Load(context.Background(), javascript.Options{
		Manifest: m, Config: config, Timeout: 30 * time.Second, Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, host.Close()) })
	require.Empty(t, host.Describe().Notes, name)
	return extensions.Entry{Host: host, Timeout: 30 * time.Second}
}

func chained(t *testing.T, entries ...extensions.Entry) *memSession {
	chain, err := extensions.Build(entries, extensions.Options{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	return newMemSessionWith(t, chain)
}

func TestBottleDeposit(t *testing.T) {
	f := example(t, map[string]any{"product": 99, "deposits": map[string]any{"1": 0.25}}, "bottle-deposit")
	f.do("a1", addLines)
	require.Equal(t, []string{"1 a 2×3", "2 b 1×4", "3 mt:bottle-deposit:a 2×0.25"}, shown(f.snapshot()[0]))
	require.Equal(t, protocol.Value(`"Deposit"`), f.snapshot()[0].Lines[2].Fields["description"])
	f.restart(0)
	f.do("b1", `[{"op":"line.inc","order":"o1","line":"a","field":"qty","by":1}]`)
	require.Equal(t, []string{"1 a 3×3", "2 b 1×4", "3 mt:bottle-deposit:a 3×0.25"}, shown(f.snapshot()[0]))
	f.do("b1", `[{"op":"line.move","order":"o1","to":"o2","lines":["a"]}]`)
	require.Equal(t, []string{"2 b 1×4"}, shown(f.snapshot()[0]))
	require.Equal(t, []string{"1 a 3×3", "2 mt:bottle-deposit:a 3×0.25"}, shown(f.snapshot()[1]))
	f.do("b1", `[{"op":"line.remove","order":"o2","line":"mt:bottle-deposit:a"},{"op":"line.inc","order":"o2","line":"a","field":"qty","by":1}]`)
	require.Equal(t, []string{"1 a 4×3"}, shown(f.snapshot()[1]))
}

// A deposit has no happy hour: a line that an extension put costs what that
// one says, and doesn't tell of a percentage that it hasn't.
func TestHappyHourLeavesTheDeposit(t *testing.T) {
	f := chained(t,
		exampleEntry(t, "happy-hour", map[string]any{"from": "00:00", "to": "23:59", "percent": 50}),
		exampleEntry(t, "bottle-deposit", map[string]any{"product": 99, "deposits": map[string]any{"1": 0.25}}),
	)
	f.do("a1", addLines)
	f.do("b1", `[{"op":"line.inc","order":"o1","line":"a","field":"qty","by":1}]`)
	o := f.snapshot()[0]
	require.Equal(t, []string{"1 a 3×1.5", "2 b 1×2", "3 mt:bottle-deposit:a 3×0.25"}, shown(o))
	for i, want := range []protocol.Value{"50", "50", ""} {
		require.Equal(t, want, o.Lines[i].Fields["happy_percent"], o.Lines[i].ID)
	}
}

func TestCourseAndFire(t *testing.T) {
	f := example(t, nil, "course-and-fire")
	fired := func(order int) (list []protocol.Value) {
		for _, l := range f.snapshot()[order].Lines {
			list = append(list, l.Fields["fired"])
		}
		return list
	}
	f.do("a1", addLines)
	require.Equal(t, []protocol.Value{"", ""}, fired(0), "without a course")
	f.do("a1", `[{"op":"line.set","order":"o1","line":"a","set":{"course":1}},{"op":"line.set","order":"o1","line":"b","set":{"course":2}}]`)
	require.Equal(t, []protocol.Value{"false", "false"}, fired(0))
	f.do("b1", `[{"op":"order.set","order":"o1","set":{"fired_course":1}}]`)
	require.Equal(t, []protocol.Value{"true", "false"}, fired(0))
	f.restart(0)
	f.do("b1", `[{"op":"order.set","order":"o1","set":{"fired_course":2}}]`)
	require.Equal(t, []protocol.Value{"true", "true"}, fired(0))
	f.do("a1", `[{"op":"order.create","order":"o2","set":{}},{"op":"line.move","order":"o1","to":"o2","lines":["a"]}]`)
	require.Equal(t, []protocol.Value{"false"}, fired(1), "as its new order says")
}

// No two open orders are on one table; a table is free when its order leaves it or
// ends, and a refused change takes none.
func TestTable(t *testing.T) {
	f := example(t, nil, "table")
	seat := func(client protocol.ClientID, op, order, table string) protocol.Result {
		return f.do(client, fmt.Sprintf(`[{"op":"order.%s","order":%q,"set":{"table":%q}}]`, op, order, table))
	}
	refused := func(r protocol.Result, words string) {
		t.Helper()
		require.NotNil(t, r.Rejection)
		require.Equal(t, []any{protocol.Vetoed, "table", words}, []any{r.Code, r.Extension, r.Message})
	}
	require.Equal(t, protocol.Applied, seat("a1", "create", "o1", "T 4").Status)
	refused(seat("b1", "create", "o2", "t 4"), "Table t 4 has an open order")
	require.Equal(t, protocol.Applied, seat("b1", "create", "o2", "5").Status)
	require.Equal(t, protocol.Applied, f.do("a1", `[{"op":"order.set","order":"o1","set":{"guests":3}}]`).Status)
	require.Equal(t, []string{`5={"v":{"number":0,"order":"o2"},"order":"o2"}`, `t 4={"v":{"number":1,"order":"o1"},"order":"o1"}`}, f.storage())
	f.restart(0)
	refused(seat("b1", "set", "o2", "T 4"), "Table T 4 has an open order: 1")
	results := f.pushAll("a1", []string{
		`[{"op":"order.set","order":"o1","set":{"table":"6"}}]`,
		`[{"op":"order.set","order":"o2","set":{"table":"t 4"}}]`,
		`[{"op":"order.set","order":"o1","set":{"table":"5"}}]`,
		`[{"op":"order.set","order":"o1","set":{"table":"T 4"}}]`,
		`[{"op":"order.close","order":"o2","state":"cancelled"}]`,
		`[{"op":"order.set","order":"o1","set":{"table":"T 4"}}]`,
	})
	for i, status := range []protocol.Status{protocol.Applied, protocol.Applied, protocol.Applied, protocol.Rejected, protocol.Applied, protocol.Applied} {
		require.Equal(t, status, results[i].Status, "mutation %d", i)
	}
	require.Equal(t, protocol.Value(`"t 4"`), f.stored("o1").Fields["table_held"])
	chain := f.chain
	f.chain = nil
	f.restart(0)
	f.applied("b1", `[`+closeO1+`]`)
	f.chain = chain
	f.restart(0)
	require.Empty(t, f.storage(), "an end frees its table also while the extension is off")
	require.Equal(t, protocol.Applied, seat("b1", "create", "o3", "t 4").Status)
}

// What is decided with real extensions is the same, byte for byte, however the
// mutations are cut into batches and waves, and where the server restarts between
// them: hooks that read their order, put lines and refuse.
func TestExamplesWhateverTheWaves(t *testing.T) {
	hosts := exampleHosts(t)
	rapid.Check(t, func(t *rapid.T) {
		var entries []extensions.Entry
		for _, h := range rapid.Permutation(hosts).Draw(t, "order") {
			entries = append(entries, extensions.Entry{Host: &steady{h}, Timeout: 5 * time.Second})
		}
		chain := func() *extensions.Chain {
			c, err := extensions.Build(entries, extensions.Options{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
			require.NoError(t, err)
			return c
		}
		together, oneByOne := newMemSessionWith(t, chain()), newMemSessionWith(t, chain())
		for range rapid.IntRange(1, 8).Draw(t, "pushes") {
			client := rapid.SampledFrom([]protocol.ClientID{"a1", "b1"}).Draw(t, "client")
			ops := make([]string, rapid.IntRange(1, 8).Draw(t, "mutations"))
			for i := range ops {
				if ops[i] = randomOps(t, together.session.Feed.Head().Seq); rapid.Bool().Draw(t, "fields") {
					ops[i] = extensionOps(t)
				}
			}
			got := together.pushAll(client, ops)
			for i, one := range ops {
				if rapid.IntRange(0, 4).Draw(t, "restart") == 0 {
					oneByOne.chain = chain()
					oneByOne.restart(0)
				}
				require.Equal(t, oneByOne.pushAll(client, []string{one}), got[i:i+1], "mutation %d of %v", i, ops)
			}
		}
		require.Equal(t, oneByOne.session.Feed.Head(), together.session.Feed.Head(), "the same changes, byte for byte")
		want := canonical(t, oneByOne.snapshot())
		require.Equal(t, want, canonical(t, together.snapshot()))
		require.Equal(t, oneByOne.effects(""), together.effects(""))
		require.Equal(t, oneByOne.storage(), together.storage())
	})
}

func TestAgeCheck(t *testing.T) {
	f := example(t, map[string]any{"products": []any{1}, "age": 16}, "age-check")
	f.do("a1", addLines)
	refused := f.do("a1", `[`+closeO1+`]`).Rejection
	require.Equal(t, []any{protocol.Vetoed, "age-check"}, []any{refused.Code, refused.Extension})
	require.Contains(t, refused.Message, "Is the guest 16?")
	f.applied("a1", `[{"op":"order.set","order":"o1","set":{"age_checked":true}}]`)
	f.applied("a1", `[`+closeO1+`]`)
	require.Empty(t, f.stored("o1").Needs)

	again := strings.ReplaceAll(addLines, `"o1"`, `"o2"`)
	f.do("a1", again)
	f.applied("a1", strings.ReplaceAll(`[`+payO1+`,`+closeO1+`]`, `"o1"`, `"o2"`))
	require.Contains(t, f.stored("o2").Review[0].Message, "Is the guest 16?", "the money was taken")
	f.do("a1", strings.ReplaceAll(addLines, `"o1"`, `"o3"`))
	f.applied("a1", `[{"op":"order.close","order":"o3","state":"cancelled"}]`)
}

func TestTare(t *testing.T) {
	f := example(t, nil, "tare")
	f.do("a1", addLines)
	qty := func() protocol.Value { return f.snapshot()[0].Lines[0].Fields["qty"] }
	set := func(what string) *protocol.Rejection {
		return f.do("b1", fmt.Sprintf(`[{"op":"line.set","order":"o1","line":"a","set":%s}]`, what)).Rejection
	}
	require.Nil(t, set(`{"gross":1.25,"tare":0.05}`))
	require.Equal(t, protocol.Value("1.2"), qty())
	require.Nil(t, f.do("a1", `[{"op":"line.inc","order":"o1","line":"a","field":"qty","by":1}]`).Rejection)
	require.Equal(t, protocol.Value("1.2"), qty(), "the scales say so")
	require.Nil(t, set(`{"tare":0.25}`))
	require.Equal(t, protocol.Value("1"), qty())
	require.Contains(t, set(`{"tare":2}`).Message, "The container (2) weighs more")
	require.Nil(t, set(`{"gross":null}`))
	require.Nil(t, f.do("a1", `[{"op":"line.inc","order":"o1","line":"a","field":"qty","by":1}]`).Rejection)
	require.Equal(t, protocol.Value("2"), qty())
}

// A line that was weighed from the start: no hook ever looked at its quantity.
func TestTareOfAWeighedLine(t *testing.T) {
	f := example(t, nil, "tare")
	f.applied("a1", `[{"op":"order.create","order":"o1","set":{}},{"op":"line.add","order":"o1","line":"a","set":{"product_id":1,"qty":1,"price_unit":3,"gross":1.25,"tare":0.05}}]`)
	for range 2 {
		for _, by := range []string{"1", "2", "-1"} {
			f.applied("a1", `[{"op":"line.inc","order":"o1","line":"a","field":"qty","by":`+by+`}]`)
			require.Equal(t, protocol.Value("1.2"), f.stored("o1").Lines[0].Fields["qty"], "by %s: the scales say so", by)
		}
		f.restart(0)
	}
}

func TestKitchenState(t *testing.T) {
	f := example(t, nil, "kitchen-state")
	summary := func(order int) protocol.Value { return f.snapshot()[order].Fields["kitchen_summary"] }
	cooks := func(client protocol.ClientID, line, state string) {
		f.applied(client, fmt.Sprintf(`[{"op":"line.set","order":"o1","line":%q,"set":{"kitchen":%s}}]`, line, state))
	}
	f.applied("a1", addLines)
	require.Empty(t, summary(0), "nothing is the kitchen's")
	cooks("a1", "a", `"cooking"`)
	cooks("b1", "b", `"cooking"`)
	require.Equal(t, protocol.Value(`"0 of 2 ready"`), summary(0))
	f.restart(0)
	cooks("b1", "b", `"ready"`)
	require.Equal(t, protocol.Value(`"1 of 2 ready"`), summary(0))
	require.Equal(t, []string{"o1.kitchen_summary"}, f.do("a1", `[{"op":"order.set","order":"o1","set":{"kitchen_summary":"all served"}}]`).Ignored)
	f.applied("a1", `[{"op":"line.move","order":"o1","to":"o2","lines":["b"]}]`)
	require.Equal(t, []protocol.Value{`"0 of 1 ready"`, `"1 of 1 ready"`}, []protocol.Value{summary(0), summary(1)})
	cooks("b1", "a", `"served"`)
	require.Equal(t, protocol.Value(`"all served"`), summary(0))
	f.applied("a1", `[{"op":"line.remove","order":"o1","line":"a"}]`)
	require.Empty(t, summary(0))
}

func TestTipSplitAndCommission(t *testing.T) {
	f := example(t, nil, "tip-split", "commission")
	f.by("7", "Ana", addLines) // 2 × 3 and 1 × 4
	f.by("9", "Ben", `[{"op":"line.add","order":"o1","line":"c","set":{"product_id":3,"qty":1,"price_unit":5}}]`)
	f.by("9", "Ben", `[{"op":"order.set","order":"o1","set":{"tip":2}}]`)
	require.Equal(t, protocol.Value(`{"Ana":1.33,"Ben":0.67}`), f.snapshot()[0].Fields["tip_shares"])
	require.Empty(t, f.snapshot()[0].Fields["commission"])
	f.by("9", "Ben", `[`+payO1+`,`+closeO1+`]`)
	require.Equal(t, protocol.Value(`{"7":0.5,"9":0.25}`), f.stored("o1").Fields["commission"])
}
