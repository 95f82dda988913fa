package shadow_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/manytill/manytill/cmd/server/shadow"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// points gives a line points for its quantity; the order has a note.
const points = `
function sync(name, fields) {
    var base = models[name].prototype;
    models[name] = models[name].extend({
        init_from_JSON: function (json) { for (var f in fields) this[f] = json[f]; base.init_from_JSON.call(this, json); },
        apply_ms_data: function (data) { for (var f in fields) this[f] = fields[f](data, this); },
        export_as_JSON: function () { var d = base.export_as_JSON.call(this); for (var f in fields) d[f] = this[f]; return d; },
    });
}
sync("Order", {note: function (data) { return data.note; }});
sync("Orderline", {points: function (data) { %s return data.qty * 2; }});`

// load starts the extension, with more in the rule of points.
func load(t testing.TB, more string) *extensions.Trial {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("extension.yaml", "name: points\nversion: 2.0.0\njs: points.js\ncan_reject: true\n"+
		"fields: {order: {note: {type: string}}, orderline: {points: {type: number, derived: true}}}\n")
	write("points.js", fmt.Sprintf(points, more))
	m, err := manifest.Load(dir)
	require.NoError(t, err)
	host, err := javascript.Load(t.Context(), javascript.Options{Manifest: m, Timeout: 30 * time.Second, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	trial, err := extensions.NewTrial(extensions.Entry{Host: host, Timeout: 30 * time.Second}, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, trial.Close()) })
	return trial
}

// shop is a store with a history: so many changes, each of one order and one of its
// lines, as the rule of points leaves them.
func shop(t testing.TB, changes int) store.Store {
	st := mem.New()
	require.NoError(t, st.PutMultiSession(t.Context(), store.MultiSession{ID: "main", Name: "Main floor"}, nil))
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	batch := &store.Batch{MultiSession: "main", At: at}
	const orders, lines = 50, 8 // under way at a time, and in an order
	revs := map[protocol.OrderID]int64{}
	for i := range changes {
		seq := protocol.Seq(i + 1)
		number := i/(orders*lines)*orders + i%orders + 1
		id := protocol.OrderID(fmt.Sprint("o", number))
		revs[id]++
		line := protocol.LineID(fmt.Sprint("l", revs[id]))
		qty := i%9 + 1
		state := protocol.Open
		if revs[id] == lines {
			state = protocol.Paid
		}
		c := protocol.Change{
			Seq: seq, At: protocol.FormatTime(at), ClientID: "c1", ID: protocol.MutationID(seq),
			Orders: map[protocol.OrderID]protocol.OrderChange{id: {
				Rev: revs[id], Number: protocol.Number(number), Run: 1, State: state, Set: protocol.Fields{"note": protocol.Text(fmt.Sprint("note ", i))},
				Lines: map[protocol.LineID]protocol.LineChange{line: {N: int(revs[id]), Set: protocol.Fields{
					"product_id": "11", "qty": protocol.Int(qty), "price_unit": "2.5", "points": protocol.Int(2 * qty),
				}}},
			}},
		}
		body, err := json.Marshal(c)
		require.NoError(t, err)
		if batch.Changes = append(batch.Changes, store.Change{Seq: seq, Body: body}); len(batch.Changes) == 1000 || i == changes-1 {
			require.NoError(t, st.Commit(t.Context(), batch))
			batch = &store.Batch{MultiSession: "main", At: at, Expect: seq}
		}
	}
	return st
}

func run(t *testing.T, st store.Store, last int, trials ...*extensions.Trial) *shadow.Report {
	report, err := shadow.Run(t.Context(), shadow.Options{
		Source: &shadow.StoreSource{Store: st, Called: "shop.db"}, Trials: trials, Budget: 30 * time.Second, Last: last, Show: 3,
	})
	require.NoError(t, err)
	return report
}

// One change of behaviour in one record of 40,000 is found, and nothing else.
func TestFindsOnePlantedChange(t *testing.T) {
	changes := 20_000
	if testing.Short() {
		changes = 1000
	}
	st := shop(t, changes)
	report := run(t, st, 0, load(t, fmt.Sprintf(`if (data.mt_mutation === "c1/%d") return 99;`, changes/2)))
	require.Equal(t, []int{2 * changes, 1, 0, 0, 0, 0}, []int{report.Records, report.Differ, report.Failed, report.Vetoed, report.OverTime, report.NotRun}, "%+v", report.Found)
	require.Len(t, report.Found, 1)
	require.Equal(t, protocol.Seq(changes/2), report.Found[0].Seq)
	require.Equal(t, "points", report.Found[0].Differences[0].Key)
	require.Equal(t, protocol.Value("99"), report.Found[0].Differences[0].After)
	require.False(t, report.Same())
}

func TestTheSameVersionDiffersNowhere(t *testing.T) {
	report := run(t, shop(t, 300), 0, load(t, ""))
	require.True(t, report.Same(), "%+v", report)
	require.Equal(t, 600, report.Records)
}

// Failures and vetoes are told, the first ones one by one; last takes the newest.
func TestFailuresAndVetoes(t *testing.T) {
	st := shop(t, 400)
	trial := load(t, `if (data.qty === 3) throw new Error("three"); if (data.qty === 4) throw new Reject("four"); if (data.qty === 5) return 1;`)
	report := run(t, st, 0, trial)
	require.Equal(t, []int{800, 45, 45, 44}, []int{report.Records, report.Failed, report.Vetoed, report.Differ}, "%+v", report)
	require.Equal(t, map[string]int{"points": 44}, report.Fields)
	require.Len(t, report.Found, 3)
	require.Equal(t, 134-3, report.More)
	ends := []string{report.Found[0].End, report.Found[1].End, report.Found[2].End}
	require.Equal(t, []string{"failed", "vetoed", "differs"}, ends, "the first of the history")
	require.Contains(t, report.Found[0].Message, "three")
	require.Equal(t, "four", report.Found[1].Message[len(report.Found[1].Message)-4:])

	report = run(t, st, 18, trial)
	require.Equal(t, 18, report.Records)
	require.Equal(t, []int{1, 1, 1}, []int{report.Failed, report.Vetoed, report.Differ})
}

// host is hooks that are Go funcs.
type host struct {
	extensions.Description
	hook func(hooks.Record) hooks.Result
}

func (h *host) Describe() extensions.Description { return h.Description }
func (h *host) Close() error                     { return nil }

func (h *host) Run(_ context.Context, b *extensions.Batch) ([]hooks.Result, error) {
	results := make([]hooks.Result, len(b.Records))
	for i, r := range b.Records {
		results[i] = h.hook(r)
	}
	return results, nil
}

// What takes too long is told, unless it is fast when it runs again: the machine was
// busy then.
func TestOverTime(t *testing.T) {
	var mu sync.Mutex
	tries := map[protocol.OrderID]int{}
	d := extensions.Description{Name: "x", Version: "1", Hooks: map[protocol.Model]bool{protocol.ModelOrder: true}}
	trial, err := extensions.NewTrial(extensions.Entry{Host: &host{d, func(r hooks.Record) hooks.Result {
		mu.Lock()
		defer mu.Unlock()
		order := r.Head().Order
		tries[order]++
		if order == "o3" || order == "o5" && tries[order] == 1 {
			return hooks.Result{Took: time.Minute}
		}
		return hooks.Result{Took: time.Millisecond}
	}}, Timeout: time.Hour}, nil)
	require.NoError(t, err)
	report := run(t, shop(t, 50), 0, trial)
	require.Equal(t, []int{50, 1, 0}, []int{report.Records, report.OverTime, report.Differ})
	require.Equal(t, protocol.OrderID("o3"), report.Found[0].Order)
	require.Equal(t, "slow", report.Found[0].End)
	require.False(t, report.Same())
}

// When hooks hang again and again, the rest isn't tried.
func TestHangingHooksEndIt(t *testing.T) {
	d := extensions.Description{Name: "x", Version: "1", Hooks: map[protocol.Model]bool{protocol.ModelOrder: true}}
	trial, err := extensions.NewTrial(extensions.Entry{Host: &host{d, func(hooks.Record) hooks.Result {
		return hooks.Result{Err: fmt.Errorf("late: %w", context.DeadlineExceeded)}
	}}, Timeout: time.Hour}, nil)
	require.NoError(t, err)
	report := run(t, shop(t, 4000), 0, trial)
	require.Contains(t, report.Stopped, "ran out of time")
	require.Less(t, report.Records, 4000)
	require.False(t, report.Same())
}

// A history that was pruned leaves out the orders whose beginning is gone.
func TestPrunedHistory(t *testing.T) {
	d := extensions.Description{Name: "x", Hooks: map[protocol.Model]bool{protocol.ModelOrder: true, protocol.ModelOrderline: true}}
	b := shadow.NewRebuild(d, "main")
	change := func(id protocol.OrderID, rev int64, state protocol.State) []*shadow.Record {
		return b.Change(&protocol.Change{Seq: 1, Orders: map[protocol.OrderID]protocol.OrderChange{id: {Rev: rev, State: state}}}, "")
	}
	require.Empty(t, change("old", 5, protocol.Open))
	require.Empty(t, change("old", 6, protocol.Open))
	require.Len(t, change("new", 1, protocol.Open), 1)
	require.Len(t, change("new", 2, protocol.Paid), 1)
	require.Empty(t, change("new", 3, protocol.Paid), "no hook ran on a closed order")
	require.Equal(t, []int{1, 1}, []int{b.Begun, b.LeftOut})
}

// Records are as hooks were handed them: before, after, what is derived as it was,
// moved lines as new ones, the extension's own lines apart.
func TestRebuild(t *testing.T) {
	d := extensions.Description{
		Name: "deposit", Lines: true, Hooks: map[protocol.Model]bool{protocol.ModelOrder: true, protocol.ModelOrderline: true},
		Fields: map[protocol.Model]map[protocol.Field]extensions.FieldInfo{protocol.ModelOrder: {"sum": {FieldSpec: protocol.FieldSpec{Derived: true}}}},
	}
	b := shadow.NewRebuild(d, "main")
	own := protocol.OwnLineID("deposit", "bottle")
	records := b.Change(&protocol.Change{
		Seq: 1, At: "2026-11-21T12:00:00Z", TappedAt: "2026-11-21T11:00:00Z", ClientID: "c", ID: 7,
		Orders: map[protocol.OrderID]protocol.OrderChange{"o1": {
			Rev: 1, Number: 4, Run: 2, State: protocol.Open, Set: protocol.Fields{"sum": "1", "partner_id": "7"},
			Lines: map[protocol.LineID]protocol.LineChange{"l1": {N: 1, Set: protocol.Fields{"qty": "1"}}, own: {N: 2, Set: protocol.Fields{"qty": "1"}}},
		}},
	}, "")
	require.Len(t, records, 3)
	of := records[2]
	require.Equal(t, "c/7", of.Seen.Mutation)
	require.Equal(t, 11, of.Seen.Tapped.Hour())
	require.Zero(t, of.Seen.Number, "while it is being created")
	require.Nil(t, of.Seen.Stored)
	require.Equal(t, protocol.Fields{"partner_id": "7"}, of.Seen.Merged)
	require.Equal(t, protocol.Fields{"sum": "1", "partner_id": "7"}, of.After)
	require.Equal(t, map[protocol.LineID]protocol.Fields{own: {"qty": "1"}}, of.Puts)

	by := &protocol.By{Server: protocol.ByExtension + "deposit"}
	require.Empty(t, b.Change(&protocol.Change{Seq: 2, By: by, Orders: map[protocol.OrderID]protocol.OrderChange{"o1": {Rev: 2, State: protocol.Open, Set: protocol.Fields{"sum": "2"}}}}, ""))
	records = b.Change(&protocol.Change{Seq: 3, Orders: map[protocol.OrderID]protocol.OrderChange{
		"o1": {Rev: 3, Number: 4, State: protocol.Open, Set: protocol.Fields{"partner_id": protocol.Null}, Lines: map[protocol.LineID]protocol.LineChange{"l1": {N: 1, MovedTo: "o2"}}},
		"o2": {Rev: 1, Number: 5, State: protocol.Open, Lines: map[protocol.LineID]protocol.LineChange{"l1": {N: 1, Set: protocol.Fields{"qty": "1"}}}},
	}}, "")
	require.Len(t, records, 3, "an order that lost a line, and a line in its new order")
	require.Equal(t, protocol.Fields{"sum": "2"}, records[0].Seen.Merged)
	require.Equal(t, protocol.Fields{"sum": "2", "partner_id": "7"}, records[0].Seen.Stored)
	require.Len(t, records[0].Seen.OrderLines(), 1)
	require.True(t, records[1].Seen.New)
	require.Equal(t, protocol.OrderID("o2"), records[1].Seen.OrderRecord().Head().Order)
}

// Of a server, the newest orders come until there are enough records.
func TestServerSource(t *testing.T) {
	source := &shadow.ServerSource{Asker: answers{
		"/v1/admin/multi-sessions":                                  `{"multi_sessions":[{"id":"m"}]}`,
		"/v1/admin/multi-sessions/m/orders":                         `{"orders":[{"id":"o1","run":1,"number":1}],"after":"1.1"}`,
		"/v1/admin/multi-sessions/m/orders?after=1.1":               `{"orders":[{"id":"o2","run":1,"number":2}],"after":null}`,
		"/v1/admin/multi-sessions/m/orders/o2/history":              `{"changes":[{"seq":2,"orders":{"o2":{"rev":1}}}],"after":"2"}`,
		"/v1/admin/multi-sessions/m/orders/o2/history?after=2":      `{"changes":[{"seq":3,"orders":{"o2":{"rev":2}}}],"after":null}`,
		"/v1/admin/multi-sessions/m/orders/o1/history":              `{"changes":[{"seq":1,"orders":{"o1":{"rev":1}}}],"after":null}`,
		"/v1/admin/multi-sessions/m/orders/never-asked-for/history": ``,
	}, Called: "http://shop", Records: 2}
	visited := func() (seqs []protocol.Seq) {
		require.NoError(t, source.Changes(t.Context(), func(ms protocol.MultiSessionID, only protocol.OrderID, c *protocol.Change) error {
			require.Equal(t, protocol.MultiSessionID("m"), ms)
			require.Contains(t, c.Orders, only)
			seqs = append(seqs, c.Seq)
			return nil
		}))
		return seqs
	}
	require.Equal(t, []protocol.Seq{2, 3}, visited())
	require.Equal(t, []protocol.Seq{2, 3}, visited())
	source = &shadow.ServerSource{Asker: source.Asker}
	require.Equal(t, []protocol.Seq{1, 2, 3}, visited())
}

// answers are a server's, by path.
type answers map[string]string

func (a answers) Do(_ context.Context, _, path string, _, into any) error {
	text, known := a[path]
	if !known {
		return fmt.Errorf("nobody knows %s", path)
	}
	return json.Unmarshal([]byte(text), into)
}

// BenchmarkShadow is a JavaScript extension on its own fields over 40,000 records,
// with garbage collected as seldom as the command has it.
func BenchmarkShadow(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	st := shop(b, 20_000)
	trial := load(b, "")
	for b.Loop() {
		report, err := shadow.Run(b.Context(), shadow.Options{
			Source: &shadow.StoreSource{Store: st, Called: "shop.db"}, Trials: []*extensions.Trial{trial}, Budget: 30 * time.Second, Last: 40_000, Show: 3,
		})
		require.NoError(b, err)
		b.ReportMetric(report.PerSecond, "records/s")
	}
}
