package pack

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/sdk/protocol"
)

// Index is what a pack says of itself.
type Index struct {
	Format  int    `json:"format"`
	Name    string `json:"name"`
	Version string `json:"version"`
	// Platform is what a Go program is built for, like linux/amd64; "": any.
	Platform string `json:"platform,omitempty"`
	// Program is the path of the Go program.
	Program string `json:"program,omitempty"`
	// Files are the sums (SHA-256, in hex) of all files, by their paths.
	Files map[string]string `json:"files"`
}

const (
	format    = 1
	indexName = "mtx.json"
	mostFiles = 1000
	// MostBytes is how large a pack may be, and what is in it.
	MostBytes = 256 << 20
)

// Ending is of a pack's name.
const Ending = ".mtx"

// Make makes a pack of the folder of an extension with a manifest.
func Make(dir string) ([]byte, *Index, error) {
	m, err := manifest.Load(dir)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%s has no %s, which a pack needs: manytill extension import %s writes one", dir, manifest.FileName, dir)
		}
		return nil, nil, err
	}
	dir = m.Dir
	texts, err := gather(dir, m)
	if err != nil {
		return nil, nil, err
	}
	index := &Index{Format: format, Name: m.Name, Version: m.Version, Files: map[string]string{}}
	if m.Exec != "" {
		index.Program = filepath.ToSlash(filepath.Clean(m.Exec))
		if index.Platform = platformOf(texts[index.Program]); index.Platform == "" {
			return nil, nil, fmt.Errorf("%s is no program of a platform that is known: build it with: CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build -trimpath -o %s . (in that folder)", filepath.Join(dir, m.Exec), m.Exec)
		}
	}
	for name, text := range texts {
		index.Files[name] = sumOf(text)
	}
	packed, err := write(index, texts)
	return packed, index, err
}

var (
	readme   = regexp.MustCompile(`(?i)^(readme|license|licence|changelog)(\.(md|txt))?$`)
	keyLike  = regexp.MustCompile(`(?i)(\.(key|pem|p12|pfx)$|^id_(rsa|ecdsa|ed25519)|^\.)`)
	caseLike = regexp.MustCompile(`(?i)\.(ya?ml|json)$`)
)

// gather reads what belongs to the extension: what its manifest names, what people
// read, and its cases.
func gather(dir string, m *manifest.Manifest) (map[string][]byte, error) {
	names := []string{manifest.FileName}
	for _, file := range append(slices.Clone([]string(m.JS)), m.Exec, m.Config) {
		if file != "" {
			names = append(names, filepath.ToSlash(filepath.Clean(file)))
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if entry.Type().IsRegular() && readme.MatchString(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	cases := filepath.Join(dir, "testdata")
	err = filepath.WalkDir(cases, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && path == cases:
			return filepath.SkipDir
		case err != nil:
			return err
		case entry.IsDir() && path != cases && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules"):
			return filepath.SkipDir
		case entry.Type().IsRegular() && caseLike.MatchString(entry.Name()) && !keyLike.MatchString(entry.Name()):
			name, err := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(name))
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	return readAll(dir, slices.Compact(names))
}

func readAll(dir string, names []string) (map[string][]byte, error) {
	if len(names) > mostFiles {
		return nil, fmt.Errorf("%s: a pack has %d files at most, not %d", dir, mostFiles, len(names))
	}
	texts, size := map[string][]byte{}, 0
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if keyLike.MatchString(filepath.Base(name)) {
			return nil, fmt.Errorf("%s looks like a key, and isn't packed: take it out of the manifest", path)
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("a file of the extension can't be read: %w", err)
		}
		if size += int(info.Size()); !info.Mode().IsRegular() || size > MostBytes {
			return nil, fmt.Errorf("%s is no file, or makes the pack larger than %d bytes", path, MostBytes)
		}
		if texts[name], err = os.ReadFile(path); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// made is the time of all files: a pack says nothing of when it was made.
var made = time.Unix(0, 0).UTC()

func write(index *Index, texts map[string][]byte) ([]byte, error) {
	head, err := json.MarshalIndent(index, "", "  ")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	t := tar.NewWriter(z)
	add := func(name string, text []byte, mode int64) error {
		err := t.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: mode, ModTime: made, Typeflag: tar.TypeReg, Format: tar.FormatPAX})
		if err == nil {
			_, err = t.Write(text)
		}
		return err
	}
	errs := []error{add(indexName, append(head, '\n'), plainMode)}
	for _, name := range protocol.SortedKeys(texts) {
		errs = append(errs, add(name, texts[name], modeOf(index, name)))
	}
	err = errors.Join(append(errs, t.Close(), z.Close())...)
	return b.Bytes(), err
}

const (
	plainMode   = 0o644
	programMode = 0o755
)

func modeOf(index *Index, name string) int64 {
	if name == index.Program {
		return programMode
	}
	return plainMode
}

func sumOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
