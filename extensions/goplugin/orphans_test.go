//go:build linux

package goplugin_test

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// awaitEnd waits for processes that aren't ours to wait for.
func awaitEnd(t testing.TB, pids ...int) {
	t.Helper()
	for _, pid := range pids {
		fd, err := unix.PidfdOpen(pid, 0)
		if err == unix.ESRCH {
			continue
		}
		require.NoError(t, err)
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 5000)
		_ = unix.Close(fd)
		require.NoError(t, err)
		require.Equal(t, 1, n, "process %d is still there", pid)
	}
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

// Close ends the plugin and whatever it started; so does a kill.
func TestChildrenEndToo(t *testing.T) {
	for _, end := range []string{"close", "exit"} {
		t.Run(end, func(t *testing.T) {
			k := start(t, options(t, misbehave))
			results, err := k.run(5e9, "children")
			require.NoError(t, err)
			all := pids(t, results[0].Export["pids"])
			require.Len(t, all, 4)
			if end == "close" {
				require.NoError(t, k.host.Close())
			} else {
				_, err := k.run(5e9, "exit")
				require.Error(t, err)
			}
			awaitEnd(t, all...)
		})
	}
}

// One that starts processes without end is stopped in the midst of it.
func TestForkBomb(t *testing.T) {
	o := options(t, misbehave)
	k := start(t, o)
	_, err := k.run(50*time.Millisecond, "bomb")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	k.await(goplugin.Running)
	require.Equal(t, k.works(), marked(t, o.SocketDir), "the new one and nothing else")
}

// marked are the processes with something of dir in their environment.
func marked(t *testing.T, dir string) (pids []int) {
	processes, err := os.ReadDir("/proc")
	require.NoError(t, err)
	for _, p := range processes {
		pid, err := strconv.Atoi(p.Name())
		if err != nil {
			continue
		}
		if env, err := os.ReadFile("/proc/" + p.Name() + "/environ"); err == nil && bytes.Contains(env, []byte(dir)) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// hosted runs a server that runs a plugin, and kills it with -9.
func hosted(t *testing.T, sockets string, order protocol.OrderID, before func(plugin int)) []int {
	cmd := exec.Command(host, misbehave, sum(t, misbehave), sockets, string(order))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	v, err := protocol.ParseValue([]byte(line))
	require.NoError(t, err)
	all := pids(t, v)
	for _, pid := range all {
		require.True(t, alive(pid))
	}
	before(all[0])
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	return all
}

// A server that is killed takes its plugins along, frozen ones too, and the
// next one clears up the rest.
func TestTheServerIsKilled(t *testing.T) {
	o := options(t, misbehave)
	plain := hosted(t, o.SocketDir, "fine", func(int) {})
	awaitEnd(t, plain...)
	frozen := hosted(t, o.SocketDir, "fine", func(pid int) { require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP)) })
	awaitEnd(t, frozen...)
	children := hosted(t, o.SocketDir, "children", func(int) {})
	awaitEnd(t, children[0])
	require.True(t, alive(children[3]), "it went its own way")

	k := start(t, o)
	awaitEnd(t, children...)
	k.works()
	left, err := filepath.Glob(filepath.Join(o.SocketDir, "*"))
	require.NoError(t, err)
	require.Len(t, left, 1, "our own")
	info, err := os.Stat(left[0])
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	require.NoError(t, k.host.Close())
	left, err = filepath.Glob(filepath.Join(o.SocketDir, "*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// A server beside us is left alone.
func TestTwoServers(t *testing.T) {
	o := options(t, misbehave)
	one := start(t, o)
	other := start(t, o)
	require.NoError(t, other.host.Close())
	one.works()
}

// Somebody cleared the folder for temporary files up: the plugin starts again
// in a folder that is made anew.
func TestTheSocketsWereClearedUp(t *testing.T) {
	for name, gone := range map[string]func(dir string) string{
		"the folder":  func(dir string) string { return dir },
		"a subfolder": func(dir string) string { return filepath.Join(dir, "h-*") },
		"the lock":    func(dir string) string { return filepath.Join(dir, "h-*", "lock") },
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t, misbehave)
			k := start(t, o)
			left, err := filepath.Glob(gone(o.SocketDir))
			require.NoError(t, err)
			require.Len(t, left, 1)
			require.NoError(t, os.RemoveAll(left[0]))
			_, err = k.run(5*time.Second, "exit")
			require.Error(t, err)
			k.await(goplugin.Running)
			k.works()
			require.NoError(t, k.host.Close())
		})
	}
}

// A server whose lock's file was cleared up is alive: its plugin is left alone.
func TestALostLockIsNoLicence(t *testing.T) {
	o := options(t, misbehave)
	one := start(t, o)
	before := one.works()
	locks, err := filepath.Glob(filepath.Join(o.SocketDir, "h-*", "lock"))
	require.NoError(t, err)
	require.Len(t, locks, 1)
	require.NoError(t, os.Remove(locks[0]))
	other := start(t, o)
	other.works()
	require.Equal(t, before, one.works(), "the same process")
	require.NoError(t, one.host.Close())
	require.NoError(t, other.host.Close())

	left := filepath.Join(o.SocketDir, "h-left")
	require.NoError(t, os.Mkdir(left, 0o700))
	start(t, o).works()
	require.NoDirExists(t, left, "nothing lives there")
}

// The folder for sockets is where the system keeps what running programs need.
func TestWhereSocketsAre(t *testing.T) {
	runtime, user, temporary := t.TempDir(), t.TempDir(), t.TempDir()
	for _, c := range []struct{ runtime, user, want string }{
		{runtime + ":/other", user, filepath.Join(runtime, "manytill-plugins")},
		{"", user, filepath.Join(user, "manytill-plugins")},
		{"/does/not/exist", "not/absolute", filepath.Join(temporary, "manytill-"+strconv.Itoa(os.Getuid()))},
	} {
		t.Setenv("RUNTIME_DIRECTORY", c.runtime)
		t.Setenv("XDG_RUNTIME_DIR", c.user)
		t.Setenv("TMPDIR", temporary)
		o := options(t, misbehave)
		o.SocketDir = ""
		k := start(t, o)
		require.DirExists(t, c.want)
		require.NoError(t, k.host.Close())
	}
}
