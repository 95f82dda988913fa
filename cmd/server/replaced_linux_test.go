package main_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// startAndReplace starts the server from a program's file of its own, which is
// another one then.
func (f *serverWithTwoPOS) startAndReplace() {
	f.t.Helper()
	program := filepath.Join(f.dir, "manytill")
	binary, err := os.ReadFile(manytill)
	require.NoError(f.t, err)
	require.NoError(f.t, os.WriteFile(program, binary, 0o700))
	f.startProgram(program)
	require.NoError(f.t, os.Remove(program))
	require.NoError(f.t, os.WriteFile(program, []byte("#!/bin/sh\nexit 1\n"), 0o700))
}

// An update replaces the program's file while the server runs: extensions are
// still loaded and started again, by the program that runs.
func TestExtensionsAfterTheProgramWasReplaced(t *testing.T) {
	f := newServerWithTwoPOS(t)
	f.server.stop()
	f.startAndReplace()
	f.enable("  - path: documented.js\n", "documented.js")
	f.hangup("extensions loaded")
	bar := f.hand(f.bar, "c1")
	require.Empty(t, bar.do(create("o1", protocol.Fields{"first_new_variable": "1"})).Ignored)
	require.Equal(t, protocol.Fields{"first_new_variable": "1"}, bar.fields("o1"))
}
