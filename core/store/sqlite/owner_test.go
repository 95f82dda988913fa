//go:build unix

package sqlite_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
)

// TestRestoreByRootLeavesTheOwner: the server's user must be able to open what
// root restored.
func TestRestoreByRootLeavesTheOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: only root can give files away")
	}
	const service = 1234
	dir := t.TempDir()
	source, backup := filepath.Join(dir, "source.db"), filepath.Join(dir, "backup.db")
	s := open(t, source)
	require.NoError(t, newBusyMultiSession(t, s, "main", 2).commit(s, 3))
	require.NoError(t, s.Backup(t.Context(), backup, nil))
	check := func(path string, mode os.FileMode) {
		t.Helper()
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, mode, info.Mode().Perm())
		owner := info.Sys().(*syscall.Stat_t)
		require.EqualValues(t, service, owner.Uid)
		require.EqualValues(t, service, owner.Gid)
	}
	home := filepath.Join(dir, "home")
	require.NoError(t, os.Mkdir(home, 0o700))
	require.NoError(t, os.Chown(home, service, service))
	path := filepath.Join(home, "x.db")
	require.NoError(t, sqlite.Restore(t.Context(), backup, path, false))
	check(path, 0o600)
	check(path+".lock", 0o600)
	require.NoError(t, os.Chmod(path, 0o640))
	require.NoError(t, os.Chown(home, 0, 0))
	require.NoError(t, sqlite.Restore(t.Context(), backup, path, true))
	check(path, 0o640)
}

// TestTooManyOpenFiles says so, and that it ends by itself.
func TestTooManyOpenFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s := open(t, path)
	var was syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &was))
	next, err := os.Open(os.DevNull)
	require.NoError(t, err)
	low := was
	low.Cur = uint64(next.Fd()) + 1
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low))
	all := []*os.File{next}
	for { // whatever was closed meanwhile
		f, err := os.Open(os.DevNull)
		if err != nil {
			break
		}
		all = append(all, f)
	}
	_, err = s.AllPOS(t.Context())
	backed := s.Backup(t.Context(), path+".copy", nil)
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &was))
	for _, f := range all {
		require.NoError(t, f.Close())
	}
	require.ErrorContains(t, err, "too many open files")
	require.Equal(t, protocol.Overloaded, protocol.AsError(err).Code)
	require.Contains(t, protocol.AsError(err).Message, "LimitNOFILE")
	require.ErrorContains(t, backed, "too many open files")
	_, err = s.AllPOS(t.Context())
	require.NoError(t, err)
}
