package manifest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/plainyaml"
)

// maxSize is the largest manifest that is read.
const maxSize = 1 << 20

// Load reads a manifest: the file, or extension.yaml in the folder, at path.
// An error names file, line and column.
func Load(path string) (*Manifest, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, FileName)
	}
	text, err := read(path)
	if err != nil {
		return nil, err
	}
	m, err := Parse(path, text)
	if err != nil {
		return nil, err
	}
	m.Dir = filepath.Dir(path)
	if m.Config != "" {
		if err := m.loadSchema(filepath.Join(m.Dir, m.Config)); err != nil {
			return nil, fmt.Errorf("%s: config: %w", path, err)
		}
		if at, problem := m.checkSettings(); problem != nil {
			return nil, placed(path, text, at, problem)
		}
	}
	return m, nil
}

// Beside is the manifest in the folder of JavaScript files that names each of
// them: they are run with it, whole. nil is none; ignored says why one that is
// there isn't used.
func Beside(paths []string) (m *Manifest, ignored error) {
	if len(paths) == 0 {
		return nil, nil
	}
	path := filepath.Join(filepath.Dir(paths[0]), FileName)
	if _, err := os.Stat(path); err != nil {
		return nil, nil
	}
	m, err := Load(path)
	if err != nil {
		return nil, fmt.Errorf("it is ignored, as it can't be read: %w", err)
	}
	for _, file := range paths {
		if !slices.Contains(m.Files(), filepath.Clean(file)) {
			return nil, fmt.Errorf("it is ignored, as it doesn't name %s beside it: add it to js there, or name the folder %s in the config's path to run only what it names", filepath.Base(file), filepath.Dir(path))
		}
	}
	return m, nil
}

// Parse reads a manifest's text; name is what errors call it. The settings'
// JSON Schema is not read.
func Parse(name string, text []byte) (*Manifest, error) {
	m := &Manifest{SchemaVersion: 1}
	text = plainyaml.Text(text)
	if err := decode(name, text, m); err != nil {
		return nil, err
	}
	m.fill()
	if path, problem := m.check(); problem != nil {
		return nil, placed(name, text, path, problem)
	}
	return m, nil
}

// placed is what is wrong with what stands at path.
func placed(name string, text []byte, path []string, problem error) error {
	line, column := plainyaml.Place(text, stepsOf(path)...)
	at := notes.Place{File: name, Line: line, Column: column}
	return &notes.Failure{Note: notes.Note{Code: codeOf(problem), Place: at, Message: problem.Error()}, Err: problem}
}

func read(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	if len(text) > maxSize {
		return nil, fmt.Errorf("%s: a manifest has at most %d bytes", path, maxSize)
	}
	return text, nil
}

// decode is strict; its errors say where, for people.
func decode(name string, text []byte, into any) error {
	err := plainyaml.Decode(text, into)
	var at *plainyaml.Error
	if errors.As(err, &at) {
		return &notes.Failure{Note: notes.Note{Code: notes.Manifest, Place: notes.Place{File: name, Line: at.Line, Column: at.Column}, Message: at.Message}}
	}
	return err
}
