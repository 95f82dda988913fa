package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// From a folder to a signed file: what is printed, and what is refused.
func TestExtensionPack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, key, other := filepath.Join(dir, "tare.mtx"), filepath.Join(dir, "vendor.key"), filepath.Join(dir, "other.key")
	tare := "../../plugins/example/tare"
	out := must(t, "extension", "pack", tare, "--out", file)
	require.Contains(t, out, file+" is made: ")
	first, err := os.ReadFile(file)
	require.NoError(t, err)
	must(t, "extension", "pack", tare, "--out", file)
	again, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Contains(t, must(t, "extension", "verify", file), "signed by nobody")

	signer := strings.TrimSpace(regexp.MustCompile(`ed25519:\S+`).FindString(must(t, "extension", "keygen", key)))
	info, err := os.Stat(key)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	public, err := os.ReadFile(key + ".pub")
	require.NoError(t, err)
	require.Equal(t, signer+"\n", string(public))
	must(t, "extension", "keygen", other)
	must(t, "extension", "sign", file, "--key", key)
	require.Contains(t, must(t, "extension", "verify", file, "--signer", signer), "signed by "+signer)

	fails := func(says string, args ...string) {
		t.Helper()
		out, err := output(t, append([]string{"extension"}, args...)...)
		require.Error(t, err)
		require.Contains(t, out, says)
	}
	fails("is there already, and was not changed", "keygen", key)
	fails("is signed by "+signer+", not by ed25519:", "verify", file, "--signer", strings.TrimSpace(read(t, other+".pub")))
	require.NoError(t, os.WriteFile(file, append([]byte("x"), read(t, file)...), 0o600))
	fails("the signature isn't of this pack", "verify", file)
	fails("built for no platform, not for linux/amd64", "pack", tare, "--platform", "linux/amd64", "--out", file)

	bad := filepath.Join(dir, "bad")
	require.NoError(t, os.Mkdir(bad, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(bad, "extension.yaml"), []byte("name: bad\njs: bad.js\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(bad, "bad.js"), []byte("var = ;"), 0o600))
	packed := filepath.Join(dir, "bad.mtx")
	fails("isn't packed, as the check finds errors", "pack", bad, "--out", packed)
	require.NoFileExists(t, packed)
	must(t, "extension", "pack", bad, "--out", packed, "--force")
	require.FileExists(t, packed)
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}
