package crashfs_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/internal/files/crashtest"
	"github.com/manytill/manytill/internal/files/crashtest/crashfs"
)

func mount(t *testing.T, d *crashtest.Disk) (dir string) {
	dir = t.TempDir()
	unmount, err := crashfs.Mount(dir, d)
	if errors.Is(err, crashfs.ErrNotHere) {
		fmt.Fprintf(os.Stderr, "SKIPPED %s: %v\n", t.Name(), err)
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, unmount()) })
	return dir
}

// TestProgramsSeeFiles: what programs do by the mount is what the disk has.
func TestProgramsSeeFiles(t *testing.T) {
	d := crashtest.NewDisk(crashtest.Folder{"sub/f": []byte("the old text")})
	dir := mount(t, d)
	big := bytes.Repeat([]byte("0123456789abcdef"), 40_000) // many requests of the kernel
	require.NoError(t, os.WriteFile(filepath.Join(dir, "big"), big, 0o640))
	out, err := exec.Command("sh", "-ec", `cd "$1"
		cat sub/f; cp big sub/copy; cmp big sub/copy; mv sub/copy sub/moved; ls sub
		printf new >sub/f; printf er >>sub/f; cat sub/f
		mkdir made; rmdir made; mkdir -p a/b; printf x >a/b/c; mv a sub; rm -r sub/a
		if rmdir sub 2>/dev/null; then echo "a full folder was removed"; fi`, "sh", dir).CombinedOutput()
	require.NoError(t, err, string(out))
	require.Equal(t, "the old textf\nmoved\nnewer", string(out))
	require.Equal(t, crashtest.Folder{"big": big, "sub/f": []byte("newer"), "sub/moved": big}, d.Folder())

	f, err := os.OpenFile(filepath.Join(dir, "big"), os.O_RDWR, 0)
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, f.Truncate(3))
	require.NoError(t, os.Remove(f.Name()))
	_, err = f.WriteAt([]byte("gone, but open"), 3)
	require.NoError(t, err)
	got := make([]byte, 17)
	_, err = f.ReadAt(got, 0)
	require.NoError(t, err)
	require.Equal(t, "012gone, but open", string(got))
	info, err := os.Stat(filepath.Join(dir, "sub", "moved"))
	require.NoError(t, err)
	require.EqualValues(t, len(big), info.Size())
	require.NoError(t, os.Chmod(filepath.Join(dir, "sub", "moved"), 0o600))
	info, err = os.Stat(filepath.Join(dir, "sub", "moved"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
}

// TestSyncsReachTheDisk in the order of what programs do, of files and of folders.
func TestSyncsReachTheDisk(t *testing.T) {
	d := crashtest.NewDisk(nil)
	dir := mount(t, d)
	var mu sync.Mutex // the race detector doesn't see that the kernel lets a program go on after its server
	var steps []string
	d.Watch(func(m *crashtest.Moment) {
		mu.Lock()
		defer mu.Unlock()
		steps = append(steps, m.Do)
	})
	require.NoError(t, files.Write(filepath.Join(dir, "f"), []byte("text"), 0o600))
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, []string{crashtest.Created, files.Wrote, files.Synced, files.Renamed, files.SyncedFolder}, slices.Compact(steps))
	for seed := range uint64(20) {
		image, _ := d.Cut(crashtest.Chance(seed))
		require.Equal(t, crashtest.Folder{"f": []byte("text")}, image.Folder())
	}
}

// TestMadeFoldersStay, with what is written into them.
func TestMadeFoldersStay(t *testing.T) {
	d := crashtest.NewDisk(nil)
	dir := mount(t, d)
	below := filepath.Join(dir, "a", "b")
	require.NoError(t, files.MkdirAll(below, 0o700))
	require.NoError(t, files.Write(filepath.Join(below, "f"), []byte("text"), 0o600))
	for seed := range uint64(20) {
		image, _ := d.Cut(crashtest.Chance(seed))
		require.Equal(t, crashtest.Folder{"a/b/f": []byte("text")}, image.Folder())
	}
}

// TestPowerIsOff: nothing can be read or written any more.
func TestPowerIsOff(t *testing.T) {
	d := crashtest.NewDisk(crashtest.Folder{"f": []byte("text")})
	dir := mount(t, d)
	d.Watch((*crashtest.Moment).PowerOff)
	require.ErrorIs(t, os.WriteFile(filepath.Join(dir, "g"), nil, 0o600), syscall.EIO)
	_, err := os.ReadFile(filepath.Join(dir, "f"))
	require.ErrorIs(t, err, syscall.EIO)
}
