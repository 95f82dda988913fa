//go:build linux

package deploy_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/testbin"
)

// image is what the Dockerfile makes, in a folder. A process in it sees that alone, can
// write to its volume and to an empty /tmp alone, and has no rights: as in compose.yaml.
type image struct {
	t            testing.TB
	root, volume string
	uid, gid     int
}

func newImage(t testing.TB, program, at, volume, user string) *image {
	if os.Geteuid() != 0 {
		t.Skip("root alone can run an image: it mounts")
	}
	i := &image{t: t, root: t.TempDir(), volume: volume}
	ids := strings.Split(user, ":")
	var err error
	i.uid, err = strconv.Atoi(ids[0])
	require.NoError(t, err)
	i.gid, err = strconv.Atoi(ids[1])
	require.NoError(t, err)
	require.NoError(t, os.Chmod(i.root, 0o755))
	for _, dir := range []string{"dev", "proc", "tmp", volume, filepath.Dir(at)} {
		require.NoError(t, os.MkdirAll(filepath.Join(i.root, dir), 0o755))
	}
	require.NoError(t, os.Chown(filepath.Join(i.root, volume), i.uid, i.gid))
	code, err := os.ReadFile(program)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(i.root, at), code, 0o755))
	return i
}

func (i *image) write(path, text string) { write(i.t, filepath.Join(i.root, path), text) }

// loyalty puts the examples beside the config, and is the checksum of the one in Go.
func (i *image) loyalty() string {
	at := filepath.Join(i.root, "etc/manytill")
	for _, name := range []string{"happy-hour", "loyalty"} {
		require.NoError(i.t, os.CopyFS(filepath.Join(at, name), os.DirFS(filepath.Join("../plugins/example", name))))
	}
	sum, err := testbin.Build("../plugins/example/loyalty", filepath.Join(at, "loyalty/loyalty"))
	require.NoError(i.t, err)
	return sum
}

// command runs in the image, in the environment that an engine gives.
func (i *image) command(args ...string) *exec.Cmd {
	const enter = `set -e
root="$1" volume="$2" user="$3"
shift 3
mount --make-rprivate /
mount --bind "$root" "$root"
mount --bind "$root$volume" "$root$volume"
mount -o remount,bind,ro "$root"
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
cd "$root"
exec setpriv --no-new-privs chroot --userspec="$user" --groups= . "$@"`
	c := exec.Command("unshare", append([]string{
		"--mount", "sh", "-c", enter, "sh",
		i.root, i.volume, fmt.Sprintf("%d:%d", i.uid, i.gid),
	}, args...)...)
	c.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	return c
}
