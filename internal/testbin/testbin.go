// Package testbin gives tests the server's program: the one that MANYTILL_BIN names, as
// in .ci/suites, which builds it once for all; else one built for the test process.
package testbin

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

var dir string // of what was built here

// Server is the path of the program. It is built once; its folder stays until Remove.
var Server = sync.OnceValues(func() (path string, err error) {
	if named := os.Getenv("MANYTILL_BIN"); named != "" {
		return named, nil
	}
	if dir, err = os.MkdirTemp("", "manytill-bin-"); err != nil {
		return "", err
	}
	path = filepath.Join(dir, "manytill")
	build := exec.Command("go", "build", "-o", path, "github.com/manytill/manytill/cmd/server")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the server: %w: %s", err, out)
	}
	return path, nil
})

// Remove removes what Server built. It is called when all tests have ended.
func Remove() {
	if dir != "" {
		_ = os.RemoveAll(dir)
	}
}
