package javascript_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// localeText is a file of testdata/locale.
func localeText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../testdata/locale/" + name)
	require.NoError(t, err)
	return string(text)
}

// Numbers and dates as texts: the vectors that pages have too.
func TestLocaleVectors(t *testing.T) {
	for name, least := range map[string]int{"made.json": 2500, "own.json": 70} {
		t.Run(name, func(t *testing.T) {
			quoted, err := json.Marshal(localeText(t, name))
			require.NoError(t, err)
			host := script(t, "var run = "+localeText(t, "run.js")+";\n"+inHook("data.go = run(JSON.parse("+string(quoted)+"));"))
			var got struct {
				Ran    int
				Failed []string
			}
			require.NoError(t, run(t, host, order(nil, protocol.Fields{"go": `"now"`})).Export["go"].Decode(&got))
			require.Empty(t, got.Failed)
			require.GreaterOrEqual(t, got.Ran, least)
		})
	}
}

// What a vendor does with these functions stays its own: it ends with words, or goes on.
func TestLocaleWithHostileArguments(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"an option that throws":       {`try { (1).toLocaleString("de", {get style() { throw new Error("mine"); }}); } catch (e) { data.go = e.message; }`, `"mine"`},
		"a locale that never ends":    {`try { (1).toLocaleString("a-".repeat(1000000)); } catch (e) { data.go = e.name; }`, `"RangeError"`},
		"a symbol":                    {`try { (1).toLocaleString("de", {style: Symbol("x")}); } catch (e) { data.go = e.name; }`, `"TypeError"`},
		"options of a number":         {`data.go = (1.5).toLocaleString("de", 5);`, `"1,5"`},
		"a stand-in for options":      {`try { data.go = (1.5).toLocaleString("de", this.pos.gui); } catch (e) { data.go = e.name; }`, `"RangeError"`},
		"digits without end":          {`try { (1).toLocaleString("de", {minimumFractionDigits: Infinity}); } catch (e) { data.go = e.name; }`, `"RangeError"`},
		"a list within itself":        {`var list = [1.5]; list.push(list); data.go = list.toLocaleString("de");`, `"1,5,"`},
		"a function that was changed": {`Number.prototype.toLocaleString = function () { return "mine"; }; data.go = [1].toLocaleString();`, `"mine"`},
	} {
		t.Run(name, func(t *testing.T) {
			host := script(t, inHook(c.body))
			require.Equal(t, protocol.Value(c.want), run(t, host, order(nil, protocol.Fields{"go": `"now"`})).Export["go"])
			if name == "a function that was changed" { // that runtime isn't used again
				require.Equal(t, protocol.Value(`"1,5"`), run(t, script(t, inHook(`data.go = (1.5).toLocaleString("it");`)), order(nil, protocol.Fields{"go": `"now"`})).Export["go"])
			}
		})
	}
}

// A list without end is stopped as any loop is.
func TestLocaleOfEndlessListIsStopped(t *testing.T) {
	for _, body := range []string{
		`(1).toLocaleString({length: Infinity, get 0() { return "de"; }, __proto__: new Proxy({}, {get: function () { return "de"; }})});`,
		`Array.prototype.toLocaleString.call({length: Infinity});`,
	} {
		host := script(t, inHook(body))
		ctx, cancel := context.WithTimeout(context.Background(), 300*1e6)
		results, err := host.Run(ctx, &extensions.Batch{Records: []hooks.Record{order(protocol.Fields{}, protocol.Fields{"go": `"now"`})}})
		cancel()
		require.NoError(t, err)
		require.Error(t, results[0].Err)
	}
}
