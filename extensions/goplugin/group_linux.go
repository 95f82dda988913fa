package goplugin

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"github.com/hashicorp/go-plugin"
	"golang.org/x/sys/unix"
)

// groupOf makes cmd the leader of a group of its own, that dies when the
// thread that starts it does.
func groupOf(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// limitMemory lets the system refuse a process more data than that, and those
// that it starts as well.
func limitMemory(pid int, bytes uint64) {
	_ = unix.Prlimit(pid, unix.RLIMIT_DATA, &unix.Rlimit{Cur: bytes, Max: bytes}, nil)
}

// awaitEnd returns when a process has ended, and leaves its number taken: so
// its group can be killed, and not by mistake another's.
func awaitEnd(cmd *exec.Cmd) {
	for errors.Is(unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil), unix.EINTR) {
	}
}

// killMarked kills what was started with sockets in dir, or in a folder below
// it, and left its group: its environment tells.
func killMarked(dir string) {
	for _, pid := range marked(dir) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// inUse reports that a process lives that was started with sockets in dir.
func inUse(dir string) bool { return len(marked(dir)) > 0 }

// marked are the processes that were started with sockets in dir.
func marked(dir string) (pids []int) {
	mark := []byte("\x00" + plugin.EnvUnixSocketDir + "=" + dir)
	processes, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, p := range processes {
		pid, err := strconv.Atoi(p.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		env, err := os.ReadFile("/proc/" + p.Name() + "/environ")
		if err != nil {
			continue // not ours
		}
		_, after, found := bytes.Cut(append([]byte{0}, env...), mark)
		if found && (len(after) == 0 || after[0] == 0 || after[0] == '/') {
			pids = append(pids, pid)
		}
	}
	return pids
}
