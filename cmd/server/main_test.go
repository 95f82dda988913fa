package main_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/internal/testbin"
)

// manytill is the path of the real binary.
var manytill string

func TestMain(m *testing.M) {
	var err error
	if manytill, err = testbin.Server(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	pgtest.Stop()
	testbin.Remove()
	os.Exit(code)
}
