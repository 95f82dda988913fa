// Package testbin gives tests the server's program: the one that MANYTILL_BIN names, as
// in .ci/suites, which builds it once for all; else one built for the test process.
// It builds other programs for them, too.
package testbin

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
	_, err = Build("github.com/manytill/manytill/cmd/server", path)
	return path, err
})

// Build builds a program's package into a file, without cgo, as the suites build all else.
// sum is the file's SHA-256, as a config names it.
func Build(pkg, path string, flags ...string) (sum string, err error) {
	build := exec.Command("go", slices.Concat([]string{"build", "-o", path}, flags, []string{pkg})...)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w: %s", pkg, err, out)
	}
	code, err := os.ReadFile(path)
	return fmt.Sprintf("%x", sha256.Sum256(code)), err
}

// Remove removes what Server built. It is called when all tests have ended.
func Remove() {
	if dir != "" {
		_ = os.RemoveAll(dir)
	}
}
