package main_test

import (
	"net/http"
	"os"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

type extensionsNow struct {
	Extensions []protocol.ExtensionStatus
	Disabled   []protocol.ExtensionTag
	Schema     protocol.Schema
}

// Disabling is written into the config with all comments kept, survives a
// restart, and the fields go on syncing.
func TestAnExtensionIsSwitched(t *testing.T) {
	f := newServerWithTwoPOS(t)
	f.enable("  # the two fields\n  - path: documented.js # of the guide\n", "documented.js")
	f.hangup("extensions loaded")
	written := func() string {
		text, err := os.ReadFile(f.config)
		require.NoError(t, err)
		return string(text)
	}
	before := written()

	require.Contains(t, must(t, "extension", "disable", "documented", "--server", f.url, "--token", adminToken), "documented: disabled; its fields go on syncing")
	require.Contains(t, written(), "  # the two fields\n  - enabled: false\n    path: documented.js # of the guide\n")
	check := func() {
		var now extensionsNow
		f.admin("GET", "/v1/admin/extensions", nil, &now)
		require.Empty(t, now.Extensions)
		require.Equal(t, []protocol.ExtensionTag{{Name: "documented"}}, now.Disabled)
		require.Equal(t, "documented", now.Schema.Order["first_new_variable"].Owner)
	}
	check()
	bar := f.hand(f.bar, "c1")
	require.Empty(t, bar.do(create("o1", protocol.Fields{"first_new_variable": "1"})).Ignored)
	f.server.stop()
	f.start()
	check()

	// A broken one leaves the file and the chain alone, and says why.
	f.write("documented.js", "models.Order = models.Order.extend({\n")
	out, err := output(t, "extension", "enable", "documented", "--server", f.url, "--token", adminToken)
	require.Error(t, err)
	require.Contains(t, out, "the extensions were not changed")
	require.Contains(t, written(), "enabled: false")
	check()

	f.write("documented.js", sourceOf(t, "documented.js"))
	require.Contains(t, must(t, "extension", "enable", "documented", "--server", f.url, "--token", adminToken), "documented: running")
	require.Contains(t, written(), "  - enabled: true\n    path: documented.js # of the guide\n")
	require.Equal(t, len(before)+len("enabled: true\n    "), len(written()), "nothing else changed")

	admin := caller{t: t, url: f.url, token: adminToken}
	require.Equal(t, http.StatusNotFound, admin.call("PATCH", "/v1/admin/extensions/nobody", map[string]any{"enabled": true}, nil))
	require.Equal(t, http.StatusBadRequest, admin.call("PATCH", "/v1/admin/extensions/documented", map[string]any{"enabled": 1}, nil))
}
