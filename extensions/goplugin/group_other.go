//go:build !unix

package goplugin

import (
	"errors"
	"os"
	"os/exec"
)

// errSystem says why there can be no plugins on this system: without process
// groups and sockets of one's own, a server couldn't keep its word.
var errSystem = errors.New("extensions in Go run on Unix systems only; write it in JavaScript for this one")

func groupOf(*exec.Cmd)        {}
func limitMemory(int, uint64)  {}
func awaitEnd(cmd *exec.Cmd)   { _ = cmd.Wait() }
func killMarked(string)        {}
func inUse(string) bool        { return true }
func killGroup(int)            {}
func lock(*os.File) error      { return errSystem }
func private(os.FileInfo) bool { return false }

func socketPair() (ours, theirs *os.File, err error) { return nil, nil, errSystem }
