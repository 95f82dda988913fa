package main_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// vendor packs and signs an extension.
type vendor struct {
	t    *testing.T
	dir  string
	keys map[string]string // public ones
}

// packed is a signed pack of a version of the extension seat; key "" is none.
func (v *vendor) packed(version, label, key string) string {
	v.t.Helper()
	dir, file := filepath.Join(v.dir, "seat-"+version), filepath.Join(v.dir, "seat-"+version+key+".mtx")
	require.NoError(v.t, os.MkdirAll(dir, 0o755))
	text := "name: seat\nversion: " + version + "\nfields:\n  orderline: {seat: {type: integer, label: " + label + ", edit: true}}\n"
	require.NoError(v.t, os.WriteFile(filepath.Join(dir, "extension.yaml"), []byte(text), 0o600))
	must(v.t, "extension", "pack", dir, "--out", file)
	if key != "" {
		path := filepath.Join(v.dir, key)
		if v.keys[key] == "" {
			must(v.t, "extension", "keygen", path)
			v.keys[key] = strings.TrimSpace(read(v.t, path+".pub"))
		}
		must(v.t, "extension", "sign", file, "--key", path)
	}
	return file
}

// A pack comes into the config, is pinned, shows its signer, and a change of it is
// found at the next load.
func TestExtensionAdd(t *testing.T) {
	t.Parallel()
	f := newServerWithTwoPOS(t)
	v := &vendor{t, t.TempDir(), map[string]string{}}
	first := v.packed("1.0.0", "Seat", "key")
	add := func(from string, flags ...string) (string, error) {
		return output(t, append([]string{"extension", "add", from, "--config", f.config}, flags...)...)
	}
	fails := func(says, from string, flags ...string) {
		t.Helper()
		before, lock := read(t, f.config), ""
		if _, err := os.Stat(filepath.Join(f.dir, "extensions.lock")); err == nil {
			lock = read(t, filepath.Join(f.dir, "extensions.lock"))
		}
		out, err := add(from, flags...)
		require.Error(t, err)
		require.Contains(t, out, says)
		require.Equal(t, before, read(t, f.config))
		if lock != "" {
			require.Equal(t, lock, read(t, filepath.Join(f.dir, "extensions.lock")))
		}
	}
	fails("nobody signed", v.packed("1.0.0", "Seat", ""))
	require.NoDirExists(t, filepath.Join(f.dir, "extensions"))

	out, err := add(first, "--signer", v.keys["key"])
	require.NoError(t, err, out)
	require.Contains(t, out, "signed by "+v.keys["key"])
	require.Contains(t, read(t, f.config), "extensions:\n  - path: ./extensions/seat\n")
	f.hangup("extensions loaded")
	require.Contains(t, f.list(), "seat 1.0.0: running")
	require.Contains(t, f.list(), "signed by "+v.keys["key"])

	fails("was signed by "+v.keys["key"], v.packed("1.0.1", "Seat", "other"))
	out, err = add(v.packed("1.0.1", "Seat", "other"), "--new-signer")
	require.NoError(t, err, out)
	out, err = add(v.packed("1.1.0", "Chair", "other"))
	require.NoError(t, err, out)
	require.Equal(t, 1, strings.Count(read(t, f.config), "extensions/seat"))
	f.hangup("extensions loaded")
	require.Contains(t, f.list(), "seat 1.1.0: running")
	require.Contains(t, f.list(), "signed by "+v.keys["other"])

	manifest := filepath.Join(f.dir, "extensions", "seat", "extension.yaml")
	good := read(t, manifest)
	require.NoError(t, os.WriteFile(manifest, []byte(strings.Replace(good, "Chair", "Stool", 1)), 0o600))
	f.hangup("reloading the extensions failed")
	out, err = output(t, "extension", "reload", "--server", f.url, "--token", adminToken)
	require.Error(t, err)
	require.Contains(t, out, manifest+" was changed after it was added")
	require.Contains(t, f.list(), "seat 1.1.0: running", "what ran goes on")
	fails("what is there would be lost", v.packed("1.2.0", "Chair", "other"))
	require.NoError(t, os.WriteFile(manifest, []byte(good), 0o600))
	f.hangup("extensions loaded")

	var answer protocol.ExtensionsResponse
	f.admin("GET", "/v1/admin/extensions", nil, &answer)
	require.Equal(t, v.keys["other"], answer.Extensions[0].Signer)
}

func (f *serverWithTwoPOS) list() string {
	f.t.Helper()
	return must(f.t, "extension", "list", "--server", f.url, "--token", adminToken)
}

// A pack may come from an address: of this machine by http, of others by https alone,
// and never from where that address sends on to.
func TestExtensionAddOfURL(t *testing.T) {
	t.Parallel()
	v := &vendor{t, t.TempDir(), map[string]string{}}
	file := v.packed("1.0.0", "Seat", "key")
	other := httptest.NewServer(http.FileServer(http.Dir(v.dir)))
	defer other.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away.mtx" {
			http.Redirect(w, r, other.URL+"/"+filepath.Base(file), http.StatusFound)
			return
		}
		http.FileServer(http.Dir(v.dir)).ServeHTTP(w, r)
	}))
	defer server.Close()
	config := filepath.Join(t.TempDir(), "manytill.yaml")
	require.NoError(t, os.WriteFile(config, []byte("listen: 127.0.0.1:8080\nstore: sqlite:a.db\n"), 0o600))
	for from, says := range map[string]string{
		server.URL + "/away.mtx":        "which isn't followed",
		server.URL + "/none.mtx":        "404 Not Found",
		"http://tills.example/seat.mtx": "fetched by https only",
		"ftp://tills.example/seat.mtx":  "neither a file nor an https address",
		"nowhere.mtx":                   "no such file",
	} {
		out, err := output(t, "extension", "add", from, "--config", config)
		require.Error(t, err)
		require.Contains(t, out, says)
	}
	out, err := output(t, "extension", "add", server.URL+"/"+filepath.Base(file), "--config", config)
	require.NoError(t, err, out)
	require.FileExists(t, filepath.Join(filepath.Dir(config), "extensions", "seat", "extension.yaml"))
	require.Contains(t, read(t, filepath.Join(filepath.Dir(config), "extensions.lock")), server.URL)
}

// A Go extension's pack is of a platform, and its program's sum comes into the config;
// paths may be relative, and no sources are needed.
func TestExtensionAddOfGo(t *testing.T) {
	t.Parallel()
	f := &serverWithTwoPOS{t: t, dir: t.TempDir()}
	f.plugin("loyalty", "{}")
	sources, err := filepath.Glob(filepath.Join(f.dir, "loyalty", "*.go"))
	require.NoError(t, err)
	for _, source := range sources {
		require.NoError(t, os.Remove(source))
	}
	f.write("manytill.yaml", "listen: 127.0.0.1:8080 # here\nstore: sqlite:a.db\n")
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(manytill, append([]string{"extension"}, args...)...)
		cmd.Dir = f.dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		return string(out)
	}
	require.Contains(t, run("pack", "loyalty", "--out", "l.mtx"), "l.mtx is made")
	run("add", "l.mtx", "--config", "manytill.yaml", "--unsigned")
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(read(t, filepath.Join(f.dir, "extensions", "loyalty", "loyalty")))))
	want := "listen: 127.0.0.1:8080 # here\nstore: sqlite:a.db\nextensions:\n  - path: ./extensions/loyalty\n    sha256: \"" + sum + "\"\n"
	require.Equal(t, want, read(t, filepath.Join(f.dir, "manytill.yaml")))
	run("add", "l.mtx", "--config", "manytill.yaml", "--unsigned")
	require.Equal(t, want, read(t, filepath.Join(f.dir, "manytill.yaml")), "the same again")
}
