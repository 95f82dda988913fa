package goplugin

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	sysprocess "github.com/shirou/gopsutil/v4/process"
)

// What a plugin may take of the machine's memory. It is told its limit, so
// that it collects its garbage in time. What it takes is looked at often, and
// where the system can refuse more than that and what a Go program always
// has reserved, it does: for one that is faster than looks are.
const (
	// DefaultMemory is of a process of which nothing else is said, in bytes.
	DefaultMemory = 256 << 20
	leastMemory   = 32 << 20
	memoryLooks   = 250 * time.Millisecond
	// goReserves is what a Go program counts as its data and doesn't use.
	goReserves = 192 << 20
)

const memoryAdvice = "if it needs more, raise memory at this extension in the server's config"

// memoryEnv tells the plugin's Go runtime to stay below the limit.
func memoryEnv(limit uint64) string { return fmt.Sprintf("GOMEMLIMIT=%d", limit/10*9) }

// watchMemory kills the process when it takes more than it may. It returns
// when the process is gone.
func (p *process) watchMemory() {
	system, err := sysprocess.NewProcess(int32(p.child.number()))
	if err != nil {
		return // it ended
	}
	looks := time.NewTicker(memoryLooks)
	defer looks.Stop()
	for {
		select {
		case <-p.child.exited:
			return
		case <-looks.C:
			if taken(system) > p.o.Memory {
				p.kill(fmt.Errorf("killed: it took too much memory (it may take %s; %s)",
					size(p.o.Memory), memoryAdvice))
			}
		}
	}
}

// taken is what a process has of the machine's memory for itself, without the
// pages of its program's file: all processes of one program share those.
func taken(p *sysprocess.Process) uint64 {
	if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Pid)); err == nil {
		return ofStatus(string(status), "RssAnon") + ofStatus(string(status), "RssShmem")
	}
	info, err := p.MemoryInfo()
	if err != nil {
		return 0 // it ended
	}
	return info.RSS
}

// ofStatus is a number of bytes in Linux's /proc/PID/status.
func ofStatus(status, name string) uint64 {
	_, rest, _ := strings.Cut(status, "\n"+name+":")
	line, _, _ := strings.Cut(rest, "kB")
	kb, _ := strconv.ParseUint(strings.TrimSpace(line), 10, 64)
	return kb << 10
}

// size is a number of bytes as an operator writes it: 64 MiB is 64 MiB, 64 MB is
// 64 MB.
func size(bytes uint64) string {
	if bytes%(1<<20) == 0 {
		return humanize.IBytes(bytes)
	}
	return humanize.Bytes(bytes)
}

// ranOut reports that a plugin's last words say that the system gave it no
// more memory.
func ranOut(lastWords string) bool { return strings.Contains(lastWords, "out of memory") }
