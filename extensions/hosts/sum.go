package hosts

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/files"
)

// runs are the kinds of files that an extension of JavaScript is made of.
var runs = []string{".js", ".mjs", ".cjs", ".ts", ".json", ".yaml"}

// Sum tells the files of an extension from others: it is the same for the same names
// and bytes, in any folder. A file that can't be read counts as that.
func (s Source) Sum() []byte {
	sum := sha256.New()
	add := func(name, path string) {
		text, err := files.SHA256(path)
		if err != nil {
			text = "-"
		}
		fmt.Fprintf(sum, "%s %s\n", filepath.ToSlash(name), text)
	}
	for _, path := range s.Paths {
		_ = filepath.WalkDir(path, func(at string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil
			case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "testdata"):
				return filepath.SkipDir
			case at == path && !entry.IsDir():
				add(filepath.Base(at), at)
			case entry.Type().IsRegular() && slices.Contains(runs, filepath.Ext(at)):
				name, _ := filepath.Rel(path, at) // it is below
				add(name, at)
			}
			return nil
		})
	}
	if m, err := s.Manifest(); err == nil && m != nil {
		add(manifest.FileName, filepath.Join(m.Dir, manifest.FileName))
		if m.Exec != "" {
			add("exec", m.Exec)
		}
	}
	return sum.Sum(nil)
}
