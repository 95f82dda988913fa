package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var commandBlock = regexp.MustCompile("(?s)\n```sh\n(.*?)```")

// TestTheVendorGuide runs the guide's commands as they stand, in an empty
// folder.
func TestTheVendorGuide(t *testing.T) {
	guide, err := os.ReadFile("../../docs/vendor-guide.md")
	require.NoError(t, err)
	script := "set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n"
	blocks := commandBlock.FindAllStringSubmatch(string(guide), -1)
	require.Greater(t, len(blocks), 3)
	for _, block := range blocks {
		script += block[1]
	}
	free, err := freePort()
	require.NoError(t, err)
	script = strings.ReplaceAll(script, "127.0.0.1:8765", free)
	bin := t.TempDir()
	require.NoError(t, os.Symlink(manytill, filepath.Join(bin, "manytill")))
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "XDG_DATA_HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

// TestFirstCalls runs the commands that the protocol's page begins with.
func TestFirstCalls(t *testing.T) {
	page, err := os.ReadFile("../../docs/protocol.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "## First calls\n")
	require.True(t, found)
	_, rest, found = strings.Cut(rest, "```sh\n")
	require.True(t, found)
	script, _, found := strings.Cut(rest, "```")
	require.True(t, found)
	f := newServerWithTwoPOS(t)
	cmd := exec.Command("bash", "-c", "set -euo pipefail\n"+script)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "URL="+f.url, "TOKEN="+f.bar)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), `"status":"applied"`)
	o := f.orders()[0]
	require.EqualValues(t, []any{"by-hand-1", 1, "2"}, []any{string(o.ID), int(o.Number), string(o.Lines[0].Fields["qty"])})
}
