package runs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

var at = time.Date(2026, 5, 4, 3, 2, 1, 6_000_000, time.UTC)

// whole is a run of a line's hooks with all that there may be.
func whole() *runs.Run {
	stored := (*hooks.Storage)(nil).With(
		hooks.Entry{Key: "a", Value: `{"n":1}`}, hooks.Entry{Key: "b", Value: `"secret of another"`, Until: "o9"}, hooks.Entry{Key: "bad", Damaged: true},
	)
	head := hooks.RecordHead{
		Model: protocol.ModelOrder, Order: "o1", Number: 7, Run: 3, State: protocol.Paid, At: at, Seed: 1<<63 + 1, Tapped: at.Add(-time.Hour), Mutation: "c/5",
	}
	lines := []protocol.Line{{ID: "l1", N: 1, Fields: protocol.Fields{"qty": "2", "note": `"no ice"`}}, {ID: "l2", N: 4, Fields: protocol.Fields{}}}
	payments := []protocol.Payment{{NewPayment: protocol.NewPayment{ID: "p1", Method: "cash", Amount: "4.5"}, At: "2026-05-04T03:02:01Z"}}
	parent := &hooks.Snapshot{RecordHead: head, Merged: protocol.Fields{"partner_id": "7"}, Payments: payments, Lines: func() []protocol.Line { return lines }}
	seen := *parent
	seen.Model, seen.Line, seen.N, seen.Parent = protocol.ModelOrderline, "l1", 1, parent
	seen.RecordHead.Storage = &hooks.Stored{Storage: stored, MaxKeys: 9}
	seen.Stored, seen.Merged = protocol.Fields{"qty": "1", "gone": "5"}, protocol.Fields{"qty": "2", "note": `"no ice"`}
	return &runs.Run{
		Extension: "steps", Version: "1.2.3", MultiSession: "m", Began: at, Took: 1500 * time.Microsecond, Limit: 50 * time.Millisecond, Late: true,
		Seen: &seen, End: runs.NotTaken, Hook: protocol.HookExport, Message: "note is NaN", Settings: protocol.Fields{"note": `"x"`},
		Gave: hooks.Result{
			Export: protocol.Fields{"note": `"x"`, "none": protocol.Null}, Read: []protocol.Field{"qty"}, ReadOfOrder: []protocol.Field{"partner_id"},
			LookedAt: []string{"a", "bad"}, Left: []hooks.Entry{{Key: "a"}, {Key: "t", Value: "1", Until: "o1"}},
			Lines: []hooks.PutLine{{Key: "k", Fields: protocol.Fields{"qty": "1"}}}, Effects: []hooks.Effect{{Name: "book", Key: "p1", Data: `{"x":[1]}`}},
			Dropped: []hooks.Dropped{{Field: "note", Hook: protocol.HookExport, Why: "is NaN", At: "a.js:3:4"}}, At: map[protocol.Field]string{"other": "a.js:9:1"},
			Took: time.Millisecond,
		},
	}
}

// What is read is what was written, down to the record as hooks look at it.
func TestJSONRoundTrip(t *testing.T) {
	r := whole()
	text, err := r.JSON(&runs.Known{Count: 3, First: at, Last: at.Add(time.Hour)})
	require.NoError(t, err)
	read, known, err := runs.Read(text)
	require.NoError(t, err)
	require.Equal(t, runs.Known{Count: 3, First: at, Last: at.Add(time.Hour)}, known)

	require.Equal(t, *r.Seen.Head(), withoutStorage(*read.Seen.Head(), r.Seen.RecordHead.Storage))
	require.Equal(t, r.Seen.Stored, read.Seen.Stored)
	require.Equal(t, r.Seen.Merged, read.Seen.Merged)
	require.Equal(t, r.Seen.Payments, read.Seen.Payments)
	require.Equal(t, r.Seen.OrderLines(), read.Seen.OrderLines())
	require.Equal(t, r.Seen.Parent.Merged, read.Seen.OrderRecord().MergedFields())
	require.Equal(t, r.Seen.Parent.OrderLines(), read.Seen.OrderRecord().OrderLines())
	require.Equal(t, protocol.ModelOrder, read.Seen.OrderRecord().Head().Model)
	require.Equal(t, r.Gave, read.Gave)

	storage := read.Seen.RecordHead.Storage
	require.Equal(t, 9, storage.MaxKeys)
	require.Equal(t, hooks.Entry{Key: "a", Value: `{"n":1}`}, storage.Get("a"))
	require.True(t, storage.Get("bad").Damaged)
	require.Equal(t, []int{r.Seen.RecordHead.Storage.Keys(), r.Seen.RecordHead.Storage.Bytes()}, []int{storage.Keys(), storage.Bytes()}, "limits are as they were")
	require.NotContains(t, string(text), "secret of another", "what the run didn't look at isn't kept")

	read.Seen, r.Seen = nil, nil
	require.Equal(t, r, read)
}

func withoutStorage(head hooks.RecordHead, s *hooks.Stored) hooks.RecordHead {
	head.Storage = s
	return head
}

func TestStorageWhereNobodyKnowsWhatWasLookedAt(t *testing.T) {
	r := whole()
	r.Gave, r.Kind = hooks.Result{}, runs.KindProcess
	text, err := r.JSON(nil)
	require.NoError(t, err)
	read, _, err := runs.Read(text)
	require.NoError(t, err)
	require.Equal(t, r.Seen.RecordHead.Storage.All(), read.Seen.RecordHead.Storage.All())
}

func TestSettingsAreHidden(t *testing.T) {
	r := whole()
	r.Message = `apply_ms_data: no key "tok\en-1" known`
	r.Gave.Export["url"] = protocol.Text(`https://a.example/tok\en-1/x`)
	r.Hide = []string{`tok\en-1`, ""}
	text, err := r.JSON(nil)
	require.NoError(t, err)
	require.NotContains(t, string(text), "en-1")
	require.Contains(t, string(text), "https://a.example/(a setting)/x")
	_, _, err = runs.Read(text)
	require.NoError(t, err)
}

// Numbers stay, escapes too, and what is hidden is still JSON.
func TestHideJSON(t *testing.T) {
	hide := []string{"12345678", "n-secret", `a"b<c`}
	for text, want := range map[string]string{
		`{"a":12345678,"b":"x12345678y"}`:    `{"a":12345678,"b":"x(a setting)y"}`,
		`["line\n-secret","n-secret\\","é"]`: `["line\n-secret","(a setting)\\","é"]`,
		`{"a\"b\u003cc":"\u0061\"b<c"}`:      `{"(a setting)":"(a setting)"}`,
		`12345678`:                           `12345678`,
		``:                                   ``,
	} {
		require.Equal(t, want, string(runs.HideJSON([]byte(text), hide)))
	}
	require.Equal(t, "no (a setting) here", runs.HideText("no n-secret here", hide))
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	good, err := whole().JSON(nil)
	require.NoError(t, err)
	for text, says := range map[string]string{
		"":                     "this is no kept run",
		`{"a":1}`:              "it has no manytill_run",
		`{"manytill_run":1}`:   "extension, record or gave is missing",
		`{"manytill_run":"1"}`: "this is no kept run",
		string(good[:900]):     "this is no kept run",
		`{"manytill_run": 99}`: "newer version",
		strings.Replace(string(good), `"model": "orderline"`, `"model": "till"`, 1): `record.model must be order or orderline, was "till"`,
	} {
		_, _, err := runs.Read([]byte(text))
		require.ErrorContains(t, err, says)
	}
}

func TestDifferences(t *testing.T) {
	r := whole()
	require.Equal(t, []protocol.Difference{
		{Key: "gone", Before: "5", After: "null"}, {Key: "note", Before: "null", After: `"no ice"`}, {Key: "qty", Before: "1", After: "2"},
	}, r.In())
	require.Equal(t, []protocol.Difference{
		{Key: "note", Before: `"no ice"`, After: `"x"`},
		{Key: "line k", Before: "null", After: `{"qty":1}`},
		{Key: "effect book p1", Before: "null", After: `{"x":[1]}`},
		{Key: "storage a", Before: `{"n":1}`, After: "null"},
		{Key: "storage t", Before: "null", After: "1"},
	}, r.Out())
	require.Equal(t, []string{"note is NaN (export_as_JSON, a.js:3:4)"}, r.Notes())
	require.Empty(t, r.Against(r))
	other := whole()
	other.Gave.Export["note"], other.Message = `"y"`, "other"
	require.Equal(t, []protocol.Difference{
		{Key: "message", Before: `"note is NaN"`, After: `"other"`}, {Key: "note", Before: `"x"`, After: `"y"`},
	}, r.Against(other))
}

func TestReproduces(t *testing.T) {
	failed := func(kind, message string) *runs.Run {
		return &runs.Run{End: runs.Failed, Hook: "apply_ms_data", Kind: kind, Message: message, Limit: 10}
	}
	slow := &runs.Run{End: runs.Slow, Took: 6, Limit: 10}
	for name, c := range map[string]struct {
		kept, now *runs.Run
		same      bool
	}{
		"the same":               {failed("", "a"), failed("", "a"), true},
		"elsewhere":              {failed("", "/srv/shop/a.js:3:4: a"), failed("", "/home/ana/a.js:9:4: a"), true},
		"in another file":        {failed("", "/srv/shop/a.js:3:4: a"), failed("", "/srv/shop/b.js:3:4: a"), false},
		"another failure":        {failed("", "a"), failed("", "b"), false},
		"late, in other words":   {failed(runs.KindTime, "more than 50ms"), failed(runs.KindTime, "more than 60ms"), true},
		"late, and then a throw": {failed(runs.KindTime, "a"), failed("", "a"), false},
		"worked":                 {failed("", "a"), &runs.Run{End: runs.Taken}, false},
		"slow again":             {slow, &runs.Run{End: runs.Taken, Took: 9}, true},
		"fast":                   {slow, &runs.Run{End: runs.Taken, Took: 2}, false},
		"the same veto":          {&runs.Run{End: runs.Vetoed, Message: "no"}, &runs.Run{End: runs.Vetoed, Message: "no"}, true},
		"another veto":           {&runs.Run{End: runs.Vetoed, Message: "no"}, &runs.Run{End: runs.Vetoed, Message: "never"}, false},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.same, c.kept.Reproduces(c.now)) })
	}
}

// A copy has what an extension is handed, and stays what it was.
func TestCopy(t *testing.T) {
	r := whole().Seen
	all := runs.Copy(r, &runs.Handed{})
	require.Equal(t, r.OrderLines(), all.OrderLines())
	some := runs.Copy(r, &runs.Handed{
		Keys: map[protocol.Model]map[protocol.Field]bool{protocol.ModelOrderline: {"qty": true}}, WithoutLines: true, WithoutOrder: true,
	})
	require.Equal(t, protocol.Fields{"qty": "2"}, some.MergedFields())
	require.Equal(t, protocol.Fields{"qty": "1"}, some.StoredFields())
	require.Nil(t, some.Lines)
	require.Nil(t, some.OrderRecord())
	r.Merged["qty"] = "9"
	r.OrderLines()[0].Fields["qty"] = "9"
	require.Equal(t, protocol.Value("2"), all.MergedFields()["qty"])
	require.Equal(t, protocol.Value("2"), all.OrderLines()[0].Fields["qty"])

	cut := whole().WithoutLines()
	require.Empty(t, cut.Seen.OrderLines())
	require.NotEmpty(t, cut.Cut)
	require.Less(t, cut.Size(), whole().Size())
}
