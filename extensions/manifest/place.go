package manifest

import (
	"path/filepath"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/plainyaml"
)

// Program is the path of its Go plugin.
func (m *Manifest) Program() string { return filepath.Join(m.Dir, m.Exec) }

// Place is where a key stands in the manifest's file, by the keys above it and
// itself: the nearest of them that is there.
func (m *Manifest) Place(keys ...string) notes.Place {
	at := notes.Place{File: filepath.Join(m.Dir, FileName)}
	text, err := read(at.File)
	if err != nil {
		return at
	}
	at.Line, at.Column = plainyaml.Place(text, stepsOf(keys)...)
	return at
}

func stepsOf(keys []string) []any {
	steps := make([]any, len(keys))
	for i, key := range keys {
		steps[i] = key
	}
	return steps
}
