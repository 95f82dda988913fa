package manifest_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/manifest/internal/comments"
)

// Both copies of the editor's schema are what the Go type says.
func TestEditorSchemaIsCurrent(t *testing.T) {
	words, err := comments.Of(".")
	require.NoError(t, err)
	want, err := manifest.BuildEditorSchema(words)
	require.NoError(t, err)
	committed, err := os.ReadFile("../../docs/extension.schema.json")
	require.NoError(t, err)
	const stale = "it is stale: run go generate ./extensions/manifest"
	require.Equal(t, string(want), string(committed), stale)
	require.Equal(t, string(want), string(manifest.EditorSchema()), stale)
}

// Every key needs words, for what an editor shows.
func TestEveryKeyHasWords(t *testing.T) {
	words, err := comments.Of(".")
	require.NoError(t, err)
	delete(words, "Manifest.JS")
	_, err = manifest.BuildEditorSchema(words)
	require.ErrorContains(t, err, "there is no comment on Manifest.JS")
}

// editor holds a manifest's text against the schema, as an editor does.
func editor(t *testing.T) func(text string) error {
	t.Helper()
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(manifest.EditorSchema()))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("extension.json", tree))
	schema, err := compiler.Compile("extension.json")
	require.NoError(t, err)
	return func(text string) error {
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			return err
		}
		raw, err := json.Marshal(value)
		require.NoError(t, err)
		tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		require.NoError(t, err)
		return schema.Validate(tree)
	}
}

// An editor finds nothing in manifests that are good.
func TestEditorTakesGoodManifests(t *testing.T) {
	validate := editor(t)
	paths, err := filepath.Glob("../../plugins/example/*/extension.yaml")
	require.NoError(t, err)
	require.Greater(t, len(paths), 10)
	more, err := filepath.Glob("../check/testdata/good/go/*/extension.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, more)
	for _, path := range slices.Concat(paths, more) {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, validate(string(text)), path)
	}
	for _, text := range []string{
		whole, "name: a\njs: [b.js, src/a.ts]\nversion: 1.0\nstorage: true\n", "name: a\nexec: ./a\nstorage: {max_keys: 7}\nwrites: {order: [partner_id]}\n",
		field("enum: [rare, medium]"), field("type: integer, merge: counter, min: 1, max: 8, label: 7"),
		"name: a\njs: a.js\neffects: {book: {url: 'https://a.example', timeout: 1m30s}}\n",
	} {
		require.NoError(t, validate(text), text)
	}
}

// silent are mistakes that a schema has no words for, or that stop the YAML itself
// from being read.
var silent = []string{
	"the same twice", "two documents", "derived by nobody", "fields of nothing", "after itself", "lookaround", "max below min",
	"enum, wrong type", "enum, other type", "enum, an entry", "enum above max",
}

// An editor finds the mistakes that a schema can say.
func TestEditorFindsMistakes(t *testing.T) {
	validate := editor(t)
	for name, c := range mistakes {
		err := validate(c.text)
		if slices.Contains(silent, name) {
			assert.NoError(t, err, "%s: take it out of silent", name)
		} else {
			assert.Error(t, err, name)
		}
	}
}
