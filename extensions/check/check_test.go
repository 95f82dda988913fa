package check_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions/check"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

func run(t *testing.T, path string, with ...string) *check.Report {
	t.Helper()
	r, err := check.Run(context.Background(), check.Options{Path: path, With: with})
	require.NoError(t, err)
	return r
}

func TestReport(t *testing.T) {
	r := run(t, "../javascript/testdata/documented.js")
	require.Equal(t, check.JavaScript, r.Kind)
	require.Equal(t, "documented", r.Name)
	require.Len(t, r.Fields, 2)
	require.Empty(t, r.Findings)
	require.Equal(t, "synced", r.Fields[0].Verdict)

	text, err := json.Marshal(r)
	require.NoError(t, err)
	require.Contains(t, string(text), `"findings":[]`)
}

// What isn't taken isn't synced, also where that is worth no more than a note.
func TestVerdicts(t *testing.T) {
	for path, verdict := range map[string]string{"export-only": "export-only", "one-way": "one-way", "clock": "clock"} {
		r := run(t, filepath.Join("testdata", "zoo", "js", path))
		require.True(t, slices.ContainsFunc(r.Fields, func(row check.FieldRow) bool { return row.Verdict == verdict }), "%s: %+v", path, r.Fields)
	}
}

func TestFieldsAlone(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "extension.yaml"), []byte("name: seats\nfields: {orderline: {seat: {type: integer}}}\n"), 0o600))
	r := run(t, dir)
	require.Equal(t, check.Fields, r.Kind)
	require.Empty(t, r.Findings)
	require.NotEmpty(t, r.Fields)
}

func TestCollision(t *testing.T) {
	other := filepath.Join(t.TempDir(), "other.js")
	text, err := os.ReadFile("../javascript/testdata/documented.js")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(other, text, 0o600))
	r := run(t, "../javascript/testdata/documented.js", other)
	require.True(t, r.Failed(false))
	require.Equal(t, notes.Collision, r.Findings[0].Code)
	require.Contains(t, r.Findings[0].Message, "both claim the "+string(protocol.ModelOrder)+" field first_new_variable")
}

func TestWhatCantBeChecked(t *testing.T) {
	_, err := check.Run(context.Background(), check.Options{Path: "nowhere.js"})
	require.ErrorContains(t, err, "nowhere.js can't be checked: there is no such file or folder")
	bad := filepath.Join(t.TempDir(), "bad.js")
	require.NoError(t, os.WriteFile(bad, []byte("var x = ;"), 0o600))
	_, err = check.Run(context.Background(), check.Options{Path: "../javascript/testdata/documented.js", With: []string{bad}})
	require.ErrorContains(t, err, "bad.js, given by --with, can't be loaded")

	r := run(t, bad)
	require.True(t, r.Failed(false))
	require.Equal(t, notes.Syntax, r.Findings[0].Code)
	require.Equal(t, notes.Place{File: bad, Line: 1, Column: 9}, r.Findings[0].Place)
}
