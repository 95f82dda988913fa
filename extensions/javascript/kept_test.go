package javascript_test

import (
	"bytes"
	"context"
	"log/slog"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// logged loads a file and keeps what is logged.
func logged(t *testing.T, text string) (extensions.Host, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	host, err := javascript.Load(context.Background(), javascript.Options{
		Paths: []string{write(t, "script.js", text)}, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	require.NoError(t, err)
	return host, &log
}

// A file that talks without end fills no log: what was left out is counted.
func TestConsoleIsLimited(t *testing.T) {
	_, log := logged(t, hooksOf("this.x = json.x; for (var i = 0; i < 1000; i++) { console.warn('again ' + i); }", "", "out.x = this.x;"))
	require.LessOrEqual(t, strings.Count(log.String(), "again"), 100)
	require.Regexp(t, `console were left out.* lines=\d{4,}`, log.String())
}

// console.log of a model shows its fields.
func TestConsoleShowsModels(t *testing.T) {
	host, log := logged(t, hooksOf("this.x = json.x; this.list = [1, 'a', {b: null}];", "", "out.x = this.x; if (this.x === 'show') { console.log(this, this.pos.gui, out); }"))
	run(t, host, order(nil, protocol.Fields{"x": `"show"`}))
	require.Contains(t, log.String(), `Order {\"uid\":\"o1\",\"x\":\"show\",\"list\":[1,\"a\",{\"b\":null}]} [of the screen] {`)
}

// What code keeps from call to call goes with its runtime.
func TestRuntimesGetOld(t *testing.T) {
	host := script(t, "var kept = [];\n"+hooksOf("this.x = json.x; kept.push(json.x);", "", "out.x = kept.length;"))
	most := 0
	for range 500 {
		batch := &extensions.Batch{}
		for range 100 {
			batch.Records = append(batch.Records, order(nil, protocol.Fields{"x": "1"}))
		}
		results, err := host.Run(context.Background(), batch)
		require.NoError(t, err)
		for _, r := range results {
			require.NoError(t, r.Err)
			var n int
			require.NoError(t, r.Export["x"].Decode(&n))
			most = max(most, n)
		}
	}
	require.Greater(t, most, 100)
	require.LessOrEqual(t, most, 20_100)
}

// Reject without words has words that a cashier can read.
func TestRejectWithoutWords(t *testing.T) {
	for _, words := range []string{"", "undefined", "null", "''"} {
		host := script(t, hooksOf("this.x = json.x; if (json.x === 'no') { throw new Reject("+words+"); }", "", "out.x = this.x;"))
		results, err := host.Run(context.Background(), &extensions.Batch{Records: []hooks.Record{order(nil, protocol.Fields{"x": `"no"`})}})
		require.NoError(t, err)
		require.Equal(t, "this change is not allowed", results[0].Reject)
	}
}

// "It ran too long" says how long, and where that is set.
func TestTooLongSaysTheLimit(t *testing.T) {
	host := script(t, inHook("while (true) {}"))
	ctx, cancel := context.WithTimeout(context.Background(), 200*1e6)
	defer cancel()
	results, err := host.Run(ctx, &extensions.Batch{Records: []hooks.Record{order(protocol.Fields{}, protocol.Fields{"go": `"now"`})}})
	require.NoError(t, err)
	require.ErrorIs(t, results[0].Err, context.DeadlineExceeded)
	require.Regexp(t, `script.js:8: it ran too long \(more than \d+ms\) and was stopped; timeout: in its entry of the config`, results[0].Err.Error())
}

// What code could leave its place with, or take any amount of memory, isn't
// there, nor what a browser or Node would have.
func TestNotThere(t *testing.T) {
	result := run(t, script(t, inHook(`
        var names = ["Intl", "BigInt", "ArrayBuffer", "SharedArrayBuffer", "DataView", "Atomics", "Uint8Array", "Float64Array", "WebAssembly",
            "fetch", "XMLHttpRequest", "WebSocket", "EventSource", "Worker", "importScripts", "process", "Deno", "Bun", "Buffer", "indexedDB", "caches"];
        data.go = names.filter(function (name) {
            var found = globalThis[name];
            return found && (/native code|^\[object/.test(String(found)) || Object.keys(found).length > 0);
        });
        data.go.push(typeof Intl, [].concat(setTimeout(function () { data.go = "called"; }, 0)).length);`)),
		order(nil, protocol.Fields{"go": `"now"`}))
	require.NoError(t, result.Err)
	require.Equal(t, protocol.Value(`["undefined",1]`), result.Export["go"])
}

// What a call that took too much memory left is gone when the next one begins:
// tries don't add up.
func TestTooMuchMemoryIsGivenBack(t *testing.T) {
	host := script(t, inHook(`for (var s = "0123456789abcdef"; ; ) { s = s + s; }`))
	objects := func() uint64 {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	runtime.GC()
	before := objects()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	results, err := host.Run(ctx, &extensions.Batch{Records: []hooks.Record{order(protocol.Fields{}, protocol.Fields{"go": `"now"`})}})
	require.NoError(t, err)
	require.ErrorContains(t, results[0].Err, "it took too much memory")
	require.Less(t, objects(), before+32<<20)
}
