// Command house measures how the source of a checkout is built, for `make
// house`:
//
//	go run ./internal/house [FOLDER]
//
// It owns the counting: of types and names (source.go), of shapes (shapes.go),
// of the files that a push passes (push.go). It says nothing of whether a number
// is good. It needs git and a Go toolchain.
package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	folder := "."
	if len(os.Args) > 1 {
		folder = os.Args[1]
	}
	if err := measure(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// source is the tracked files of a checkout.
type source struct {
	folder string
	files  []string
}

func measure(folder string) error {
	listed, err := exec.Command("git", "-C", folder, "ls-files").Output()
	if err != nil {
		return fmt.Errorf("git ls-files in %s: %w", folder, err)
	}
	s := &source{folder: folder, files: strings.Fields(string(listed))}
	for _, part := range []func() (string, error){
		s.passed, s.largest, s.exported, s.declared, s.ratio, s.lengths, s.clone,
	} {
		told, err := part()
		if err != nil {
			return err
		}
		fmt.Println(told)
	}
	return nil
}

// code are the files of a language that people write: no tests, nothing
// generated or built.
func (s *source) code(suffixes ...string) (files []string) {
	for _, f := range s.files {
		if !slices.Contains(suffixes, filepath.Ext(f)) || isTest(f) || strings.Contains(f, "/dist/") || strings.Contains(f, "testdata/") || strings.HasSuffix(f, ".d.ts") {
			continue
		}
		if text, err := s.read(f); err == nil && !strings.Contains(text[:min(len(text), 500)], "DO NOT EDIT") {
			files = append(files, f)
		}
	}
	return files
}

func isTest(f string) bool {
	return strings.HasSuffix(f, "_test.go") || strings.Contains(f, "/test/") || strings.HasSuffix(f, ".test.ts")
}

func (s *source) read(f string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(s.folder, f))
	return string(raw), err
}

// lines are those that aren't blank.
func (s *source) lines(f string) int {
	text, _ := s.read(f)
	n := 0
	for _, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) != "" {
			n++
		}
	}
	return n
}

// ratio is how much test the TypeScript client has for its code.
func (s *source) ratio() (string, error) {
	code, tests := 0, 0
	for _, f := range s.code(".ts") {
		if strings.HasPrefix(f, "sdk/js/src/") {
			code += s.lines(f)
		}
	}
	for _, f := range s.files {
		if strings.HasPrefix(f, "sdk/js/test/") && strings.HasSuffix(f, ".ts") {
			tests += s.lines(f)
		}
	}
	return fmt.Sprintf("TypeScript client, lines of test to lines of code: %.2f (%d to %d)", float64(tests)/float64(max(code, 1)), tests, code), nil
}

func (s *source) lengths() (string, error) {
	var told []string
	for _, language := range [][]string{{".go"}, {".ts", ".tsx"}} {
		var all []int
		for _, f := range s.code(language...) {
			all = append(all, s.lines(f))
		}
		slices.Sort(all)
		if n := len(all); n > 0 {
			told = append(told, fmt.Sprintf("%s: %d files, median %d, p90 %d", strings.Join(language, " "), n, all[n/2], all[n*9/10]))
		}
	}
	return "lengths of files in lines: " + strings.Join(told, "; "), nil
}

// clone is the size of a fresh clone without history.
func (s *source) clone() (string, error) {
	into, err := os.MkdirTemp("", "house")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(into)
	from, err := filepath.Abs(s.folder)
	if err != nil {
		return "", err
	}
	if out, err := exec.Command("git", "clone", "--quiet", "--depth", "1", "file://"+from, into+"/clone").CombinedOutput(); err != nil {
		return "", fmt.Errorf("git clone: %w: %s", err, out)
	}
	var bytes int64
	err = filepath.Walk(into, func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			bytes += info.Size()
		}
		return err
	})
	return fmt.Sprintf("a fresh clone at depth 1: %.1f MB", float64(bytes)/1e6), err
}

// top tells the largest counts.
func top(counts map[string]int, most int) string {
	names := make([]string, 0, len(counts))
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	var told []string
	for _, name := range names[:min(most, len(names))] {
		told = append(told, fmt.Sprintf("%s %d", name, counts[name]))
	}
	return strings.Join(told, ", ")
}
