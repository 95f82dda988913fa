//go:build !unix

package goplugin

import (
	"os"
	"os/exec"
)

// No process groups here: a plugin is ended, what it started is not.

func groupOf(*exec.Cmd)      {}
func awaitEnd(cmd *exec.Cmd) { _ = cmd.Wait() }
func killMarked(string)      {}
func lock(*os.File) error    { return nil }

func ownedByUs(os.FileInfo) bool { return true }

func killGroup(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		_ = p.Kill()
	}
}
