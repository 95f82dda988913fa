package main_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is imported loads, and what is printed says what became of it.
func TestExtensionImport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	made := filepath.Join(dir, "kitchen")
	out := must(t, "extension", "import", "../../extensions/javascript/testdata/corpus/gift_card_15.js", "--out", made)
	require.Contains(t, out, made+" is made: 1 script and "+filepath.Join(made, "extension.yaml"))
	require.Regexp(t, `FIELD +MODEL +TYPE +MERGE +FOUND\n`, out)
	require.Contains(t, out, "manytill extension check "+made)
	must(t, "extension", "types", made)

	var report struct {
		Name    string
		Scripts []string
	}
	text := must(t, "extension", "import", "--json", "../../extensions/javascript/testdata/documented.js", "--out", filepath.Join(dir, "other"), "--name", "other")
	require.NoError(t, json.Unmarshal([]byte(text), &report))
	require.Equal(t, "other", report.Name)
	require.Equal(t, []string{"documented.js"}, report.Scripts)

	said, err := output(t, "extension", "import", "nowhere")
	require.Error(t, err)
	require.Contains(t, said, "there is no such file or folder")
}
