package jsprocess_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/jsprocess"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// TestMain makes this program the extension's process where it is started as
// one: that of JavaScript, or the Go plugin "steps".
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == jsprocess.Command:
		if err := jsprocess.Serve(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case pluginpb.Started():
		plugin.Serve(plugin.Extension{
			Name:      "steps",
			Order:     func() sdk.OrderHooks { return new(stepsOrder) },
			Orderline: func() sdk.OrderlineHooks { return new(stepsLine) },
			Effect:    func(_ context.Context, e sdk.Effect) (sdk.Result, error) { return sdk.ResultOf(e.ID) },
		})
	default:
		os.Exit(m.Run())
	}
}

// start starts an extension's process, which ends with the test.
func start(t *testing.T, o jsprocess.Options) extensions.Host {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	host, err := jsprocess.Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, host.Close()) })
	return host
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// inHook is an extension that does something whenever the field `go` is set
// to now.
func inHook(body string) string {
	return `
var _super = models.Order.prototype;
var kept = [];
models.Order = models.Order.extend({
    init_from_JSON: function (json) { this.go = json.go; _super.init_from_JSON.call(this, json); },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.go = this.go;
        if (this.go === "now") { ` + body + ` }
        return data;
    },
});`
}

var at = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func order(stored, merged protocol.Fields) *hooks.Snapshot {
	return &hooks.Snapshot{
		RecordHead: hooks.RecordHead{
			Model: protocol.ModelOrder, Order: "o1", Number: 4, Run: 2, New: stored == nil, At: at, Seed: 7, Tapped: at.Add(-time.Hour), Mutation: "c1/7",
		},
		Stored: stored,
		Merged: merged,
		Lines:  func() []protocol.Line { return nil },
	}
}

func batch(records ...*hooks.Snapshot) *extensions.Batch {
	b := &extensions.Batch{MultiSession: "m"}
	for _, r := range records {
		b.Records = append(b.Records, r)
	}
	return b
}
