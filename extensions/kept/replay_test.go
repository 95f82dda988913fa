package kept_test

import (
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/hosts"
	"github.com/manytill/manytill/extensions/kept"
	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/internal/suite/shop"
	"github.com/manytill/manytill/sdk/protocol"
)

const zoo = "../check/testdata/zoo"

// fail are the programs of the zoo whose hooks fail while they run, as each kind of
// failure does.
var fail = map[string]time.Duration{
	"throws": 0, "panics": 0, "not-json": 0, "wrong-type-2": 0, "ends-process-2": 0,
	"stopped": 0,                      // it takes more memory than it may
	"hangs":   400 * time.Millisecond, // of its time
}

// What is kept of the zoo while it works in a shop comes again when it is run once
// more, in another copy of the extension.
func TestTheZooComesAgain(t *testing.T) {
	t.Setenv("CGO_ENABLED", "0")
	came := map[string]int{}
	folders, err := filepath.Glob(filepath.Join(zoo, "js", "*"))
	require.NoError(t, err)
	for _, dir := range folders {
		if _, err := os.Stat(filepath.Join(dir, "main")); err == nil {
			dir = filepath.Join(dir, "main")
		}
		replayed(t, hosts.Source{Paths: []string{dir}, InProcess: true}, came)
	}
	require.Greater(t, came["failed"], 5)
	require.Greater(t, came["not_taken"], 10)
	for name, timeout := range fail {
		dir := filepath.Join(zoo, "go", name)
		program := filepath.Join(t.TempDir(), name)
		out, err := exec.Command("go", "build", "-o", program, "./"+dir).CombinedOutput()
		require.NoError(t, err, string(out))
		sum, err := files.SHA256(program)
		require.NoError(t, err)
		before := came["all"]
		replayed(t, hosts.Source{Paths: []string{dir}, Program: program, SHA256: sum, Memory: 256 << 20, Timeout: timeout}, came)
		require.Greater(t, came["all"], before, "nothing is kept of %s", name)
	}
	for _, kind := range []string{"failed " + runs.KindTime, "failed " + runs.KindProcess} {
		require.Positive(t, came[kind], kind)
	}
}

// replayed has a shop work with an extension, and runs what it kept once more. came
// counts by how they ended; what can't be loaded isn't kept.
func replayed(t *testing.T, source hosts.Source, came map[string]int) {
	t.Helper()
	log, timeout := slog.New(slog.DiscardHandler), source.Timeout
	if timeout == 0 {
		timeout = 30 * time.Second
	}
	host, err := hosts.Start(t.Context(), source, log)
	if err != nil {
		return
	}
	dir := filepath.Join(t.TempDir(), "runs")
	folder := open(t, kept.Options{Dir: dir})
	s := shop.Open(shop.Options{Tills: []string{"bar"}, Hosts: []extensions.Host{host}, Timeout: timeout, Keeper: folder})
	if s.Err() == nil {
		sell(s, host.Describe())
	}
	s.Close()
	require.NoError(t, host.Close())
	require.NoError(t, folder.Close())
	all := read(t, dir)
	if len(all) == 0 {
		return
	}
	again, err := hosts.Start(t.Context(), source, log)
	require.NoError(t, err)
	trial, err := extensions.NewTrial(extensions.Entry{Host: again, Timeout: timeout}, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, trial.Close()) }()
	for _, was := range all {
		now, err := trial.Run(t.Context(), []*runs.Run{was.Run})[0].Clean()
		require.NoError(t, err)
		require.True(t, was.Run.Reproduces(now), "%s: %s %s: %s: then %s %s: %s", source.Paths, was.Run.End, was.Run.Hook, was.Run.Message, now.End, now.Hook, now.Message)
		came["all"]++
		came[string(was.Run.End)]++
		came[string(was.Run.End)+" "+was.Run.Kind]++
	}
}

// sell has a till make an order and lines, with and without the extension's fields.
func sell(s *shop.Shop, d extensions.Description) {
	own := func(model protocol.Model, number protocol.Value) protocol.Fields {
		fields := protocol.Fields{}
		for name, info := range d.Fields[model] {
			for _, v := range []protocol.Value{number, `"a word"`, "true", `["a"]`, "[1]", `{"a":1}`, `"2026-03-01T10:00:00Z"`} {
				if !info.Derived && info.Check(v) == nil {
					fields[name] = v
					break
				}
			}
		}
		return fields
	}
	sold := func() protocol.Fields { return protocol.Fields{"product_id": "11", "qty": "2", "price_unit": "5.5"} }
	with := sold()
	for name, v := range own(protocol.ModelOrderline, "2") {
		with[name] = v
	}
	till := s.Till("bar")
	till.Tap(protocol.OrderCreate{Order: "o1"}, protocol.LineAdd{Order: "o1", Line: "l1", Set: sold()})
	till.Tap(protocol.OrderSet{Order: "o1", Set: protocol.Fields{"partner_id": "7"}}, protocol.LineAdd{Order: "o1", Line: "l2", Set: with})
	for _, number := range []protocol.Value{"2", "-2"} {
		if fields := own(protocol.ModelOrder, number); len(fields) > 0 {
			till.Tap(protocol.OrderSet{Order: "o1", Set: fields})
		}
	}
}
