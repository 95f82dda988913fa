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
	// Its name, which no other extension of a server has.
	Name string `yaml:"name"`
	// Its version, like 1.0.0.
	Version string `yaml:"version"`
	// The versions of Manytill that it works with, like >=0.1.
	Manytill string `yaml:"manytill"`
	// The schema of its fields: a number to raise where the fields of one version
	// aren't those of the next. 1 by default; from 2 on the code has a migrate.
	SchemaVersion int `yaml:"schema"`
	// Its JavaScript or TypeScript: a file, or a list of them in the order in which
	// they run, as paths from the manifest's folder.
	JS files `yaml:"js"`
	// Its Go program, as a path from the manifest's folder. An extension has js or
	// exec, or neither where all is said by fields.
	Exec string `yaml:"exec"`

	// The fields that it adds to orders and orderlines.
	Fields Fields `yaml:"fields"`
	// Fields of the core or of other extensions that its hooks look at: they run
	// again when one changes.
	Reads map[protocol.Model][]protocol.Field `yaml:"reads"`
	// Fields of the core that its hooks give a value.
	Writes map[protocol.Model][]protocol.Field `yaml:"writes"`
	// Whether the hooks of orders put lines of their own.
	Lines bool `yaml:"lines"`
	// The extensions that run before it.
	After []string `yaml:"after"`
	// Whether it may refuse a tap.
	CanReject bool `yaml:"can_reject"`
	// What its hooks keep for each multi-session: true, or with a limit.
	Storage *Storage `yaml:"storage"`
	// What its hooks of orders may want done after the commit.
	Effects map[string]Effect `yaml:"effects"`
	// The path of the JSON Schema of its settings.
	Config string `yaml:"config"`
	// The settings that browsers may see.
	Public []string `yaml:"public"`

	// Dir is the folder that the manifest stands in.
	Dir string `yaml:"-"`

	schema schema
}

// Fields are the fields that an extension adds to each model.
type Fields map[protocol.Model]map[protocol.Field]Field

// Field is one field as a manifest writes it.
type Field struct {
	// What it holds.
	Type protocol.Type `yaml:"type"`
	// How two tills' edits become one; last by default.
	Merge protocol.Merge `yaml:"merge"`
	// Whether hooks alone write it.
	Derived bool `yaml:"derived"`
	// What tills call it.
	Label string `yaml:"label"`
	// What tills call it in other languages, by BCP 47 tag.
	Labels map[string]string `yaml:"labels" also:"translations label_i18n"`
	// Whether tills let people edit it.
	Edit bool `yaml:"edit"`
	// Where tills show it.
	Show string `yaml:"show"`
	// The values that it may have, and of a list the entries.
	Enum []choice `yaml:"enum" also:"choices values options one_of"`
	// The least value of a number, the fewest characters of a text, or entries of a list.
	Min bound `yaml:"min" also:"minimum min_length min_items"`
	// The largest value of a number, the most characters of a text, or entries of a list.
	Max bound `yaml:"max" also:"maximum max_length max_items length"`
	// A regular expression for the whole text, in what RE2 and JavaScript read alike.
	Pattern string `yaml:"pattern" also:"regex regexp format"`
	// What it does to a line's price.
	Role protocol.Role `yaml:"role"`
}

// Spec is the field as the schema has it.
func (f Field) Spec(owner string) protocol.FieldSpec {
	return protocol.FieldSpec{
		Type: f.Type, Merge: f.Merge, Owner: owner, Derived: f.Derived,
		Label: f.Label, Labels: f.labels(), Edit: f.Edit, Show: f.Show, Role: f.Role,
		Enum: f.enum(), Min: protocol.Value(f.Min), Max: protocol.Value(f.Max), Pattern: f.Pattern,
	}
}

// Schema are its fields as a server's schema has them.
func (m *Manifest) Schema() *protocol.Schema {
	specs := func(model protocol.Model) map[protocol.Field]protocol.FieldSpec {
		all := map[protocol.Field]protocol.FieldSpec{}
		for name, field := range m.Fields[model] {
			all[name] = field.Spec(m.Name)
		}
		return all
	}
	return &protocol.Schema{Order: specs(protocol.ModelOrder), Orderline: specs(protocol.ModelOrderline)}
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
