package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/freeport"
)

// guideBlock is a block of a page, and the name of its file, if the words before it end
// with one: `note.js`:
var guideBlock = regexp.MustCompile("(?:`([\\w./-]+)`:\n+)?(?m:^)```(\\w*)\n((?s:.*?))(?m:^)```")

type block struct{ name, language, content string }

// guidePages are the blocks of each page of the guide.
func guidePages(t *testing.T) map[string][]block {
	paths, err := filepath.Glob("../../docs/guide/*.md")
	require.NoError(t, err)
	pages := map[string][]block{}
	for _, path := range append(paths, "../../docs/vendor-guide.md") {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, m := range guideBlock.FindAllStringSubmatch(string(text), -1) {
			pages[filepath.Base(path)] = append(pages[filepath.Base(path)], block{m[1], m[2], m[3]})
		}
	}
	require.Greater(t, len(pages), 10)
	return pages
}

// scriptOf is a page as a script: files are written and commands run, in the page's
// order.
func scriptOf(page []block) (script string) {
	for _, b := range page {
		switch {
		case b.language == "sh":
			script += b.content
		case b.name != "":
			script += "mkdir -p $(dirname " + b.name + ")\ncat > " + b.name + " <<'END_OF_FILE'\n" + b.content + "END_OF_FILE\n"
		}
	}
	return script
}

// TestTheVendorGuide runs the commands of the guide's pages as they stand, on the files
// that they show, each page in an empty folder.
func TestTheVendorGuide(t *testing.T) {
	bin := t.TempDir()
	require.NoError(t, os.Symlink(manytill, filepath.Join(bin, "manytill")))
	for name, page := range guidePages(t) {
		script := scriptOf(page)
		if script == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			script = "set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n" +
				strings.ReplaceAll(script, "127.0.0.1:8765", freeport.Address())
			cmd := exec.Command("bash", "-c", script)
			cmd.Dir = t.TempDir()
			cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "XDG_DATA_HOME="+t.TempDir())
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, string(out))
		})
	}
}

// TestTheGuidesPieces: code of the guide that is no file of its page stands in the
// folder that extension new makes.
func TestTheGuidesPieces(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(manytill, "extension", "new", "greeting", "--js")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	made, err := os.ReadFile(filepath.Join(dir, "greeting", "greeting.js"))
	require.NoError(t, err)
	seen := 0
	for name, page := range guidePages(t) {
		for _, b := range page {
			if b.name != "" || b.language == "" || b.language == "sh" {
				continue
			}
			for line := range strings.Lines(b.content) {
				if line = strings.TrimSpace(line); !strings.HasPrefix(line, "//") {
					seen++
					require.Contains(t, string(made), line, "%s shows a piece of code: name its file in the words before it", name)
				}
			}
		}
	}
	require.Greater(t, seen, 10)
}

// TestTheGuidesGo: the guide's Go programs compile, as if they stood in the repository.
func TestTheGuidesGo(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	dir, replace, packages := t.TempDir(), map[string]string{}, []string(nil)
	for _, page := range guidePages(t) {
		for _, b := range page {
			if filepath.Ext(b.name) != ".go" {
				continue
			}
			file := filepath.Join(dir, strings.ReplaceAll(b.name, "/", "-"))
			require.NoError(t, os.WriteFile(file, []byte(b.content), 0o600))
			replace[filepath.Join(root, "docs", "guide", b.name)] = file
			packages = append(packages, "./docs/guide/"+filepath.Dir(b.name))
		}
	}
	require.NotEmpty(t, replace)
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(t, err)
	file := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(file, overlay, 0o600))
	cmd := exec.Command("go", append([]string{"list", "-export", "-overlay", file}, packages...)...)
	cmd.Dir = root
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
