package api

import (
	_ "embed" // the schemas
	"encoding/json"
	"reflect"
	"strings"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

type object = map[string]any

// document is the OpenAPI description of the routes, made of the same table
// and the same Go types that serve them.
func document(version string) ([]byte, error) {
	paths := object{}
	for _, rt := range routes(new(handlers)) {
		methods, ok := paths[rt.path].(object)
		if !ok {
			methods = object{}
			paths[rt.path] = methods
		}
		methods[strings.ToLower(rt.method)] = describeRoute(rt)
	}
	return json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Manytill sync API", "version": version, "license": object{"name": "MIT", "identifier": "MIT"},
			"description": "Several tills, the same orders. docs/protocol.md says what each call promises; an error is application/problem+json with a code.",
		},
		"paths": paths,
		"components": object{
			"securitySchemes": object{
				"pos":    object{"type": "http", "scheme": "bearer", "description": "the token of a POS"},
				"admin":  object{"type": "http", "scheme": "bearer", "description": "the admin token"},
				"relay":  object{"type": "http", "scheme": "bearer", "description": "the token of a relay"},
				"ticket": object{"type": "apiKey", "in": "query", "name": "ticket", "description": "good once, for 30 seconds"},
			},
			"schemas": json.RawMessage(schemas),
		},
	}, "", " ")
}

// media are the calls that don't answer JSON.
var media = map[string]string{
	"/v1/extensions.js": "text/javascript", "/metrics": "text/plain", "/v1/stream": "text/event-stream",
	"/v1/admin/backups/{name}": "application/octet-stream",
}

func describeRoute(rt route) object {
	in, out := schemaOf(rt.in), schemaOf(rt.out)
	if rt.path == "/openapi.json" {
		out = object{"type": "object", "description": "An OpenAPI 3.1 document"}
	}
	problem := object{"description": "Failure", "content": object{"application/problem+json": object{"schema": schemaOf(protocol.Problem{})}}}
	operation := object{"summary": rt.summary, "security": securityOf(rt)}
	kind := "application/json"
	if other, ok := media[rt.path]; ok {
		kind = other
	}
	success := object{"200": object{"description": "Success", "content": object{kind: object{"schema": out}}}}
	switch rt.path {
	case "/v1/catalogue", "/v1/extensions.js":
		success["304"] = object{"description": "What the client has under this ETag is still good"}
	case "/v1/socket":
		success = object{"101": object{"description": "A WebSocket; x-frames are the text frames, told apart by t"}}
		operation["x-frames"] = object{"from_till": in, "from_server": out}
		in = nil
	case "/v1/relay":
		success = object{"101": object{"description": "A WebSocket; its frames are those of Relay…, told apart by t (docs/relay.md)"}}
	case "/v1/stream":
		operation["description"] = "Each event has the name of its frame's t, and the frame as its data; pushed, presence and error don't come here."
	}
	success["default"] = problem
	operation["responses"] = success
	if rt.in != nil && in != nil {
		operation["requestBody"] = object{"content": object{"application/json": object{"schema": in}}}
	}
	if parameters := parametersOf(rt); len(parameters) > 0 {
		operation["parameters"] = parameters
	}
	return operation
}

// securityOf says which token opens a call; an empty list is none.
func securityOf(rt route) []object {
	switch {
	case rt.path == "/metrics":
		return []object{{"admin": []string{}}, {}}
	case rt.path == "/v1/stream":
		return []object{{"pos": []string{}}, {"ticket": []string{}}}
	case rt.access == byPOS:
		return []object{{"pos": []string{}}}
	case rt.access == byAdmin:
		return []object{{"admin": []string{}}}
	case rt.access == byRelay:
		return []object{{"relay": []string{}}}
	}
	return []object{}
}

// parameters are the schemas of queries that are no plain text.
var parameters = map[string]object{
	"limit": {"type": "integer", "minimum": 1, "maximum": maxLimit, "default": multisession.PageLimit},
	"wait":  {"type": "number", "minimum": 0, "description": "seconds; more than 55 is 55"},
	"run":   {"type": "integer", "minimum": 0},
	"state": {"type": "string", "enum": []protocol.State{protocol.Open, protocol.Paid, protocol.Cancelled, protocol.Abandoned}},
}

func parametersOf(rt route) (list []object) {
	text := object{"type": "string"}
	for _, piece := range strings.Split(rt.path, "/") {
		if strings.HasPrefix(piece, "{") {
			list = append(list, object{"name": strings.Trim(piece, "{}"), "in": "path", "required": true, "schema": text})
		}
	}
	for _, name := range rt.query {
		if rt.path == "/v1/stream" && name == "ticket" {
			continue // it is a way to authenticate
		}
		schema, known := parameters[name]
		if !known {
			schema = text
		}
		list = append(list, object{"name": name, "in": "query", "schema": schema})
	}
	switch rt.path {
	case "/v1/stream":
		list = append(list, object{"name": "Last-Event-ID", "in": "header", "schema": text, "description": "goes before cursor"})
	case "/v1/catalogue", "/v1/extensions.js":
		list = append(list, object{"name": "If-None-Match", "in": "header", "schema": text})
	}
	return list
}

// schemas are those of package protocol's shapes, by name; made by `make
// generate`.
//
//go:embed schemas.json
var schemas []byte

// schemaOf refers to the shape of a body, which is told by an example of its
// type.
func schemaOf(example any) object {
	if example == nil {
		return object{}
	}
	t := reflect.TypeOf(example)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return object{"$ref": "#/components/schemas/" + t.Name()}
}
