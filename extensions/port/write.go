package port

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/sdk/protocol"
)

// write makes the folder beside its place, and puts it there when it is whole.
func (r *Report) write(m *module) (err error) {
	if _, err := os.Lstat(r.Dir); err == nil {
		return fmt.Errorf("%s is there already, and nothing in it was changed: choose another folder with --out", r.Dir)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	text := r.manifest()
	if _, err := manifest.Parse(manifest.FileName, text); err != nil {
		return fmt.Errorf("no manifest can be made of what was found: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(r.Dir), 0o755); err != nil {
		return err
	}
	half, err := os.MkdirTemp(filepath.Dir(r.Dir), ".import-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(half))
		}
	}()
	if err := os.Chmod(half, 0o755); err != nil {
		return err
	}
	all := map[string]string{manifest.FileName: string(text)}
	for _, f := range m.scripts {
		if slices.Contains(r.Scripts, f.name) {
			all[f.name] = f.text
		}
	}
	for name, text := range all {
		path := filepath.Join(half, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return os.Rename(half, r.Dir)
}

// manifest is the text of extension.yaml.
func (r *Report) manifest() []byte {
	var b strings.Builder
	b.WriteString("# Made by manytill extension import. Types are what running the code showed, or what Python says:\n# look them over, and give fields labels.\n")
	fmt.Fprintf(&b, "name: %s\nversion: %s\n", scalar(r.Name), scalar(r.Version))
	switch len(r.Scripts) {
	case 0:
	case 1:
		fmt.Fprintf(&b, "js: %s\n", scalar(r.Scripts[0]))
	default:
		b.WriteString("js:\n")
		for _, name := range r.Scripts {
			fmt.Fprintf(&b, "  - %s\n", scalar(name))
		}
	}
	if len(r.Fields) == 0 {
		return []byte(b.String())
	}
	b.WriteString("fields:\n")
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		head := "  " + string(model) + ":\n"
		for _, f := range r.Fields {
			if f.Model != model {
				continue
			}
			b.WriteString(head + "    " + f.text() + "\n")
			head = ""
		}
	}
	return []byte(b.String())
}

// text is a field's line.
func (f *Field) text() string {
	parts := []string{"type: " + scalar(string(f.Type)), "merge: " + string(f.Merge)}
	if len(f.Enum) > 0 {
		choices := make([]string, len(f.Enum))
		for i, c := range f.Enum {
			choices[i] = string(c)
		}
		parts = append(parts, "enum: ["+strings.Join(choices, ", ")+"]")
	}
	if f.Label != string(f.Field) && f.Label != "" {
		parts = append(parts, "label: "+scalar(f.Label))
	}
	if f.edit {
		parts = append(parts, "edit: true")
	}
	line := scalar(string(f.Field)) + ": {" + strings.Join(parts, ", ") + "}"
	switch {
	case f.Python:
		line += " # a guess: only Python declares it"
	case f.OneWay:
		line += " # one-way: exported, and never restored"
	}
	return line
}

var (
	plainText = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_./-]*$`)
	wordsOf   = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
)

// scalar is a text as YAML has it, in quotes where it could be taken for something
// else.
func scalar(text string) string {
	if plainText.MatchString(text) && !slices.Contains(wordsOf, strings.ToLower(text)) {
		return text
	}
	return strconv.Quote(text)
}
