package notes_test

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions/notes"
)

func TestNoteInWords(t *testing.T) {
	n := notes.Note{Place: notes.Place{File: "a.js", Line: 3, Column: 7}, Message: "it is so", Fix: "do that"}
	require.Equal(t, "a.js:3:7: it is so: do that", n.String())
	n.Column, n.Fix = 0, ""
	require.Equal(t, "a.js:3: it is so", n.String())
	n.Place = notes.Place{}
	require.Equal(t, "it is so", n.String())
}

func TestFailuresInAnError(t *testing.T) {
	one, other := &notes.Failure{Note: notes.Note{Message: "one"}}, &notes.Failure{Note: notes.Note{Message: "other"}, Err: os.ErrNotExist}
	err := fmt.Errorf("load: %w", errors.Join(one, errors.New("plain"), fmt.Errorf("in: %w", other)))
	require.Equal(t, []notes.Note{one.Note, other.Note}, notes.Failures(err))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Empty(t, notes.Failures(errors.New("plain")))
	require.Empty(t, notes.Failures(nil))
}

var codeForm = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

// Each code is once in the table, with all that the page says of it.
func TestTableIsWhole(t *testing.T) {
	seen := map[notes.Code]bool{}
	for _, e := range notes.Table {
		require.Regexp(t, codeForm, string(e.Code))
		require.False(t, seen[e.Code], "%s is there twice", e.Code)
		seen[e.Code] = true
		require.Contains(t, []notes.Severity{notes.Error, notes.Warning, notes.Info}, e.Severity, e.Code)
		require.Contains(t, []string{"", "JavaScript", "Go"}, e.Of, e.Code)
		require.Regexp(t, `^\S.*[.]$`, e.Means, e.Code)
		require.Regexp(t, `^\S.*[.]$`, e.Fix, e.Code)
	}
}

// Each constant of a code has its entry.
func TestEachCodeIsInTheTable(t *testing.T) {
	var all [][]string
	for _, file := range []string{"codes.go", "codes_go.go"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		all = append(all, regexp.MustCompile(`(?m)^\t\w+ +Code = "(.*)"$`).FindAllStringSubmatch(string(text), -1)...)
	}
	require.Len(t, notes.Table, len(all))
	for _, m := range all {
		require.NotEmpty(t, notes.Of(notes.Code(m[1])).Means, m[1])
	}
	require.Equal(t, notes.Error, notes.Of("unheard-of").Severity)
}

func TestPageIsCurrent(t *testing.T) {
	page, err := os.ReadFile("../../docs/extension-check.md")
	require.NoError(t, err)
	require.Equal(t, string(page), notes.Page(), "run go generate ./extensions/check")
}
