package manifest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

//go:embed extension.schema.json
var editorSchema []byte

// EditorSchema is the JSON Schema of extension.yaml, for editors: it completes keys
// and finds most mistakes while they are typed. [Load] finds the others too.
func EditorSchema() []byte { return editorSchema }

// node is a part of a JSON Schema.
type node = map[string]any

// BuildEditorSchema makes the schema of the Go type of a manifest. comments are those
// of its types' fields, by "Type.Field".
func BuildEditorSchema(comments map[string]string) ([]byte, error) {
	b := editorBuilder{comments: comments}
	root := b.object(reflect.TypeFor[Manifest]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "An extension of Manytill (extension.yaml)"
	root["required"] = []string{"name"}
	root["not"] = node{"required": []string{"js", "exec"}}
	root["if"] = node{"not": node{"anyOf": []any{required("js"), required("exec")}}}
	root["then"] = node{"required": []string{"fields"}, "not": node{"anyOf": forCode}}
	if len(b.missing) > 0 {
		return nil, fmt.Errorf("there is no comment on %s", strings.Join(b.missing, ", "))
	}
	text, err := json.MarshalIndent(root, "", "  ")
	return append(text, '\n'), err
}

type editorBuilder struct {
	comments map[string]string
	missing  []string // fields that nobody says anything of
}

// object is a struct with its keys.
func (b *editorBuilder) object(t reflect.Type) node {
	properties := node{}
	for i := range t.NumField() {
		f := t.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if key == "" || key == "-" {
			continue
		}
		name := t.Name() + "." + f.Name
		value, known := special[name]
		if !known {
			value = b.value(f.Type)
		}
		value = withOwn(value, bounds[name])
		if words := b.comments[name]; words != "" {
			value["description"] = words
		} else {
			b.missing = append(b.missing, name)
		}
		properties[key] = value
	}
	all := node{"type": "object", "properties": properties, "additionalProperties": false}
	return withOwn(all, rules[t.Name()])
}

func withOwn(value, more node) node {
	all := node{}
	for key, v := range value {
		all[key] = v
	}
	for key, v := range more {
		all[key] = v
	}
	return all
}

// value is what may stand for a Go type.
func (b *editorBuilder) value(t reflect.Type) node {
	if own, known := ownTypes[t]; known {
		return own
	}
	if t == reflect.TypeFor[Fields]() {
		return b.fields()
	}
	switch t.Kind() {
	case reflect.Pointer:
		return b.value(t.Elem())
	case reflect.Struct:
		return b.object(t)
	case reflect.Map:
		of := node{"type": "object", "additionalProperties": b.value(t.Elem())}
		if t.Key() == reflect.TypeFor[protocol.Model]() {
			of["propertyNames"] = node{"enum": []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline}}
		}
		return of
	case reflect.Slice:
		return node{"type": "array", "items": b.value(t.Elem())}
	case reflect.Bool:
		return node{"type": "boolean"}
	case reflect.Int:
		return node{"type": "integer", "minimum": 1}
	}
	return node{"type": "string"}
}

// fields are those of both models, whose names each model has its own words for.
func (b *editorBuilder) fields() node {
	of := node{}
	for model, core := range map[protocol.Model]map[protocol.Field]protocol.FieldSpec{
		protocol.ModelOrder: protocol.CoreSchema().Order, protocol.ModelOrderline: protocol.CoreSchema().Orderline,
	} {
		field := b.object(reflect.TypeFor[Field]())
		if model == protocol.ModelOrder {
			field = withOwn(field, node{"not": node{"anyOf": []any{field["not"], required("role")}}})
		}
		taken := slices.Concat(protocol.RecordKeys(model), protocol.SortedKeys(core))
		of[string(model)] = node{
			"type": "object", "additionalProperties": field,
			"propertyNames": node{"pattern": fieldName, "not": node{"anyOf": []any{node{"pattern": "^mt_"}, node{"enum": taken}}}},
		}
	}
	return node{"type": "object", "properties": of, "additionalProperties": false}
}

const fieldName = `^[A-Za-z_$][A-Za-z0-9_$]{0,63}$`

// ownTypes are those that read themselves, or whose words are a list.
var ownTypes = map[reflect.Type]node{
	reflect.TypeFor[files](): {"oneOf": []any{
		node{"type": "string", "minLength": 1, "not": inside},
		node{"type": "array", "items": node{"type": "string", "minLength": 1, "not": inside}, "minItems": 1, "uniqueItems": true},
	}},
	reflect.TypeFor[protocol.Field](): {"type": "string", "pattern": fieldName},
	reflect.TypeFor[choice]():         {"type": []string{"string", "number", "boolean"}},
	reflect.TypeFor[bound]():          {"type": "number"},
	reflect.TypeFor[time.Duration]():  {"type": "string", "pattern": `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`},
	reflect.TypeFor[protocol.Type]():  {"enum": types},
	reflect.TypeFor[protocol.Merge](): {"enum": merges},
	reflect.TypeFor[protocol.Role]():  {"enum": protocol.Roles},
	reflect.TypeFor[Storage](): {"oneOf": []any{
		node{"const": true},
		node{
			"type": "object", "additionalProperties": false, "required": []string{"max_keys"},
			"properties": node{"max_keys": node{"type": "integer", "minimum": 1, "maximum": MostKeys}},
		},
	}},
}

// special are fields whose Go type says less than they may be.
var special = map[string]node{
	"Manifest.Writes": {
		"type": "object", "additionalProperties": false,
		"properties": node{
			string(protocol.ModelOrder):     node{"type": "array", "uniqueItems": true, "items": node{"enum": protocol.WritableFields(protocol.ModelOrder)}},
			string(protocol.ModelOrderline): node{"type": "array", "uniqueItems": true, "items": node{"enum": protocol.WritableFields(protocol.ModelOrderline)}},
		},
	},
}

// forCode are keys that mean nothing in a manifest without code.
var forCode = []any{
	required("reads"), required("writes"), required("lines"), required("storage"), required("effects"),
	required("after"), required("can_reject"), required("config"), required("public"),
}

func required(key string) node { return node{"required": []string{key}} }

func is(key string, values ...any) node {
	return node{"required": []string{key}, "properties": node{key: node{"enum": values}}}
}

// count is of characters or entries.
var count = node{"type": "integer", "minimum": 0}

// whenThen is a rule on what follows from something.
func whenThen(when, then node) node { return node{"if": when, "then": then} }

// rules are what keys of an object say of each other.
var rules = map[string]node{"Field": {
	"anyOf": []any{required("type"), required("enum")},
	"not":   node{"allOf": []any{is("derived", true), is("edit", true)}},
	"allOf": []any{
		whenThen(is("merge", protocol.Counter), node{"allOf": []any{is("type", protocol.TypeNumber, protocol.TypeInteger), node{"not": required("enum")}}}),
		whenThen(is("merge", protocol.Union), is("type", protocol.TypeStrings, protocol.TypeIDs, protocol.TypeArray)),
		whenThen(required("pattern"), is("type", protocol.TypeString)),
		whenThen(required("role"), node{"allOf": []any{is("type", protocol.TypeNumber), node{"properties": node{"merge": node{"enum": []protocol.Merge{protocol.Last, protocol.Guarded}}}}}}),
		whenThen(is("type", protocol.TypeString, protocol.TypeStrings, protocol.TypeIDs, protocol.TypeArray), node{"properties": node{"min": count, "max": count}}),
		whenThen(node{"anyOf": []any{required("min"), required("max")}}, node{"properties": node{"type": node{
			"not": node{"enum": []protocol.Type{protocol.TypeTime, protocol.TypeBool, protocol.TypeID, protocol.TypeAny, protocol.TypeObject}},
		}}}),
		whenThen(required("enum"), node{"properties": node{"type": node{
			"not": node{"enum": []protocol.Type{protocol.TypeTime, protocol.TypeBool, protocol.TypeAny, protocol.TypeArray, protocol.TypeObject}},
		}}}),
	},
}}

// inside is of a path: it stays in the extension's folder.
var inside = node{"pattern": "^/|(^|/)\\.\\.(/|$)"}

// scalarText is a text for which a number may stand, such as version: 1.0.
var scalarText = []string{"string", "number"}

// bounds are what the checks of a manifest say of single fields.
var bounds = map[string]node{
	"Manifest.Name":     {"pattern": nameForm.String()},
	"Manifest.Version":  {"pattern": versionForm.String(), "type": scalarText},
	"Manifest.Manytill": {"pattern": hostForm.String()},
	"Field.Label":       {"type": scalarText},
	"Field.Labels":      {"propertyNames": node{"pattern": tagForm.String()}, "additionalProperties": node{"type": "string", "minLength": 1}},
	"Field.Show":        {"enum": slices.DeleteFunc(slices.Clone(shows), func(s string) bool { return s == "" })},
	"Manifest.Exec":     {"not": inside},
	"Manifest.Config":   {"not": inside},
	"Field.Enum":        {"minItems": 1, "uniqueItems": true},
	"Effect.InOrder":    {"enum": []string{"order", "multi_session"}},
	"Effect.Method":     {"enum": methods},
}
