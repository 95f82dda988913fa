//go:build linux

package deploy_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/freeport"
	"github.com/manytill/manytill/internal/testbin"
)

// systemd finds nothing wrong with the units, and rates what the service may do.
func TestSystemdUnits(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	require.NoError(t, err, "make tools installs it")
	program, err := testbin.Server()
	require.NoError(t, err)
	dir := t.TempDir()
	var units []string
	for _, name := range []string{"manytill.service", "manytill-backup.service", "manytill-backup.timer"} {
		var pairs []string
		if name == "manytill.service" {
			pairs = []string{"/usr/local/bin/manytill", program}
		}
		units = append(units, write(t, filepath.Join(dir, name), replaced(t, "systemd/"+name, pairs...)))
	}
	out, err := exec.Command(analyze, append([]string{"verify", "--recursive-errors=yes"}, units...)...).CombinedOutput()
	require.NoError(t, err, string(out))
	require.NotContains(t, string(out), dir, "it says something of the units")
	out, err = exec.Command(analyze, "security", "--offline=true", "--threshold=20", units[0]).CombinedOutput()
	require.NoError(t, err, string(out))
	t.Logf("%s", regexp.MustCompile("Overall.*").Find(out))

	spoiled := replaced(t, "systemd/manytill.service", "/usr/local/bin/manytill", program, "WatchdogSec=60", "WatchdogSec=often")
	out, _ = exec.Command(analyze, "verify", write(t, filepath.Join(dir, "spoiled.service"), spoiled)).CombinedOutput()
	require.Contains(t, string(out), "Failed to parse sec value", "it would say what is wrong")
}

// What the backup's unit runs makes a verified backup beside the server, and deletes old
// ones.
func TestBackupOfTheUnit(t *testing.T) {
	t.Parallel()
	program, err := testbin.Server()
	require.NoError(t, err)
	dir, address := t.TempDir(), freeport.Address()
	config := write(t, filepath.Join(dir, "manytill.yaml"), "listen: "+address+"\nstore: sqlite:manytill.db\n")
	start(t, exec.Command(program, "serve", "--config", config)).ready(address)
	old, another := write(t, filepath.Join(dir, "backups", "old.db"), ""), write(t, filepath.Join(dir, "backups", "old.txt"), "")
	long := time.Now().Add(-40 * 24 * time.Hour)
	require.NoError(t, errors.Join(os.Chtimes(old, long, long), os.Chtimes(another, long, long)))
	unit := replaced(t, "systemd/manytill-backup.service", "$$", "$", "%%", "%", "/etc/manytill/manytill.yaml", config, "/var/backups/manytill", filepath.Join(dir, "backups"))
	script := regexp.MustCompile(`ExecStart=/bin/sh -ec '(.*)'\n`).FindStringSubmatch(unit)
	require.NotNil(t, script)
	c := exec.Command("/bin/sh", "-ec", script[1])
	c.Env = []string{"PATH=" + filepath.Dir(program) + ":/usr/bin:/bin"}
	out, err := c.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "is good")
	require.NoFileExists(t, old)
	require.FileExists(t, another)
	made, err := filepath.Glob(filepath.Join(dir, "backups", "*.db"))
	require.NoError(t, err)
	require.Len(t, made, 1)
}
