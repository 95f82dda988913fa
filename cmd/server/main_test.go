package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/manytill/manytill/internal/pgtest"
)

// manytill is the real binary, built once.
var manytill string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "manytill-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	manytill = filepath.Join(dir, "manytill")
	build := exec.Command("go", "build", "-o", manytill, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	code := 1
	if err := build.Run(); err == nil {
		code = m.Run()
		pgtest.Stop()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}
