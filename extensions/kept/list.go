package kept

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/manytill/manytill/internal/hooks/runs"
)

// File is a kept run, as a folder lists it.
type File struct {
	Path  string
	At    time.Time // when its cause came last, about
	Bytes int64
}

// ours are names that Folder gives: EXTENSION-END-HASH.json.
var ours = regexp.MustCompile(`^(.+)-([a-z_]+)-[0-9a-f]{12}\.json$`)

func (f File) kind() string { return ours.FindStringSubmatch(filepath.Base(f.Path))[2] }

// List are the kept runs of a folder, the newest first; none where there is no
// folder. Other files in it are left alone.
func List(dir string) (list []File, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || !ours.MatchString(e.Name()) {
			continue // it may have gone meanwhile
		}
		list = append(list, File{filepath.Join(dir, e.Name()), info.ModTime(), info.Size()})
	}
	slices.SortFunc(list, func(a, b File) int { return b.At.Compare(a.At) })
	return list, nil
}

// Whole is a kept run with how often its cause came.
type Whole struct {
	Run   *runs.Run
	Known runs.Known
}

// fileBytes is how large a file may be that is read.
const fileBytes = 64 << 20

// ReadFile reads a kept run.
func ReadFile(path string) (*Whole, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, fileBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > fileBytes {
		return nil, fmt.Errorf("%s: this is no kept run: it has more than %d bytes", path, fileBytes)
	}
	run, known, err := runs.Read(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Whole{run, known}, nil
}
