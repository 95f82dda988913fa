package manytill_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAudit plays .ci/audit with stand-ins for the two programs that ask the databases: it
// fails for what is found and for what goes wrong otherwise, and says what it couldn't ask.
func TestAudit(t *testing.T) {
	const (
		fine     = "exit 0"
		offline  = `echo 'govulncheck: fetching vulnerabilities: no such host' >&2; exit 1`
		noAnswer = `echo 'npm error audit endpoint returned an error' >&2; exit 1`
	)
	for name, c := range map[string]struct {
		vulncheck, npm string
		fails          bool
		says           []string
	}{
		"nothing known":      {fine, fine, false, []string{"Go modules: nothing known", "sdk/js: nothing known", "core/web: nothing known"}},
		"no way to them":     {offline, noAnswer, false, []string{"audit NOT CHECKED: Go modules", "audit NOT CHECKED: sdk/js", "audit NOT CHECKED: core/web"}},
		"a module has one":   {"echo 'Vulnerability #1'; exit 3", noAnswer, true, []string{"Vulnerability #1", "audit NOT CHECKED: sdk/js"}},
		"a package has one":  {offline, "echo '1 high severity vulnerability'; exit 1", true, []string{"1 high severity vulnerability", "audit NOT CHECKED: Go modules"}},
		"it can't be built":  {"echo 'no required module provides'; exit 1", fine, true, []string{"no required module provides"}},
		"a lock file is off": {fine, "echo 'npm error code ENOLOCK'; exit 1", true, []string{"ENOLOCK"}},
		"one that looks so":  {"echo 'Vulnerability in fetching vulnerabilities'; exit 3", fine, true, []string{"Vulnerability in"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for program, does := range map[string]string{"go": c.vulncheck, "npm": c.npm} {
				require.NoError(t, os.WriteFile(filepath.Join(dir, program), []byte("#!/bin/sh\n"+does+"\n"), 0o700))
			}
			audit := exec.Command(".ci/audit")
			audit.Env = append(os.Environ(), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
			out, err := audit.CombinedOutput()
			require.Equal(t, c.fails, err != nil, string(out))
			for _, text := range c.says {
				require.Contains(t, string(out), text)
			}
		})
	}
}
