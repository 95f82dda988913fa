package manifest

import (
	"path/filepath"
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
)

// FileName is the manifest's name beside the code.
const FileName = "extension.yaml"

// Manifest is what a vendor says of an extension.
type Manifest struct {
	Name    string `yaml:"name"`
	Version string `yaml:"version"`
	// Manytill names the host versions that it works with: ">=0.1".
	Manytill string `yaml:"manytill"`
	// JS are the JavaScript or TypeScript files, in the order in which they run,
	// Exec is the Go plugin; one of them, or none where all is said by Fields.
	// They are paths from the manifest's folder.
	JS   files  `yaml:"js"`
	Exec string `yaml:"exec"`

	Fields Fields `yaml:"fields"`
	// Reads are fields of the core or of other extensions that hooks look at.
	Reads map[protocol.Model][]protocol.Field `yaml:"reads"`
	// Writes are fields of the core that hooks give a value.
	Writes map[protocol.Model][]protocol.Field `yaml:"writes"`
	// Lines: hooks of orders put lines of their own.
	Lines bool     `yaml:"lines"`
	After []string `yaml:"after"`
	// CanReject: may refuse a mutation.
	CanReject bool `yaml:"can_reject"`
	// Storage: hooks keep something for each multi-session; nil is none.
	Storage *Storage `yaml:"storage"`
	// Effects are what hooks of orders may want done after the commit.
	Effects map[string]Effect `yaml:"effects"`
	// Config is the path of the JSON Schema of its settings.
	Config string `yaml:"config"`
	// Public are the settings that browsers may see.
	Public []string `yaml:"public"`

	// Dir is the folder that the manifest stands in.
	Dir string `yaml:"-"`

	schema schema
}

// Fields are the fields that an extension adds to each model.
type Fields map[protocol.Model]map[protocol.Field]Field

// Field is one field as a manifest writes it.
type Field struct {
	Type    protocol.Type  `yaml:"type"`
	Merge   protocol.Merge `yaml:"merge"`
	Derived bool           `yaml:"derived"`
	Label   string         `yaml:"label"`
	Edit    bool           `yaml:"edit"`
	Show    string         `yaml:"show"`
	// Enum, Min, Max and Pattern bound its values, see [protocol.FieldSpec].
	Enum    []choice `yaml:"enum" also:"choices values options one_of"`
	Min     bound    `yaml:"min" also:"minimum min_length min_items"`
	Max     bound    `yaml:"max" also:"maximum max_length max_items length"`
	Pattern string   `yaml:"pattern" also:"regex regexp format"`
	// Role is what the field does to a line's price.
	Role protocol.Role `yaml:"role"`
}

// Spec is the field as the schema has it.
func (f Field) Spec(owner string) protocol.FieldSpec {
	return protocol.FieldSpec{
		Type: f.Type, Merge: f.Merge, Owner: owner, Derived: f.Derived,
		Label: f.Label, Edit: f.Edit, Show: f.Show, Role: f.Role,
		Enum: f.enum(), Min: protocol.Value(f.Min), Max: protocol.Value(f.Max), Pattern: f.Pattern,
	}
}

// HasCode: it names files to run, and isn't fields alone.
func (m *Manifest) HasCode() bool { return len(m.JS) > 0 || m.Exec != "" }

// Files are the paths of its JavaScript.
func (m *Manifest) Files() (paths []string) {
	for _, file := range m.JS {
		paths = append(paths, filepath.Join(m.Dir, file))
	}
	return paths
}

// IsPublic reports whether browsers may see a setting.
func (m *Manifest) IsPublic(setting string) bool { return slices.Contains(m.Public, setting) }
