package goplugin_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// sockets are those below a folder.
func sockets(t *testing.T, dir string) (paths []string) {
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type()&fs.ModeSocket != 0 {
			paths = append(paths, path)
		}
		return err
	}))
	return paths
}

// connectAs connects to a socket with the rights of a user of the system, where this
// process may take them.
func connectAs(user int, path string) error {
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // ends with the goroutine, and its user with it
		if err := unix.Setfsuid(user); err != nil {
			result <- err
			return
		}
		fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		if err == nil {
			err = unix.Connect(fd, &unix.SockaddrUnix{Name: path})
			_ = unix.Close(fd)
		}
		result <- err
	}()
	return <-result
}

// TestOthersDontReachSockets: the socket of a plugin is in a folder that no other user
// can enter, also where everybody may write around it. As root it is tried as another one.
func TestOthersDontReachSockets(t *testing.T) {
	o := options(t, misbehave)
	for dir := filepath.Dir(o.SocketDir); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		require.NoError(t, os.Chmod(dir, 0o777))
	}
	defer unix.Umask(unix.Umask(0))
	start(t, o)
	found := sockets(t, o.SocketDir)
	require.NotEmpty(t, found)
	const nobody = 65534
	for _, path := range found {
		require.NoError(t, connectAs(os.Getuid(), path))
		info, err := os.Stat(o.SocketDir)
		require.NoError(t, err)
		require.Equal(t, fs.ModeDir|0o700, info.Mode())
		if os.Getuid() == 0 {
			require.ErrorIs(t, connectAs(nobody, path), unix.EACCES)
		}
	}
}
