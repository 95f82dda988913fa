//go:build !race

// Long tests in which nothing happens at the same time.

package javascript_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hostile"
	"github.com/manytill/manytill/sdk/protocol"
)

var nearMisses = []string{"is no hook", "is async", "refuses nothing", "declared nowhere"}

// Every sample file opens in a page, alone and with others, each with a class
// chain of its own; and nothing in one is taken for a near miss.
func TestBrowser(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.js")
	require.NoError(t, err)
	var hosts []extensions.Host
	for _, file := range files {
		host := load(t, file)
		for _, n := range notes.Words(host.Describe().Notes) {
			for _, words := range nearMisses {
				require.NotContains(t, n, words, file)
			}
		}
		hosts = append(hosts, host)
	}
	rt := page(t, append(hosts, load(t, "documented.js"))...)
	require.Empty(t, eval(t, rt, "failures()"))
	last := eval(t, rt, `run(opened.length - 1, "order", false, '{"first_new_variable": 1}', '{"first_new_variable": 2, "uid": "o1"}')`)
	require.Contains(t, last, `"uid":"o1"`)
	require.Contains(t, last, `"first_new_variable":2`)
	require.NotContains(t, last, "waiter")
	require.Equal(t, "undefined", eval(t, rt, "typeof acme_weight_models"))
}

// Files as real vendors have them, of Odoo 7 to 18: each is loaded, and then
// works between two tills of one real engine. At least 97 in 100 must load and
// run; of the fields that they export, 95 in 100 must travel.
func TestCorpus(t *testing.T) {
	paths, err := filepath.Glob("testdata/corpus/*")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(paths), 70)
	ran, fields, travelled := 0, 0, 0
	for _, path := range paths {
		all := exportings(t, path)
		faults := map[protocol.Field][]string{}
		host, err := javascript.Load(context.Background(), javascript.Options{Paths: []string{path}, Log: slog.New(slog.DiscardHandler)})
		fields += len(all)
		if err != nil {
			t.Errorf("%s doesn't load: %s", filepath.Base(path), err)
			continue
		}
		s := openShop(t, host)
		for _, e := range all {
			if fault := s.claimed(e); fault != "" {
				faults[e.field] = append(faults[e.field], fault)
			}
		}
		s.play(all, faults)
		errors := s.errors()
		for _, e := range errors {
			t.Errorf("%s: %s", filepath.Base(path), e)
		}
		if len(errors) == 0 {
			ran++
		}
		for _, e := range all {
			if len(faults[e.field]) == 0 {
				travelled++
			}
			for _, fault := range faults[e.field] {
				t.Errorf("%s: %s.%s: %s", filepath.Base(path), e.model, e.field, fault)
			}
		}
		for _, extra := range s.unexpected(all) {
			t.Errorf("%s: claims %s, which the file's head doesn't name", filepath.Base(path), extra)
		}
		require.NoError(t, host.Close())
	}
	t.Logf("%d of %d files load and run; %d of %d fields travel", ran, len(paths), travelled, fields)
	require.GreaterOrEqual(t, ran*100, 97*len(paths))
	require.GreaterOrEqual(t, travelled*100, 95*fields)
}

// Whatever code does, a call ends, says why, and the next call is good.
func TestHostileHooks(t *testing.T) {
	for _, c := range hostile.Stopped() {
		t.Run(c.Name, func(t *testing.T) {
			host := script(t, c.Code)
			ctx, cancel := context.WithTimeout(context.Background(), 600*time.Millisecond)
			defer cancel()
			began := time.Now()
			results, err := host.Run(ctx, &extensions.Batch{Records: []hooks.Record{order(protocol.Fields{}, protocol.Fields{"go": `"now"`})}})
			require.NoError(t, err)
			require.Less(t, time.Since(began), 3*time.Second)
			if c.Says != "" {
				require.ErrorContains(t, results[0].Err, c.Says)
			}
			again := run(t, host, order(protocol.Fields{}, protocol.Fields{"go": `"later"`}))
			require.Equal(t, protocol.Fields{"go": `"later"`, "echo": `"later"`}, again.Export)
		})
	}
}

// What loops while it is loaded doesn't hold up the server.
func TestHostileFiles(t *testing.T) {
	for _, c := range hostile.Read() {
		t.Run(c.Name, func(t *testing.T) {
			began := time.Now()
			_, err := javascript.Load(context.Background(), javascript.Options{Paths: []string{write(t, "hostile.js", c.Code)}, Timeout: time.Second})
			require.Less(t, time.Since(began), 10*time.Second)
			if c.Says != "" {
				require.ErrorContains(t, err, c.Says)
			}
		})
	}
}
