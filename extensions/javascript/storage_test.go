package javascript_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// stores is an extension with storage whose orders and lines do this when they
// export, and have what came of it in the field out.
func stores(t *testing.T, does, more string) extensions.Host {
	m, err := manifest.Parse("extension.yaml", []byte("name: keeps\njs: script.js\nfields: {order: {out: {type: any, derived: true}}, orderline: {out: {type: any, derived: true}}}\n"+more))
	require.NoError(t, err)
	text := ""
	for _, model := range []string{"Order", "Orderline"} {
		text += `
var _super` + model + ` = models.` + model + `.prototype;
models.` + model + ` = models.` + model + `.extend({
    export_as_JSON: function () {
        var data = _super` + model + `.export_as_JSON.apply(this, arguments);
        var out;
        ` + does + `
        data.out = out === undefined ? "undefined" : out;
        return data;
    },
});`
	}
	host, err := javascript.Load(t.Context(), javascript.Options{Paths: []string{writeIn(t, t.TempDir(), "script.js", text)}, Manifest: m, Timeout: 30 * time.Second, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, host.Close()) })
	return host
}

// runStored runs hooks that find a storage.
func runStored(t *testing.T, host extensions.Host, r *hooks.Snapshot, entries ...hooks.Entry) hooks.Result {
	r.RecordHead.Storage = &hooks.Stored{Storage: (*hooks.Storage)(nil).With(entries...), MaxKeys: host.Describe().StorageKeys}
	return runWithin(t, t.Context(), host, r)
}

func runWithin(t *testing.T, ctx context.Context, host extensions.Host, r *hooks.Snapshot) hooks.Result {
	results, err := host.Run(ctx, &extensions.Batch{Records: []hooks.Record{r}})
	require.NoError(t, err)
	return results[0]
}

// What never ends is stopped by its time.
func TestEndlessStorage(t *testing.T) {
	for name, does := range map[string]string{
		"a value":   `if (this.storage.get("n")) this.storage.set("t", {toJSON: function () { for (;;); }})`,
		"set again": `for (var i = 0; this.storage.get("n"); i++) this.storage.set("t", "x".repeat(60) + i)`,
	} {
		t.Run(name, func(t *testing.T) {
			host := stores(t, does, "storage: {max_keys: 5}")
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			r := order(nil, protocol.Fields{})
			r.RecordHead.Storage = &hooks.Stored{Storage: (*hooks.Storage)(nil).With(hooks.Entry{Key: "n", Value: "7"}), MaxKeys: 5}
			result := runWithin(t, ctx, host, r)
			require.Error(t, result.Err)
			require.True(t, errors.Is(result.Err, extensions.ErrBusy) || strings.Contains(result.Err.Error(), "it ran too long"), result.Err)
			require.Empty(t, result.Left)
		})
	}
}

func TestStorage(t *testing.T) {
	for name, c := range map[string]struct {
		does string
		out  protocol.Value
		left []hooks.Entry
		says string
	}{
		"nothing":          {`out = this.storage.get("none")`, `"undefined"`, nil, ""},
		"a value":          {`out = this.storage.get("n") + 1`, "8", nil, ""},
		"an object":        {`out = this.storage.get("o"); out.b = 2; out = [out, this.storage.get("o")]`, `[{"a":1,"b":2},{"a":1}]`, nil, ""},
		"set":              {`this.storage.set("x", {a: [1.5, null]}); out = this.storage.get("x")`, `{"a":[1.5,null]}`, []hooks.Entry{{Key: "x", Value: `{"a":[1.5,null]}`}}, ""},
		"the same again":   {`this.storage.set("n", 7); out = 1`, "1", nil, ""},
		"deleted":          {`this.storage.set("n", null); out = this.storage.get("n")`, `"undefined"`, []hooks.Entry{{Key: "n"}}, ""},
		"a number as key":  {`this.storage.set(4, true)`, `"undefined"`, []hooks.Entry{{Key: "4", Value: "true"}}, ""},
		"until end":        {`this.storage.set("t", 1, {until: "end"})`, `"undefined"`, []hooks.Entry{{Key: "t", Value: "1", Until: "o1"}}, ""},
		"until when":       {`this.storage.set("t", 1, {until: "noon"})`, "", nil, `script.js:7:25: TypeError: storage.set: the third argument is {until: "end"}, or none`},
		"no text":          {`this.storage.get({})`, "", nil, "TypeError: storage.get: a key is a text, was a value of type object"},
		"undefined":        {`this.storage.set("t")`, "", nil, `script.js:7:25: Error: storage: what is set for "t" can't be stored: undefined`},
		"a function in it": {`this.storage.set("t", {a: [function () {}]})`, "", nil, `can't be stored: a function at .a[0]`},
		"a hole":           {`this.storage.set("t", [undefined])`, "", nil, `can't be stored: undefined in a list`},
		"large":            {`this.storage.set("t", "x".repeat(70000))`, "", nil, `script.js:7:25: Error: storage: the value of "t" has 70002 bytes as JSON, and may have 65536`},
		"too many":         {`for (var i = 0; i < 9; i++) this.storage.set("k" + i, i)`, "", nil, `storage: it has 5 keys and may have no more, so "k2" isn't stored`},
		"caught":           {`this.storage.set("t", 1); try { this.storage.set("", 1) } catch (e) { out = e.message }`, `"storage: a key is a text of 1 to 200 characters"`, []hooks.Entry{{Key: "t", Value: "1"}}, ""},
		"damaged":          {`out = this.storage.get("bad")`, "", nil, `script.js:7:31: Error: storage: the value of "bad" is damaged`},
		"thrown":           {`this.storage.set("t", 1); throw new Error("oh")`, "", nil, "oh"},
		"a getter throws":  {`this.storage.set("t", {get a() { throw new Error("mine") }})`, "", nil, "Error: mine"},
		"a proxy throws":   {`this.storage.set("t", new Proxy({}, {ownKeys: function () { throw new Error("mine") }}))`, "", nil, "Error: mine"},
		"a circle":         {`var a = {}; a.a = a; this.storage.set("t", a)`, "", nil, "can't be stored: a circle at .a"},
		"toJSON":           {`this.storage.set("t", {toJSON: function () { return new Date(0) }})`, `"undefined"`, []hooks.Entry{{Key: "t", Value: `"1970-01-01T00:00:00.000Z"`}}, ""},
		"a list as key":    {`this.storage.get(["n"])`, "", nil, "a key is a text, was a value of type object"},
		"while set":        {`var s = this.storage; s.set("t", {get a() { s.set("t", 1); s.set("u", 2); return s.get("t") }}); out = s.get("t")`, `{"a":1}`, []hooks.Entry{{Key: "t", Value: `{"a":1}`}, {Key: "u", Value: "2"}}, ""},
		"lone surrogates":  {`this.storage.set("\ud800", 1)`, `"undefined"`, []hooks.Entry{{Key: "\ufffd", Value: "1"}}, ""},
		"a lasting object": {`this.storage.get = 1; delete this.storage.set; out = typeof this.storage.get + typeof this.storage.set`, `"functionfunction"`, nil, ""},
		"not a field":      {`out = [this.storage === undefined, Object.keys(this).indexOf("storage"), "storage" in data]`, "[false,-1,false]", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			host := stores(t, c.does, "storage: {max_keys: 5}")
			for _, r := range []*hooks.Snapshot{order(nil, protocol.Fields{}), line(nil, protocol.Fields{})} {
				result := runStored(t, host, r, hooks.Entry{Key: "n", Value: "7"}, hooks.Entry{Key: "o", Value: `{"a":1}`}, hooks.Entry{Key: "bad", Damaged: true})
				if c.says != "" {
					require.ErrorContains(t, result.Err, c.says)
					require.Empty(t, result.Left)
					break // the lines stand elsewhere in the file
				}
				require.NoError(t, result.Err)
				require.Equal(t, c.out, result.Export["out"])
				require.Equal(t, c.left, result.Left)
			}
		})
	}
}

// A rejection leaves nothing, and reading counts like the clock.
func TestStorageReadAndRejected(t *testing.T) {
	host := stores(t, `if (this.storage.get("n")) { this.storage.set("m", 1); throw new Reject("no"); }`, "storage: true\ncan_reject: true")
	result := runStored(t, host, order(nil, protocol.Fields{}))
	require.Contains(t, result.Read, hooks.KeyChance)
	result = runStored(t, host, order(nil, protocol.Fields{}), hooks.Entry{Key: "n", Value: "1"})
	require.Equal(t, "no", result.Reject)
	require.Empty(t, result.Left)
}

// Where nothing is stored (a probe, say) nothing is found or kept; without the
// manifest's word the name is free.
func TestNoStorage(t *testing.T) {
	host := stores(t, `this.storage.set("n", 1); out = this.storage.get("n");`, "storage: true")
	require.Empty(t, host.Describe().Notes)
	require.Equal(t, manifest.DefaultKeys, host.Describe().StorageKeys)
	results, err := host.Run(t.Context(), &extensions.Batch{Records: []hooks.Record{order(nil, protocol.Fields{})}})
	require.NoError(t, err)
	require.NoError(t, results[0].Err)
	require.Equal(t, protocol.Value(`"undefined"`), results[0].Export["out"])
	require.Empty(t, results[0].Left)

	host = stores(t, `out = this.storage === undefined;`, "")
	results, err = host.Run(t.Context(), &extensions.Batch{Records: []hooks.Record{order(nil, protocol.Fields{})}})
	require.NoError(t, err)
	require.Equal(t, protocol.Value("true"), results[0].Export["out"])
}
