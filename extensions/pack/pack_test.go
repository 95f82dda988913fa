package pack_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions/pack"
)

func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return dir
}

func note() map[string]string {
	return map[string]string{
		"extension.yaml": "name: note\nversion: 1.0.0\njs: src/note.js\nconfig: config.schema.json\n", "src/note.js": "var a;", "config.schema.json": "{}",
		"README.md": "Read", "testdata/a.yaml": "name: a", "testdata/.hidden.yaml": "no", "testdata/secret.pem": "no",
		".git/config": "no", "node_modules/x/index.js": "no", "my.key": "no", "id_ed25519": "no", "src/other.js": "no",
	}
}

// members are what an archive has, in their order.
func members(t *testing.T, file []byte) (all []string) {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(file))
	require.NoError(t, err)
	z.Multistream(false)
	r := tar.NewReader(z)
	for {
		head, err := r.Next()
		if err == io.EOF {
			return all
		}
		require.NoError(t, err)
		all = append(all, fmt.Sprintf("%s %o %d", head.Name, head.Mode, head.ModTime.Unix()))
	}
}

// The same folder gives the same bytes, wherever and whenever; what doesn't belong to
// it isn't there.
func TestMake(t *testing.T) {
	first, index, err := pack.Make(folder(t, note()))
	require.NoError(t, err)
	require.Equal(t, []string{
		"mtx.json 644 0", "README.md 644 0", "config.schema.json 644 0", "extension.yaml 644 0", "src/note.js 644 0", "testdata/a.yaml 644 0",
	}, members(t, first))
	require.Equal(t, "note", index.Name)
	require.Empty(t, index.Platform)

	other := folder(t, note())
	require.NoError(t, os.Chmod(filepath.Join(other, "README.md"), 0o755))
	require.NoError(t, os.Chtimes(filepath.Join(other, "README.md"), time.Time{}, time.Unix(1e9, 0)))
	second, _, err := pack.Make(other)
	require.NoError(t, err)
	require.Equal(t, first, second)

	p, err := pack.Open(first)
	require.NoError(t, err)
	require.Empty(t, p.Signer)
	dir := filepath.Join(t.TempDir(), "note")
	require.NoError(t, p.Unpack(dir))
	third, _, err := pack.Make(dir)
	require.NoError(t, err)
	require.Equal(t, first, third, "a pack's folder packs to itself")
	require.Error(t, p.Unpack(dir), "nothing is overwritten")
}

func TestProgram(t *testing.T) {
	small, err := exec.LookPath("true") // the test's own takes seconds to pack
	require.NoError(t, err)
	text, err := os.ReadFile(small)
	require.NoError(t, err)
	dir := folder(t, map[string]string{"extension.yaml": "name: a\nexec: ./bin/a\nversion: 1.0.0\n", "bin/a": string(text), "main.go": "package main"})
	file, index, err := pack.Make(dir)
	require.NoError(t, err)
	require.Equal(t, pack.Here(), index.Platform)
	require.Equal(t, []string{"mtx.json 644 0", "bin/a 755 0", "extension.yaml 644 0"}, members(t, file))

	_, _, err = pack.Make(folder(t, map[string]string{"extension.yaml": "name: a\nexec: ./a\n", "a": "#!/bin/sh"}))
	require.ErrorContains(t, err, "is no program of a platform that is known: build it")
}

func TestNotPacked(t *testing.T) {
	for says, files := range map[string]map[string]string{
		"has no extension.yaml, which a pack needs": {"a.js": ""},
		"can't be read":      {"extension.yaml": "name: a\njs: a.js\n"},
		"looks like a key":   {"extension.yaml": "name: a\njs: a.pem\n", "a.pem": ""},
		"extension.yaml:1:1": {"extension.yaml": "nam: a\n"},
	} {
		_, _, err := pack.Make(folder(t, files))
		require.ErrorContains(t, err, says)
	}
}

// key makes a private key's file.
func key(t *testing.T) (path string, signer pack.Signer) {
	t.Helper()
	private, signer, err := pack.NewKey()
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), "vendor.key")
	require.NoError(t, os.WriteFile(path, private, 0o600))
	return path, signer
}

// A signature is of the whole pack, of one key, and doesn't change its sum.
func TestSign(t *testing.T) {
	file, _, err := pack.Make(folder(t, note()))
	require.NoError(t, err)
	plain, err := pack.Open(file)
	require.NoError(t, err)
	path, signer := key(t)
	require.NoError(t, signer.Check())
	secret, err := pack.ReadKey(path)
	require.NoError(t, err)
	signed := pack.Sign(file, secret)
	p, err := pack.Open(signed)
	require.NoError(t, err)
	require.Equal(t, signer, p.Signer)
	require.Equal(t, plain.Sum, p.Sum)

	otherPath, otherSigner := key(t)
	other, err := pack.ReadKey(otherPath)
	require.NoError(t, err)
	p, err = pack.Open(pack.Sign(signed, other))
	require.NoError(t, err)
	require.Equal(t, otherSigner, p.Signer, "it takes the place of the first")

	// Each byte counts: of the pack, of the signature, and of the name of the key.
	for at := range signed {
		if at%7 != 0 && at < len(file) {
			continue
		}
		bad := bytes.Clone(signed)
		bad[at] ^= 1
		p, err := pack.Open(bad)
		require.False(t, err == nil && p.Signer == signer, "byte %d", at)
	}
	claimed := strings.Replace(string(signed), string(signer), string(otherSigner), 1)
	_, err = pack.Open([]byte(claimed))
	require.ErrorContains(t, err, "the signature isn't of this pack")
}

func TestKeys(t *testing.T) {
	path, _ := key(t)
	require.NoError(t, os.Chmod(path, 0o644))
	_, err := pack.ReadKey(path)
	require.ErrorContains(t, err, "can be read by others (-rw-r--r--): chmod 600 ")
	bad := filepath.Join(t.TempDir(), "bad")
	require.NoError(t, os.WriteFile(bad, []byte("key"), 0o600))
	_, err = pack.ReadKey(bad)
	require.ErrorContains(t, err, "is no PEM file")
	_, err = pack.ReadKey(filepath.Join(t.TempDir(), "none"))
	require.ErrorContains(t, err, "the key can't be read")
	for _, text := range []pack.Signer{"", "ed25519:", "ed25519:AAAA", "rsa:AAAA"} {
		require.Error(t, text.Check(), text)
	}
}

// archive is a pack made by hand.
func archive(t *testing.T, headers ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, head := range headers {
		text := head.Linkname
		if head.Typeflag == tar.TypeReg {
			head.Linkname, head.Size = "", int64(len(text))
		}
		require.NoError(t, w.WriteHeader(&head))
		if head.Typeflag == tar.TypeReg {
			_, err := w.Write([]byte(text))
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	require.NoError(t, z.Close())
	return b.Bytes()
}

// What a stranger made does no harm.
func TestHostilePacks(t *testing.T) {
	reg := func(name, text string) tar.Header {
		return tar.Header{Name: name, Typeflag: tar.TypeReg, Linkname: text, Mode: 0o644}
	}
	index := reg("mtx.json", `{"format":1,"name":"a","files":{"extension.yaml":"00"}}`)
	good, _, err := pack.Make(folder(t, note()))
	require.NoError(t, err)
	for says, file := range map[string][]byte{
		"this is no pack of an extension":                nil,
		"or it is damaged":                               good[:len(good)/2],
		`"../evil" in it, which is no file`:              archive(t, index, reg("../evil", "")),
		`"/etc/evil" in it, which is no file`:            archive(t, index, reg("/etc/evil", "")),
		`"link" in it, which is no file`:                 archive(t, index, tar.Header{Name: "link", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}),
		`has "extension.yaml" twice`:                     archive(t, index, reg("extension.yaml", "a"), reg("extension.yaml", "b")),
		"isn't what its index says":                      archive(t, index, reg("extension.yaml", "name: a")),
		"the pack has 0 files, and its index names 1":    archive(t, index),
		"the pack has the form 2, and this server reads": archive(t, reg("mtx.json", `{"format":2}`)),
	} {
		_, err := pack.Open(file)
		require.ErrorContains(t, err, says)
	}
}

// FuzzOpen opens packs as they come, and archives that are packed before, where changed
// bytes get past the checksum of gzip. What opens has nothing that leads elsewhere.
func FuzzOpen(f *testing.F) {
	file, _, err := pack.Make(folder(f, note()))
	require.NoError(f, err)
	z, err := gzip.NewReader(bytes.NewReader(file))
	require.NoError(f, err)
	z.Multistream(false)
	archive, err := io.ReadAll(z)
	require.NoError(f, err)
	f.Add(file)
	f.Add(archive)
	f.Fuzz(func(t *testing.T, text []byte) {
		var zipped bytes.Buffer
		w := gzip.NewWriter(&zipped)
		_, err := w.Write(text)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		for _, file := range [][]byte{text, zipped.Bytes()} {
			p, err := pack.Open(file)
			if err != nil {
				continue
			}
			for name := range p.Files {
				require.True(t, filepath.IsLocal(filepath.FromSlash(name)), name)
			}
		}
	})
}
