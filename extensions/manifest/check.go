package manifest

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

var (
	nameForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
	versionForm = regexp.MustCompile(`^[0-9A-Za-z.+-]{1,64}$`)
	hostForm    = regexp.MustCompile(`^\s*(>=|<=|>|<|=|\^|~)?\s*v?\d+(\.\d+){0,2}(\s*,\s*(>=|<=|>|<|=|\^|~)?\s*v?\d+(\.\d+){0,2})*\s*$`)

	types  = []protocol.Type{protocol.TypeString, protocol.TypeNumber, protocol.TypeInteger, protocol.TypeTime, protocol.TypeBool, protocol.TypeID, protocol.TypeIDs, protocol.TypeStrings, protocol.TypeAny, protocol.TypeArray, protocol.TypeObject}
	merges = []protocol.Merge{protocol.Last, protocol.Guarded, protocol.Counter, protocol.First, protocol.Union}
	shows  = []string{"", "order", "line", "none"}
)

// CheckName says why no extension can have that name.
func CheckName(name string) error {
	if !nameForm.MatchString(name) {
		return fmt.Errorf("name must be 1 to 64 of a-z 0-9 . _ -, beginning with none of . _ -, was %q", name)
	}
	return nil
}

// check is the first thing that is wrong, and where.
func (m *Manifest) check() (path []string, problem error) {
	if problem := CheckName(m.Name); problem != nil {
		return []string{"name"}, problem
	}
	switch {
	case m.Version != "" && !versionForm.MatchString(m.Version):
		return []string{"version"}, fmt.Errorf("version must be like 1.0.0, was %q", m.Version)
	case m.SchemaVersion < 1:
		return []string{"schema"}, fmt.Errorf("schema is a whole number from 1, was %d", m.SchemaVersion)
	case m.Manytill != "" && !hostForm.MatchString(m.Manytill):
		return []string{"manytill"}, fmt.Errorf(`manytill must be like ">=0.1", was %q`, m.Manytill)
	}
	if path, problem := m.checkFiles(); problem != nil {
		return path, problem
	}
	for _, model := range protocol.SortedKeys(m.Fields) {
		if model != protocol.ModelOrder && model != protocol.ModelOrderline {
			return []string{"fields", string(model)}, fmt.Errorf("there are fields of order and orderline, not of %q", model)
		}
		for _, name := range protocol.SortedKeys(m.Fields[model]) {
			path, field := []string{"fields", string(model), string(name)}, m.Fields[model][name]
			if problem := protocol.CheckFieldName(model, name); problem != nil {
				return path, reserved{problem}
			}
			if problem := field.check(name); problem != nil {
				return path, problem
			}
			if problem := field.checkRole(model, name); problem != nil {
				return append(path, "role"), problem
			}
			if key, problem := field.checkValues(name); problem != nil {
				return append(path, key), problem
			}
		}
	}
	return m.checkLists()
}

// checkFiles looks at what code there is, and that nothing needs code that has
// none.
func (m *Manifest) checkFiles() (path []string, problem error) {
	if len(m.JS) > 0 && m.Exec != "" {
		return []string{"js"}, errors.New("say either js: FILE.js or exec: ./PROGRAM, not both")
	}
	for _, of := range []struct {
		key   string
		files []string
	}{{"js", m.JS}, {"exec", []string{m.Exec}}, {"config", []string{m.Config}}} {
		for i, file := range of.files {
			switch {
			case of.key == "js" && file == "":
				return []string{"js"}, errors.New("js names a file, like js: note.js")
			case file != "" && !filepath.IsLocal(file):
				return []string{of.key}, fmt.Errorf("%s must be a path inside the extension's folder, was %q", of.key, file)
			case slices.ContainsFunc(of.files[:i], func(other string) bool { return filepath.Clean(other) == filepath.Clean(file) }):
				return []string{of.key}, fmt.Errorf("%s names %s twice", of.key, file)
			}
		}
	}
	if m.HasCode() {
		return nil, nil
	}
	for _, of := range []struct {
		key string
		is  bool
	}{{"schema", m.SchemaVersion > 1}, {"reads", m.Reads != nil}, {"writes", m.Writes != nil}, {"lines", m.Lines}, {"storage", m.Storage != nil}, {"effects", m.Effects != nil}, {"after", m.After != nil}, {"can_reject", m.CanReject}, {"config", m.Config != ""}, {"public", m.Public != nil}} {
		if of.is {
			return []string{of.key}, fmt.Errorf("%s is for code, and the manifest names none: say js: FILE.js or exec: ./PROGRAM, or take %s out", of.key, of.key)
		}
	}
	for _, model := range protocol.SortedKeys(m.Fields) {
		for _, name := range protocol.SortedKeys(m.Fields[model]) {
			if m.Fields[model][name].Derived {
				return []string{"fields", string(model), string(name)}, fmt.Errorf("%s: a derived field is written by hooks only, and the manifest names no code (js or exec)", name)
			}
		}
	}
	if len(m.Fields[protocol.ModelOrder])+len(m.Fields[protocol.ModelOrderline]) == 0 {
		return nil, errors.New("say what it adds: fields, or code (js: FILE.js or exec: ./PROGRAM)")
	}
	return nil, nil
}

// reserved is of a field's name that can't be one.
type reserved struct{ error }

// codeOf is the note's on what is wrong with a manifest.
func codeOf(problem error) notes.Code {
	if errors.As(problem, new(reserved)) {
		return notes.ReservedName
	}
	return notes.Manifest
}

func (m *Manifest) checkLists() (path []string, problem error) {
	for _, model := range protocol.SortedKeys(m.Reads) {
		if model != protocol.ModelOrder && model != protocol.ModelOrderline {
			return []string{"reads", string(model)}, fmt.Errorf("reads are of order and orderline, not of %q", model)
		}
		for _, name := range m.Reads[model] {
			if !protocol.IsFieldName(name) {
				return []string{"reads", string(model)}, fmt.Errorf("%q can't be a field", name)
			}
		}
	}
	for _, model := range protocol.SortedKeys(m.Writes) {
		if model != protocol.ModelOrder && model != protocol.ModelOrderline {
			return []string{"writes", string(model)}, fmt.Errorf("writes are of order and orderline, not of %q", model)
		}
		may := protocol.WritableFields(model)
		for i, name := range m.Writes[model] {
			if !slices.Contains(may, name) {
				return []string{"writes", string(model)}, fmt.Errorf("hooks can't write the %s field %q: of an %s they may write %s", model, name, model, list(may))
			}
			if slices.Contains(m.Writes[model][:i], name) {
				return []string{"writes", string(model)}, fmt.Errorf("writes names %s twice", name)
			}
		}
	}
	if m.Lines && (len(m.Name) > protocol.MaxOwnName) {
		return []string{"name"}, fmt.Errorf("the name of an extension that puts lines has at most %d characters, as it is part of their ids", protocol.MaxOwnName)
	}
	if problem := m.checkStorage(); problem != nil {
		return []string{"storage"}, problem
	}
	if path, problem := m.checkEffects(); problem != nil {
		return path, problem
	}
	if i := slices.IndexFunc(m.After, func(name string) bool { return name == m.Name || !nameForm.MatchString(name) }); i >= 0 {
		return []string{"after"}, fmt.Errorf("after names other extensions, not %q", m.After[i])
	}
	return nil, nil
}

func (f Field) check(name protocol.Field) error {
	switch {
	case f.Type == "":
		return fmt.Errorf("%s needs a type, one of %s", name, list(types))
	case !slices.Contains(types, f.Type):
		return fmt.Errorf("%s: the type %q is none of %s", name, f.Type, list(types))
	case f.Merge != "" && !slices.Contains(merges, f.Merge):
		return fmt.Errorf("%s: the merge rule %q is none of %s", name, f.Merge, list(merges))
	case f.Merge == protocol.Counter && f.Type != protocol.TypeNumber && f.Type != protocol.TypeInteger:
		return fmt.Errorf("%s: a counter has the type number or integer, not %s", name, f.Type)
	case f.Merge == protocol.Union && !slices.Contains([]protocol.Type{protocol.TypeStrings, protocol.TypeIDs, protocol.TypeArray}, f.Type):
		return fmt.Errorf("%s: a union has the type string[], id[] or array, not %s", name, f.Type)
	case f.Derived && f.Edit:
		return fmt.Errorf("%s: a derived field is written by hooks only; take edit away", name)
	case f.badTag() != "":
		return fmt.Errorf("%s: labels are by language, like fr or pt-BR, and not empty; %q isn't one", name, f.badTag())
	case !slices.Contains(shows, f.Show):
		return fmt.Errorf("%s: show must be order, line or none, was %q", name, f.Show)
	}
	return nil
}

// tagForm is a language tag as far as manifests need it (RFC 5646).
var tagForm = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)

// badTag is the first of the labels' languages that is none, or has no label.
func (f Field) badTag() string {
	for _, tag := range slices.Sorted(maps.Keys(f.Labels)) {
		if !tagForm.MatchString(tag) || f.Labels[tag] == "" {
			return tag
		}
	}
	return ""
}

// labels are by tags in lower case, as clients look them up.
func (f Field) labels() map[string]string {
	if len(f.Labels) == 0 {
		return nil
	}
	lower := make(map[string]string, len(f.Labels))
	for tag, label := range f.Labels {
		lower[strings.ToLower(tag)] = label
	}
	return lower
}

// checkRole: the price rule takes numbers of lines, and a client that splits a
// line sets the parts of its money.
func (f Field) checkRole(model protocol.Model, name protocol.Field) error {
	switch {
	case f.Role == "":
		return nil
	case !slices.Contains(protocol.Roles, f.Role):
		return fmt.Errorf("%s: the role %q is none of %s", name, f.Role, list(protocol.Roles))
	case model != protocol.ModelOrderline:
		return fmt.Errorf("%s: the role %s is for fields of orderline, not of %s", name, f.Role, model)
	case f.Type != protocol.TypeNumber:
		return fmt.Errorf("%s: a field with the role %s has the type number, not %s", name, f.Role, f.Type)
	case f.Merge != "" && f.Merge != protocol.Last && f.Merge != protocol.Guarded:
		return fmt.Errorf("%s: a field with the role %s merges as last or guarded, not as %s", name, f.Role, f.Merge)
	}
	return nil
}

func list[S ~string](words []S) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return strings.Join(texts, ", ")
}

// fill puts what goes without saying.
func (m *Manifest) fill() {
	for _, fields := range m.Fields {
		for name, f := range fields {
			if f.Type == "" && f.Enum != nil {
				f.Type = protocol.TypeString
			}
			if f.Merge == "" {
				f.Merge = protocol.Last
			}
			if f.Label == "" {
				f.Label = string(name)
			}
			fields[name] = f
		}
	}
}
