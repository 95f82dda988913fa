package multisession_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

const cardsManifest = `name: cards
js: cards.js
effects: {book: {url: "https://cards.example/book"}, thank: {url: "https://cards.example/thank"}}
fields: {order: {card: {type: string}, booking: {type: string, derived: true}}}
`

const cardsScript = `
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.card = json.card;
        this.booking = json.booking;
        this.paid = json.mt_state === "paid";
    },
    apply_ms_data: function (data) { this.card = data.card; this.paid = data.mt_state === "paid"; },
    effect_result: function (name, key, result) {
        if (name === "book") {
            this.booking = result.body.number;
            this.effect("thank", result.body.number, {card: this.card});
        }
    },
    export_as_JSON: function () {
        var out = _super.export_as_JSON.apply(this, arguments);
        if (this.paid) this.effect("book", "paid", {card: this.card, total: this.get_total_with_tax()});
        out.card = this.card;
        out.booking = this.booking;
        return out;
    },
});`

// The whole way of an effect of a file's hooks: from the change that pays the order
// to the field that says what came of it.
func TestEffectOfAScript(t *testing.T) {
	dir, log := t.TempDir(), slog.New(slog.DiscardHandler)
	for name, text := range map[string]string{manifest.FileName: cardsManifest, "cards.js": cardsScript} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	m, err := manifest.Load(dir)
	require.NoError(t, err)
	host, err := javascript.Load(t.Context(), javascript.Options{Manifest: m, Timeout: 30 * time.Second, Log: log})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, host.Close()) })
	require.Empty(t, host.Describe().Notes)
	chain, err := extensions.Build([]extensions.Entry{{Host: host, Timeout: 30 * time.Second}}, extensions.Options{Now: time.Now, Log: log})
	require.NoError(t, err)
	f := newMemSessionWith(t, chain)

	f.do("a1", addLines)
	f.do("a1", `[{"op":"order.set","order":"o1","set":{"card":"C1"}}]`)
	require.Empty(t, f.effects("o1"))
	f.do("a1", `[`+payO1+`,`+closeO1+`]`)
	require.Equal(t, []string{`cards book/paid {"card":"C1","total":10} waiting `}, f.effects("o1"))

	before := f.session.Feed.Head()
	require.NoError(t, f.outcome(f.effect("o1"), `{"status":201,"body":{"number":"B7"}}`).Err)
	change := f.changes(before)[0]
	require.Equal(t, "extension:cards", change.By.Server)
	require.Equal(t, protocol.Fields{"booking": `"B7"`}, change.Orders["o1"].Set)
	require.Equal(t, []string{
		`cards book/paid {"card":"C1","total":10} done {"status":201,"body":{"number":"B7"}}`, `cards thank/B7 {"card":"C1"} waiting `,
	}, f.effects("o1"))
}
