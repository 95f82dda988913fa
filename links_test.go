package manytill_test

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

var (
	codeBlock  = regexp.MustCompile("(?s)```.*?```")
	codeInText = regexp.MustCompile("`[^`\n]*`")
	link       = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	heading    = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	notInSlug  = regexp.MustCompile(`[^\p{L}\p{N}\- _]`)
	scheme     = regexp.MustCompile(`^[a-z]+:`)
)

// TestLinks follows every relative link and picture of every page: the file
// is there, and so is the heading that the link names.
func TestLinks(t *testing.T) {
	pages := files(t, ".md")
	seen := 0
	for _, page := range pages {
		for _, target := range linksOf(t, page) {
			if scheme.MatchString(target) {
				continue
			}
			seen++
			path, anchor, _ := strings.Cut(target, "#")
			path, err := url.PathUnescape(path)
			require.NoError(t, err, "%s links to %s", page, target)
			file := page
			if path != "" {
				file = filepath.Join(filepath.Dir(page), filepath.FromSlash(path))
			}
			_, err = os.Stat(file)
			require.NoError(t, err, "%s links to %s", page, target)
			if anchor != "" {
				require.Contains(t, anchorsOf(t, file), anchor, "%s links to %s", page, target)
			}
		}
	}
	require.Greater(t, len(pages), 10)
	require.Greater(t, seen, 50)
}

var (
	code      = []string{".go", ".ts", ".tsx", ".proto", ".yaml"}
	namedPage = regexp.MustCompile(`\bdocs/[\w/-]+\.md\b`)
)

// TestPagesThatCodeNames: the pages that comments and messages name are there.
func TestPagesThatCodeNames(t *testing.T) {
	seen := 0
	for _, file := range files(t, code...) {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, page := range namedPage.FindAllString(string(content), -1) {
			seen++
			_, err := os.Stat(filepath.FromSlash(page))
			require.NoError(t, err, "%s names %s", file, page)
		}
	}
	require.Greater(t, seen, 10)
}

func linksOf(t *testing.T, page string) (targets []string) {
	for _, m := range link.FindAllStringSubmatch(codeInText.ReplaceAllString(text(t, page), ""), -1) {
		targets = append(targets, m[1])
	}
	return targets
}

// anchorsOf gives the names that GitHub makes of a page's headings.
func anchorsOf(t *testing.T, page string) (names []string) {
	for _, m := range heading.FindAllStringSubmatch(text(t, page), -1) {
		name := notInSlug.ReplaceAllString(strings.ToLower(m[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

func text(t *testing.T, page string) string {
	content, err := os.ReadFile(page)
	require.NoError(t, err)
	return codeBlock.ReplaceAllString(string(content), "")
}

// files are those of the repository with one of the endings.
func files(t *testing.T, endings ...string) (found []string) {
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !d.IsDir() && slices.Contains(endings, filepath.Ext(path)) {
			found = append(found, path)
		}
		return nil
	}))
	return found
}

// TestChangelogIsShort: each entry of CHANGELOG.md is one line of at most 120
// characters.
func TestChangelogIsShort(t *testing.T) {
	for line := range strings.Lines(text(t, "CHANGELOG.md")) {
		require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 120, line)
	}
}
