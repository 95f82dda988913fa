package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schema checks an extension's settings; the zero value takes any.
type schema struct{ of *jsonschema.Schema }

func (m *Manifest) loadSchema(path string) error {
	text, err := read(path)
	if err != nil {
		return err
	}
	return m.SetSchema(path, text)
}

// SetSchema is the JSON Schema of the extension's settings; name is what
// errors call it. It may not name other files.
func (m *Manifest) SetSchema(name string, text []byte) error {
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("%s is not JSON: %w", name, err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(jsonschema.SchemeURLLoader{}) // reads nothing
	const id = "schema.json"
	if err := compiler.AddResource(id, tree); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	m.schema.of, err = compiler.Compile(id)
	if err != nil {
		return fmt.Errorf("%s is no JSON Schema: %w", name, err)
	}
	return nil
}

// CheckConfig holds the operator's settings against the schema.
func (m *Manifest) CheckConfig(config map[string]any) error {
	if m.schema.of == nil {
		return nil
	}
	text, err := json.Marshal(config)
	if err != nil {
		return fmt.Errorf("the settings of %s: %w", m.Name, err)
	}
	if config == nil {
		text = []byte("{}")
	}
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("the settings of %s: %w", m.Name, err)
	}
	if err := m.schema.of.Validate(tree); err != nil {
		return fmt.Errorf("the settings of %s: %w", m.Name, err)
	}
	return nil
}
