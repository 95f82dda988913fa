package shapes

import (
	"encoding/json"
	"slices"
)

type object = map[string]any

// Schemas are JSON schemas of every shape, by name, for the components of an
// OpenAPI document.
func (p *Package) Schemas() ([]byte, error) {
	all := object{}
	for _, s := range p.Shapes {
		all[s.Name] = p.schema(s)
	}
	text, err := json.MarshalIndent(all, "", " ")
	return append(text, '\n'), err
}

func (p *Package) schema(s *Shape) object {
	var schema object
	switch s.Kind {
	case Object:
		union, value := p.union(s.Name)
		if union == nil {
			union = &Shape{}
		}
		schema = p.object(s, union.Key, value)
	case Union:
		var list []object
		for _, m := range s.Members {
			if s.Inside {
				list = append(list, object{"$ref": reference(m.Shape)})
				continue
			}
			list = append(list, p.object(p.Shape(m.Shape), s.Key, m.Value))
		}
		schema = object{"oneOf": list}
	case Named:
		schema = schemaOf(s.Type)
		if len(s.Values) > 0 && !s.Open {
			schema["enum"] = s.Values
		}
	}
	if s.Doc != "" {
		schema["description"] = s.Doc
	}
	return schema
}

// object has the key of a union, too, if there is one.
func (p *Package) object(s *Shape, key, value string) object {
	properties, required := object{}, []string{}
	if key != "" {
		properties[key] = object{"const": value}
		required = append(required, key)
	}
	fields, others := p.Members(s)
	for _, f := range fields {
		schema := schemaOf(f.Type)
		if len(others[f.Name]) > 0 {
			list := []object{schema}
			for _, other := range others[f.Name] {
				list = append(list, schemaOf(other))
			}
			schema = object{"anyOf": list}
		}
		if f.Doc != "" {
			schema["description"] = f.Doc
		}
		properties[f.Name] = schema
		if !f.Optional {
			required = append(required, f.Name)
		}
	}
	slices.Sort(required)
	schema := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

func reference(name string) string { return "#/components/schemas/" + name }

func schemaOf(t Type) (schema object) {
	switch {
	case t.List != nil:
		schema = object{"type": "array", "items": schemaOf(*t.List)}
	case t.Map != nil:
		schema = object{"type": "object", "additionalProperties": schemaOf(*t.Map)}
	case t.Ref != "":
		schema = object{"$ref": reference(t.Ref)}
	case t.Basic == "any":
		schema = object{}
	default:
		schema = object{"type": t.Basic}
	}
	if t.Nullable {
		return object{"anyOf": []object{schema, {"type": "null"}}}
	}
	return schema
}
