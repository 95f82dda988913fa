package javascript_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// load loads files of testdata, or others by their path.
func load(t testing.TB, paths ...string) extensions.Host {
	t.Helper()
	for i, path := range paths {
		if filepath.Dir(path) == "." {
			paths[i] = filepath.Join("testdata", path)
		}
	}
	host, err := javascript.Load(context.Background(), javascript.Options{Paths: paths, Timeout: 30 * time.Second})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, host.Close()) })
	return host
}

// script loads an extension from its text.
func script(t testing.TB, text string) extensions.Host {
	t.Helper()
	return load(t, write(t, "script.js", text))
}

// write makes a file.
func write(t testing.TB, name, text string) string {
	t.Helper()
	return writeIn(t, t.TempDir(), name, text)
}

// writeIn makes a file in a folder.
func writeIn(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

var at = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

// order is a record; stored nil: a new one.
func order(stored, merged protocol.Fields) *hooks.Snapshot {
	return &hooks.Snapshot{
		RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: "o1", Number: 12, Run: 3, New: stored == nil, At: at, Seed: 1, Tapped: at},
		Stored:     stored,
		Merged:     merged,
		Lines: func() []protocol.Line {
			return []protocol.Line{
				{ID: "l1", N: 1, Fields: protocol.Fields{"product_id": "50", "qty": "2", "price_unit": "4.8"}},
				{ID: "l2", N: 2, Fields: protocol.Fields{"product_id": "51", "qty": "1", "price_unit": "10", "discount": "50"}},
			}
		},
		Payments: []protocol.Payment{{NewPayment: protocol.NewPayment{ID: "p1", Method: "cash", Amount: "5"}}},
	}
}

// line is a record of an orderline, the order's first.
func line(stored, merged protocol.Fields) *hooks.Snapshot {
	record := &hooks.Snapshot{
		RecordHead: hooks.RecordHead{Model: protocol.ModelOrderline, Order: "o1", Line: "l1", N: 1, Number: 12, Run: 3, New: stored == nil, At: at, Seed: 1, Tapped: at},
		Stored:     stored,
		Merged:     merged,
	}
	record.Parent = order(protocol.Fields{}, protocol.Fields{"partner_id": "7"})
	return record
}

// run runs one record, which must not fail.
func run(t testing.TB, host extensions.Host, record *hooks.Snapshot) hooks.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	results, err := host.Run(ctx, &extensions.Batch{MultiSession: "m", Records: []hooks.Record{record}})
	require.NoError(t, err)
	require.NoError(t, results[0].Err)
	return results[0]
}

// The documented pattern, as it stands, is a whole extension.
func TestDocumentedPattern(t *testing.T) {
	host := load(t, "documented.js")
	d := host.Describe()
	require.Equal(t, "documented", d.Name)
	require.Equal(t, map[protocol.Model]bool{protocol.ModelOrder: true}, d.Hooks)
	require.Empty(t, d.Notes)
	require.Empty(t, d.Fields[protocol.ModelOrderline])
	for _, name := range []protocol.Field{"first_new_variable", "second_new_variable"} {
		require.Equal(t, extensions.FieldInfo{
			FieldSpec: protocol.FieldSpec{Type: protocol.TypeAny, Merge: protocol.Last, Owner: "documented", Label: string(name), Edit: true, Found: true},
		}, d.Fields[protocol.ModelOrder][name])
	}
	require.Len(t, d.Fields[protocol.ModelOrder], 2)

	result := run(t, host, order(
		protocol.Fields{"first_new_variable": `"old"`, "second_new_variable": "1"},
		protocol.Fields{"first_new_variable": `"new"`, "second_new_variable": "1"}))
	require.Equal(t, protocol.Fields{"first_new_variable": `"new"`, "second_new_variable": "1"}, result.Export)
	require.ElementsMatch(t, []protocol.Field{"first_new_variable", "second_new_variable"}, result.Read)

	result = run(t, host, order(nil, protocol.Fields{"first_new_variable": `{"a":[1,null]}`}))
	require.Equal(t, protocol.Fields{"first_new_variable": `{"a":[1,null]}`}, result.Export)
}

func TestOrderNote(t *testing.T) {
	host := load(t, "../../plugins/example/order-note/order-note.js")
	d := host.Describe()
	require.Equal(t, map[protocol.Model]bool{protocol.ModelOrder: true, protocol.ModelOrderline: true}, d.Hooks)
	require.Contains(t, d.Fields[protocol.ModelOrder], protocol.Field("order_note"))
	require.Contains(t, d.Fields[protocol.ModelOrderline], protocol.Field("line_note"))
	result := run(t, host, line(protocol.Fields{"qty": "1"}, protocol.Fields{"qty": "1", "line_note": `"no ice"`}))
	require.Equal(t, protocol.Fields{"line_note": `"no ice"`}, result.Export)
	require.Equal(t, []protocol.Field{"line_note"}, result.Read)
}

// loadVector loads a vector's files, with the manifest that may stand beside.
func loadVector(t *testing.T, paths []string) extensions.Host {
	t.Helper()
	dir := filepath.Dir(paths[0])
	if _, err := os.Stat(filepath.Join(dir, manifest.FileName)); err != nil {
		return load(t, paths...)
	}
	m, err := manifest.Load(dir)
	require.NoError(t, err)
	host, err := javascript.Load(context.Background(), javascript.Options{Manifest: m})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, host.Close()) })
	return host
}

// failedFiles are the notes on files that were left out.
func failedFiles(host interface{ Describe() extensions.Description }) (left []string) {
	for _, n := range notes.Words(host.Describe().Notes) {
		if strings.Contains(n, "left out") {
			left = append(left, n)
		}
	}
	return left
}

func TestAbsoluteDiscount(t *testing.T) {
	m, err := manifest.Load("../../plugins/example/absolute-discount")
	require.NoError(t, err)
	host, err := javascript.Load(context.Background(), javascript.Options{Manifest: m})
	require.NoError(t, err)
	d := host.Describe()
	require.Empty(t, d.Notes)
	require.Equal(t, map[protocol.Model]bool{protocol.ModelOrderline: true}, d.Hooks)
	require.True(t, d.CanReject)
	require.Equal(t, extensions.FieldInfo{FieldSpec: protocol.FieldSpec{
		Type: protocol.TypeNumber, Merge: protocol.Guarded, Owner: "absolute-discount", Label: "Discount in money", Edit: true, Show: "line", Role: protocol.RoleMoneyDiscount,
	}}, d.Fields[protocol.ModelOrderline]["absolute_discount"])
}
