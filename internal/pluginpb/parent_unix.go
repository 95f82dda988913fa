//go:build unix

package pluginpb

import (
	"io"
	"os"
	"syscall"
)

// EndWithServer waits for the end of the pipe that the server holds as our
// standard input, for as long as it lives and wants us. Then it ends this
// process and the children that it left in its group.
func EndWithServer() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	if pid := os.Getpid(); syscall.Getpgrp() == pid {
		_ = syscall.Kill(-pid, syscall.SIGKILL)
	}
	os.Exit(0)
}
