package jsprocess_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/jsprocess"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// vector is one of testdata/hooks; README.md there says what it means.
type vector struct {
	Name           string
	Files          []string
	Model          protocol.Model
	Stored, Merged protocol.Fields
	Lines          []protocol.Line
	Payments       []protocol.Payment
	State          protocol.State
	Of             protocol.Fields
}

func vectors(t *testing.T) (all []vector) {
	t.Helper()
	files, err := filepath.Glob("../../testdata/hooks/*.json")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var some []vector
		require.NoError(t, json.Unmarshal(text, &some), file)
		all = append(all, some...)
	}
	require.NotEmpty(t, all)
	return all
}

func (v *vector) record() *hooks.Snapshot {
	for i := range v.Lines {
		v.Lines[i].N = i + 1
	}
	of := order(v.Stored, v.Merged)
	of.Lines, of.Payments, of.State = func() []protocol.Line { return v.Lines }, v.Payments, v.State
	if v.Model == protocol.ModelOrder {
		return of
	}
	line := *of
	line.Model, line.Line, line.N, line.Parent = protocol.ModelOrderline, "l1", 1, of
	of.New, of.Stored, of.Merged = false, protocol.Fields{}, protocol.Fields{"partner_id": "7"}
	maps.Copy(of.Merged, v.Of)
	return &line
}

// What an extension is, and what its hooks give, is the same in the server
// itself and in a process: for every vector.
func TestSameAsInTheServer(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			var paths []string
			var m *manifest.Manifest
			for _, f := range v.Files {
				paths = append(paths, filepath.Join("../..", f))
			}
			if _, missing := os.Stat(filepath.Join(paths[0], manifest.FileName)); missing == nil {
				var err error
				m, err = manifest.Load(paths[0])
				require.NoError(t, err)
				paths = nil
			}
			for i := range paths { // the same words for both
				var err error
				paths[i], err = filepath.Abs(paths[i])
				require.NoError(t, err)
			}
			here, err := javascript.Load(t.Context(), javascript.Options{Paths: paths, Manifest: m, Log: slog.New(slog.DiscardHandler), Timeout: 10 * time.Second})
			require.NoError(t, err)
			defer here.Close()
			there := start(t, jsprocess.Options{Paths: paths, Manifest: m, Timeout: 10 * time.Second})
			wanted, got := here.Describe(), there.Describe()
			require.Equal(t, wanted, got)
			want, err := here.Run(t.Context(), batch(v.record()))
			require.NoError(t, err)
			have, err := there.Run(t.Context(), batch(v.record()))
			require.NoError(t, err)
			requireSame(t, want[0], have[0])
		})
	}
}

func requireSame(t *testing.T, want, have hooks.Result) {
	t.Helper()
	require.ElementsMatch(t, want.Read, have.Read)
	want.Read, have.Read = nil, nil
	want.Took, have.Took = 0, 0
	if want.Err != nil {
		require.EqualError(t, have.Err, want.Err.Error())
		return
	}
	if want.Export == nil {
		want.Export = protocol.Fields{}
	}
	require.Equal(t, want, have)
}

// Lines are sent once a hook has looked at them, and are right from the first
// answer on, for all orders of a wave and for waves at the same time.
func TestLinesOnDemand(t *testing.T) {
	text := `
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) { this.names = json.names; _super.init_from_JSON.call(this, json); },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.names = data.lines.map(function (l) { return l[2].description + "/" + l[2].qty + "/" + l[2].note; }).join();
        return data;
    },
});`
	host := start(t, jsprocess.Options{Paths: []string{write(t, "lines.js", text)}, Timeout: 10 * time.Second})
	here, err := javascript.Load(t.Context(), javascript.Options{Paths: []string{write(t, "lines.js", text)}, Log: slog.New(slog.DiscardHandler), Timeout: 10 * time.Second})
	require.NoError(t, err)
	defer here.Close()
	records := func() (all []*hooks.Snapshot) {
		for i, names := range [][]string{{`"Tea"`, `"Té \"verde\""`}, {}, {`null`}} {
			r := order(protocol.Fields{}, protocol.Fields{"partner_id": "1"})
			r.Order = protocol.OrderID(rune('a' + i))
			var lines []protocol.Line
			for n, name := range names {
				lines = append(lines, protocol.Line{ID: protocol.LineID(rune('k' + n)), N: n + 1, Fields: protocol.Fields{"description": protocol.Value(name), "qty": "2.5", "note": `{"a":[1]}`}})
			}
			r.Lines = func() []protocol.Line { return lines }
			all = append(all, r)
		}
		return all
	}
	want, err := here.Run(t.Context(), batch(records()...))
	require.NoError(t, err)
	require.NotEmpty(t, want[0].Export["names"])
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 5 {
				have, err := host.Run(t.Context(), batch(records()...))
				if !assertNoError(t, err) {
					return
				}
				for i := range want {
					requireSame(t, want[i], have[i])
				}
			}
		})
	}
	all.Wait()
}

func assertNoError(t *testing.T, err error) bool {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
	return err == nil
}

// What the code writes to its console stands in the server's log, once, with
// its level and the extension's name.
func TestConsole(t *testing.T) {
	var log syncBuffer
	host := start(t, jsprocess.Options{
		Paths: []string{write(t, "talks.js", inHook(`console.warn("low", {stock: 3});`))}, Timeout: 10 * time.Second,
		Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	results, err := host.Run(t.Context(), batch(order(protocol.Fields{}, protocol.Fields{"go": `"now"`})))
	require.NoError(t, err)
	require.NoError(t, results[0].Err)
	require.Eventually(t, func() bool { return bytes.Contains(log.Bytes(), []byte("low")) }, time.Minute, time.Millisecond)
	require.Regexp(t, `level=WARN msg="low .*stock.*" extension=talks`, log.String())
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *syncBuffer) Bytes() []byte { return []byte(s.String()) }

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
