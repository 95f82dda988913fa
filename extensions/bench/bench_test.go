package bench_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/bench"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// busy is a host whose hooks work for a millisecond, and for one more for each line
// that they look at; the clock is theirs.
type busy struct {
	now   time.Time
	looks bool
	fails error
	seen  map[protocol.Model]map[protocol.Value]bool // the quantities of line-1
}

func (b *busy) Describe() extensions.Description {
	return extensions.Description{Name: "busy", Hooks: map[protocol.Model]bool{protocol.ModelOrder: true, protocol.ModelOrderline: true}}
}
func (b *busy) Close() error { return nil }

func (b *busy) Run(_ context.Context, batch *extensions.Batch) ([]hooks.Result, error) {
	results := make([]hooks.Result, len(batch.Records))
	for i, r := range batch.Records {
		b.now = b.now.Add(time.Millisecond)
		lines := r.OrderLines()
		if b.looks {
			b.now = b.now.Add(time.Duration(len(lines)) * time.Millisecond)
		}
		model := r.Head().Model
		if b.seen[model] == nil {
			b.seen[model] = map[protocol.Value]bool{}
		}
		b.seen[model][lines[0].Fields["qty"]] = true
		results[i].Err = b.fails
	}
	return results, nil
}

// Each size has a row for a line and one for its order; what hooks do longer shows
// as longer, and against the budget.
func TestRows(t *testing.T) {
	for _, c := range []struct {
		looks bool
		want  []float64 // microseconds, for each size
	}{{false, []float64{1000, 1000, 1000}}, {true, []float64{2000, 21_000, 501_000}}} {
		host := &busy{looks: c.looks, seen: map[protocol.Model]map[protocol.Value]bool{}}
		rows, err := bench.Run(t.Context(), host, bench.Options{Runs: 4, Budget: 10 * time.Millisecond, Now: func() time.Time { return host.now }})
		require.NoError(t, err)
		require.Len(t, rows, 2*len(bench.Sizes))
		for i, row := range rows {
			model := []protocol.Model{protocol.ModelOrderline, protocol.ModelOrder}[i%2]
			us := c.want[i/2]
			require.NotZero(t, row.Bytes)
			row.Bytes = 0
			require.Equal(t, bench.Row{Model: model, Lines: bench.Sizes[i/2], Runs: 4, MicroSeconds: us, Most: us, Share: us / 100}, row)
		}
		require.Greater(t, len(host.seen[protocol.ModelOrder]), 3, "each run sees another change")
	}
}

func TestFailures(t *testing.T) {
	host := &busy{fails: errors.New("boom"), seen: map[protocol.Model]map[protocol.Value]bool{}}
	_, err := bench.Run(t.Context(), host, bench.Options{Runs: 1})
	require.ErrorContains(t, err, "the hooks fail on an orderline of an order of 1 lines: boom")
	_, err = bench.Run(t.Context(), extensions.FieldsAlone(extensions.Description{Name: "fields"}), bench.Options{})
	require.ErrorContains(t, err, "there is no hook")
}

const script = `var _super = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
	init_from_JSON: function (json) {
		_super.init_from_JSON.call(this, json);
		this.words = json.words;
	},
	export_as_JSON: function () {
		var json = _super.export_as_JSON.call(this), kept = [];
		for (var i = 0; i < LOOPS; i++) kept.push({n: i});
		json.words = kept.length ? this.words : null;
		return json;
	},
});
`

// A hook that makes more takes more bytes.
func TestBytes(t *testing.T) {
	bytes := func(loops string) uint64 {
		path := filepath.Join(t.TempDir(), "words.js")
		text := "var LOOPS = " + loops + ";\n" + script
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		host, err := javascript.Load(t.Context(), javascript.Options{Paths: []string{path}, Timeout: 30 * time.Second, Log: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		defer func() { require.NoError(t, host.Close()) }()
		rows, err := bench.Run(t.Context(), host, bench.Options{Runs: 5})
		require.NoError(t, err)
		require.Len(t, rows, len(bench.Sizes))
		return rows[0].Bytes
	}
	require.Greater(t, bytes("2000"), bytes("0")+2000*8)
}
