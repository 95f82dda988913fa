package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// A new version runs beside the old one on a real server, until the operator swaps.
func TestLiveShadow(t *testing.T) {
	f := newServerWithTwoPOS(t)
	require.NoError(t, os.Mkdir(filepath.Join(f.dir, "new"), 0o700))
	f.write("new/documented.js", strings.Replace(sourceOf(t, "documented.js"), "this.first_new_variable = data.first_new_variable;",
		`this.first_new_variable = data.first_new_variable === "seven" ? "eight" : data.first_new_variable;`, 1))
	f.enable("  - path: documented.js\n    timeout: 30s\n  - path: new/documented.js\n    timeout: 30s\n    shadow: true\n", "documented.js")
	f.hangup("extensions loaded")
	bar := f.hand(f.bar, "c1")
	require.Equal(t, protocol.Applied, bar.do(create("o1", protocol.Fields{"first_new_variable": `"six"`})).Status)
	require.Equal(t, protocol.Applied, bar.do(create("o2", protocol.Fields{"first_new_variable": `"seven"`})).Status)
	require.Equal(t, protocol.Value(`"seven"`), bar.fields("o2")["first_new_variable"])
	admin := caller{t: t, url: f.url, token: adminToken}
	var all protocol.ExtensionsResponse
	require.Eventually(t, func() bool {
		all = protocol.ExtensionsResponse{}
		return admin.call("GET", "/v1/admin/extensions", nil, &all) == http.StatusOK && all.Extensions[0].Shadow.Runs == 2
	}, patience, 20*time.Millisecond)
	require.Len(t, all.Extensions, 1, "a shadow is no extension of its own")
	require.Empty(t, all.Disabled)
	listed := must(t, "extension", "list", "--server", f.url, "--token", adminToken)
	require.Contains(t, listed, ": 1 of 2 records would differ\n")
	require.Contains(t, listed, " order o2\n      first_new_variable: \"seven\" → \"eight\"")

	// Disabled and enabled by its name, the old version is meant.
	must(t, "extension", "disable", "documented", "--server", f.url, "--token", adminToken)
	config, err := os.ReadFile(f.config)
	require.NoError(t, err)
	require.Contains(t, string(config), "  - enabled: false\n    path: documented.js\n")
	require.Contains(t, must(t, "extension", "list", "--server", f.url, "--token", adminToken), "documented: disabled; its fields go on syncing")
	must(t, "extension", "enable", "documented", "--server", f.url, "--token", adminToken)
	require.Equal(t, protocol.Applied, bar.do(create("o3", protocol.Fields{"first_new_variable": `"seven"`})).Status)
	require.Eventually(t, func() bool {
		return strings.Contains(must(t, "extension", "list", "--server", f.url, "--token", adminToken), ": 1 of 1 records would differ")
	}, patience, 20*time.Millisecond, "it begins anew with each set of extensions")

	// The operator swaps.
	f.enable("  - path: new/documented.js\n    timeout: 30s\n")
	must(t, "extension", "reload", "--server", f.url, "--token", adminToken)
	require.Equal(t, protocol.Applied, bar.do(create("o4", protocol.Fields{"first_new_variable": `"seven"`})).Status)
	require.Equal(t, protocol.Value(`"eight"`), bar.fields("o4")["first_new_variable"])

	f.enable("  - path: documented.js\n  - path: third.js\n    shadow: true\n", "documented.js", "third.js")
	out, err := output(t, "extension", "reload", "--server", f.url, "--token", adminToken)
	require.Error(t, err)
	require.Contains(t, out, "no enabled extension is named third, to run beside")
}
