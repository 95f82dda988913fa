package files_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/internal/files/crashtest"
)

// TestWriteIsAllOrNothing at every point of a power cut.
func TestWriteIsAllOrNothing(t *testing.T) {
	for name, before := range map[string]crashtest.Folder{"new": {}, "replaced": {"f": []byte("the old text")}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range before {
				require.NoError(t, os.WriteFile(filepath.Join(dir, file), text, 0o600))
			}
			var steps []files.Step
			stop := files.Watch(func(s files.Step) { steps = append(steps, s) })
			defer stop()
			require.NoError(t, files.Write(filepath.Join(dir, "f"), []byte("the new text"), 0o600))
			seen := map[string]bool{}
			crashtest.Images(before, steps, func(point string, image crashtest.Folder) {
				text, there := image["f"]
				require.Contains(t, []string{string(before["f"]), "the new text"}, string(text), point)
				require.Equal(t, there, text != nil, point)
				seen[string(text)] = true
			})
			require.Len(t, seen, 2)
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Len(t, left, 1, "nothing is left beside it")
		})
	}
}

// TestImagesFindWhatIsWrong: what writes in place, or renames what isn't
// synced, is caught.
func TestImagesFindWhatIsWrong(t *testing.T) {
	before := crashtest.Folder{"f": []byte("the old text")}
	for name, steps := range map[string][]files.Step{
		"in place": {{Do: files.Wrote, Path: "f", Text: []byte("the new text")}, {Do: files.Synced, Path: "f"}},
		"unsynced": {{Do: files.Wrote, Path: "g", Text: []byte("the new text")}, {Do: files.Renamed, Path: "g", To: "f"}},
	} {
		bad := 0
		crashtest.Images(before, steps, func(_ string, image crashtest.Folder) {
			if text := string(image["f"]); text != "the old text" && text != "the new text" {
				bad++
			}
		})
		require.Positive(t, bad, name)
	}
}

func TestWriteKeepsModeAndLink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: Windows has no such modes")
	}
	dir := t.TempDir()
	path, link := filepath.Join(dir, "f"), filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	require.NoError(t, os.Chmod(path, 0o640))
	require.NoError(t, os.Symlink(path, link))
	require.NoError(t, files.Write(link, []byte("new"), 0o600))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)
	info, err = os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), info.Mode().Perm())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "new", string(text))
}

// TestMkdirAll: each folder that is made is named on disk, from above to below.
func TestMkdirAll(t *testing.T) {
	dir := t.TempDir()
	var synced []string
	stop := files.Watch(func(s files.Step) { synced = append(synced, s.Do+" "+s.Path) })
	defer stop()
	below := filepath.Join(dir, "a", "b")
	require.NoError(t, files.MkdirAll(below+string(filepath.Separator), 0o700))
	require.DirExists(t, below)
	require.Equal(t, []string{"sync folder " + dir, "sync folder " + filepath.Dir(below)}, synced)
	require.NoError(t, files.MkdirAll(below, 0o700))
	require.Len(t, synced, 2, "nothing was made")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "f"), nil, 0o600))
	require.Error(t, files.MkdirAll(filepath.Join(dir, "f"), 0o700), "a file stands there")
	require.Error(t, files.MkdirAll(filepath.Join(dir, "f", "g"), 0o700))
}

// TestFoldersThatCantBeSynced: file systems of a network refuse it; then the
// file is there all the same, and nobody is told that it isn't.
func TestFoldersThatCantBeSynced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, cant := range []error{syscall.EINVAL, syscall.ENOTSUP, syscall.ENOSYS} {
		back := files.SyncFolder(func(d *os.File) error { return &os.PathError{Op: "sync", Path: d.Name(), Err: cant} })
		require.NoError(t, files.Write(path, []byte("x"), 0o600), cant)
		back()
	}
	back := files.SyncFolder(func(*os.File) error { return syscall.EIO })
	defer back()
	require.ErrorIs(t, files.Write(path, []byte("x"), 0o600), syscall.EIO)
}

func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))
	require.Error(t, files.Write(filepath.Join(dir, "folder"), []byte("x"), 0o600), "a folder stands there")
	require.True(t, errors.Is(files.Write(filepath.Join(dir, "none", "f"), nil, 0o600), os.ErrNotExist))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1)
}
