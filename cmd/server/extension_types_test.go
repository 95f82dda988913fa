package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The types have every enabled field by its type, from folders and from a server
// alike; the folder of a new extension comes with its own.
func TestExtensionTypes(t *testing.T) {
	t.Parallel()
	f := newServerWithTwoPOS(t)
	folder := filepath.Join(f.dir, "doneness")
	require.NoError(t, os.Mkdir(folder, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "extension.yaml"), []byte(`name: doneness
fields:
  order: {ready_at: {type: time}, rooms: {type: "string[]", merge: union, enum: [A, B]}, seats: {type: integer, min: 1}}
  orderline: {doneness: {enum: [rare, done], label: Doneness}, note: {type: string}, extras: {type: object}}
`), 0o600))
	script, err := filepath.Abs("../../extensions/javascript/testdata/documented.js")
	require.NoError(t, err)

	out := must(t, "extension", "types", folder, script)
	for _, want := range []string{
		"  ready_at?: string | null;\n", `  rooms?: ("A" | "B")[] | null;`, "  seats?: number | null;\n", `  doneness?: "rare" | "done" | null;`,
		"  note?: string | null;\n", "  extras?: Record<string, any> | null;\n", "  partner_id?: number | string | null;\n", "/** Doneness (of doneness; merge: last) */",
		"  first_new_variable?: ", "declare const models: {",
	} {
		require.Contains(t, out, want)
	}

	f.enable("  - {path: doneness}\n  - {path: " + script + ", timeout: 5s}\n")
	f.hangup("extensions loaded")
	file := filepath.Join(f.dir, "manytill.d.ts")
	must(t, "extension", "types", "--url", f.url, "--admin-token", adminToken, "--out", file)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, out, string(text))

	must(t, "extension", "new", "hello", "--ts", "--dir", f.dir)
	text, err = os.ReadFile(filepath.Join(f.dir, "hello", "manytill.d.ts"))
	require.NoError(t, err)
	require.Equal(t, must(t, "extension", "types", filepath.Join(f.dir, "hello")), string(text))
	require.Contains(t, string(text), "  hello_note?: string | null;\n")

	said, err := output(t, "extension", "types", folder, folder)
	require.Error(t, err)
	require.Contains(t, said, "belongs to doneness and to doneness")
}

// An editor's schema of extension.yaml is JSON.
func TestManifestSchema(t *testing.T) {
	t.Parallel()
	var schema map[string]any
	require.NoError(t, json.Unmarshal([]byte(must(t, "extension", "types", "--manifest-schema")), &schema))
	require.Equal(t, "object", schema["type"])
	_, err := output(t, "extension", "types", "--manifest-schema", ".")
	require.Error(t, err)
}
