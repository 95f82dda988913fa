package pack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/internal/plainyaml"
	"github.com/manytill/manytill/sdk/protocol"
)

// LockName is the lock file's name, beside the server's config.
const LockName = "extensions.lock"

// Lock is what extensions were added from packs, by their names.
type Lock struct {
	Extensions map[string]Pinned `yaml:"extensions"`
}

// Pinned is one of them, as it must be on the disk.
type Pinned struct {
	Version string `yaml:"version"`
	// Path is its folder, from the lock file's.
	Path string `yaml:"path"`
	// From is where the pack came from, SHA256 its sum without the signature.
	From   string `yaml:"from"`
	SHA256 string `yaml:"sha256"`
	// Signer is who signed it; "": nobody.
	Signer Signer `yaml:"signer"`
	// Files are the sums of its files.
	Files map[string]string `yaml:"files"`
}

// ReadLock reads a lock file; one that isn't there is empty.
func ReadLock(path string) (*Lock, error) {
	l := &Lock{Extensions: map[string]Pinned{}}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the lock of extensions can't be read: %w", err)
	}
	if err := plainyaml.Decode(text, l); err != nil {
		return nil, fmt.Errorf("%s: %w; it is written by manytill extension add: take the file of a backup, or add the extensions again", path, err)
	}
	for name, p := range l.Extensions {
		if p.Path == "" || !filepath.IsLocal(filepath.FromSlash(p.Path)) || len(p.Files) == 0 {
			return nil, fmt.Errorf("%s: %s must have a path inside the config's folder, and files", path, name)
		}
	}
	return l, nil
}

// Text is the lock file.
func (l *Lock) Text() []byte {
	var b strings.Builder
	b.WriteString("# Written by manytill extension add: what each pack had in it, and who signed it. Keep it with the config.\nextensions:")
	if len(l.Extensions) == 0 {
		b.WriteString(" {}")
	}
	b.WriteString("\n")
	for _, name := range protocol.SortedKeys(l.Extensions) {
		p := l.Extensions[name]
		fmt.Fprintf(&b, "  %s:\n", strconv.Quote(name))
		for _, of := range [][2]string{{"version", p.Version}, {"path", p.Path}, {"from", p.From}, {"sha256", p.SHA256}, {"signer", string(p.Signer)}} {
			fmt.Fprintf(&b, "    %s: %s\n", of[0], strconv.Quote(of[1]))
		}
		b.WriteString("    files:\n")
		for _, file := range protocol.SortedKeys(p.Files) {
			fmt.Fprintf(&b, "      %s: %s\n", strconv.Quote(file), strconv.Quote(p.Files[file]))
		}
	}
	return []byte(b.String())
}

// At is the extension that was added into a folder; false: none was.
func (l *Lock) At(base, dir string) (name string, p Pinned, found bool) {
	for name, p := range l.Extensions {
		if filepath.Join(base, filepath.FromSlash(p.Path)) == filepath.Clean(dir) {
			return name, p, true
		}
	}
	return "", Pinned{}, false
}

// Check holds what is on the disk against the pack that it came from; base is the
// lock file's folder.
func (p Pinned) Check(base string) error {
	for _, name := range protocol.SortedKeys(p.Files) {
		path := filepath.Join(base, filepath.FromSlash(p.Path), filepath.FromSlash(name))
		sum, err := files.SHA256(path)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is gone, which %s names: add the extension's pack again (manytill extension add)", path, LockName)
		}
		if err != nil {
			return err
		}
		if sum != p.Files[name] {
			return fmt.Errorf("%s was changed after it was added: its sha256 is %s, and %s says %s. Add the pack again (manytill extension add); if the change is yours, take the extension out of %s", path, sum, LockName, p.Files[name], LockName)
		}
	}
	return nil
}
