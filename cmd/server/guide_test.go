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

// guideBlock is a block of a page, and the name of its file, if the words before it end
// with one: `note.js`:
var guideBlock = regexp.MustCompile("(?:`([\\w./-]+)`:\n+)?(?m:^)```(\\w*)\n((?s:.*?))(?m:^)```")

// scriptOf is a page as a script: files are written and commands run, in the page's
// order.
func scriptOf(t *testing.T, page string) string {
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	script := ""
	for _, block := range guideBlock.FindAllStringSubmatch(string(text), -1) {
		switch name, language, content := block[1], block[2], block[3]; {
		case language == "sh":
			script += content
		case name != "":
			script += "mkdir -p $(dirname " + name + ")\ncat > " + name + " <<'END_OF_FILE'\n" + content + "END_OF_FILE\n"
		}
	}
	return script
}

// TestTheVendorGuide runs the commands of the guide's pages as they stand, on the files
// that they show, each page in an empty folder.
func TestTheVendorGuide(t *testing.T) {
	pages, err := filepath.Glob("../../docs/guide/*.md")
	require.NoError(t, err)
	bin := t.TempDir()
	require.NoError(t, os.Symlink(manytill, filepath.Join(bin, "manytill")))
	ran := 0
	for _, page := range append(pages, "../../docs/vendor-guide.md") {
		script := scriptOf(t, page)
		if script == "" {
			continue
		}
		ran++
		t.Run(filepath.Base(page), func(t *testing.T) {
			free, err := freePort()
			require.NoError(t, err)
			script = "set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n" +
				strings.ReplaceAll(script, "127.0.0.1:8765", free)
			cmd := exec.Command("bash", "-c", script)
			cmd.Dir = t.TempDir()
			cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "XDG_DATA_HOME="+t.TempDir())
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, string(out))
		})
	}
	require.Greater(t, ran, 6)
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
