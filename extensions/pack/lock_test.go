package pack_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions/pack"
)

// What the lock names is found again, and a change on the disk is told with its file.
func TestLock(t *testing.T) {
	file, _, err := pack.Make(folder(t, note()))
	require.NoError(t, err)
	p, err := pack.Open(file)
	require.NoError(t, err)
	base := t.TempDir()
	path := filepath.Join(base, pack.LockName)
	lock, err := pack.ReadLock(path)
	require.NoError(t, err)
	require.Empty(t, lock.Extensions)

	require.NoError(t, p.Unpack(filepath.Join(base, "note")))
	lock.Extensions["note"] = pack.Pinned{Version: "1.0.0", Path: "note", From: `a "b": c`, SHA256: p.Sum, Files: p.Files}
	require.NoError(t, os.WriteFile(path, lock.Text(), 0o600))
	again, err := pack.ReadLock(path)
	require.NoError(t, err)
	require.Equal(t, lock, again)
	name, pinned, found := again.At(base, filepath.Join(base, "note")+"/")
	require.True(t, found)
	require.Equal(t, "note", name)
	require.NoError(t, pinned.Check(base))
	_, _, found = again.At(base, filepath.Join(base, "other"))
	require.False(t, found)

	script := filepath.Join(base, "note", "src", "note.js")
	require.NoError(t, os.WriteFile(script, []byte("var b;"), 0o600))
	require.ErrorContains(t, pinned.Check(base), script+" was changed after it was added: its sha256 is ")
	require.NoError(t, os.Remove(script))
	require.ErrorContains(t, pinned.Check(base), script+" is gone")

	for says, text := range map[string]string{
		"extensions.lock: [1:1]": "extension: {}", "must have a path inside the config's folder": "extensions: {a: {path: ../a, files: {a: b}}}",
	} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := pack.ReadLock(path)
		require.ErrorContains(t, err, says)
	}
}
