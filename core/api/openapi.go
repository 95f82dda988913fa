package api

import (
	"encoding/json"
	"strings"

	"github.com/manytill/manytill/sdk"
	"github.com/swaggest/jsonschema-go"
)

type object = map[string]any

// document is the OpenAPI description of the routes, made of the same table
// and the same Go types that serve them.
func document(version string) ([]byte, error) {
	paths := object{}
	for _, rt := range routes() {
		operation, err := describeRoute(rt)
		if err != nil {
			return nil, err
		}
		methods, ok := paths[rt.path].(object)
		if !ok {
			methods = object{}
			paths[rt.path] = methods
		}
		methods[strings.ToLower(rt.method)] = operation
	}
	return json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Manytill sync API", "version": version, "license": object{"name": "MIT", "identifier": "MIT"},
			"description": "Several tills, the same orders. docs/protocol.md says what each call promises; an error is application/problem+json with a code.",
		},
		"paths": paths,
		"components": object{
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer"}},
			"schemas":         object{"Problem": problemSchema},
		},
	}, "", " ")
}

var problemSchema = object{
	"type": "object", "required": []string{"code", "message", "status"},
	"properties": object{
		"code": object{"type": "string"}, "message": object{"type": "string"}, "status": object{"type": "integer"},
		"type": object{"type": "string"}, "title": object{"type": "string"},
	},
}

func describeRoute(rt route) (object, error) {
	out, err := schemaOf(rt.out)
	if err != nil {
		return nil, err
	}
	operation := object{
		"summary": rt.summary,
		"responses": object{
			"200":     object{"description": "Success", "content": object{"application/json": object{"schema": out}}},
			"default": object{"description": "Failure", "content": object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/Problem"}}}},
		},
	}
	if rt.access != anyone {
		operation["security"] = []object{{"token": []string{}}}
	}
	if rt.in != nil {
		in, err := schemaOf(rt.in)
		if err != nil {
			return nil, err
		}
		operation["requestBody"] = object{"content": object{"application/json": object{"schema": in}}}
	}
	if parameters := parametersOf(rt); len(parameters) > 0 {
		operation["parameters"] = parameters
	}
	return operation, nil
}

func parametersOf(rt route) (list []object) {
	text := object{"type": "string"}
	for _, piece := range strings.Split(rt.path, "/") {
		if strings.HasPrefix(piece, "{") {
			list = append(list, object{"name": strings.Trim(piece, "{}"), "in": "path", "required": true, "schema": text})
		}
	}
	for _, name := range rt.query {
		list = append(list, object{"name": name, "in": "query", "schema": text})
	}
	return list
}

func schemaOf(v any) (any, error) {
	if v == nil {
		return object{}, nil
	}
	reflector := jsonschema.Reflector{}
	reflector.AddTypeMapping(sdk.Value(""), anyJSON{})
	return reflector.Reflect(v, jsonschema.InlineRefs)
}

// anyJSON stands for a field's value: any JSON.
type anyJSON struct{}

// JSONSchema implements [jsonschema.Exposer].
func (anyJSON) JSONSchema() (jsonschema.Schema, error) { return jsonschema.Schema{}, nil }
