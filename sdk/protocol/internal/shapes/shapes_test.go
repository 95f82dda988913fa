package shapes_test

import (
	"os"
	"testing"

	"github.com/manytill/manytill/sdk/protocol/internal/shapes"
	"github.com/stretchr/testify/require"
)

// What is generated is as the source is now.
func TestGeneratedIsFresh(t *testing.T) {
	all, err := shapes.Read("../..")
	require.NoError(t, err)
	schemas, err := all.Schemas()
	require.NoError(t, err)
	for path, want := range map[string][]byte{
		"../../../js/src/protocol.ts":       all.TypeScript(),
		"../../../../core/api/schemas.json": schemas,
	} {
		is, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, string(want) == string(is), "%s is stale: run `make generate`", path)
	}
}

// read is the shapes of some source.
func read(t *testing.T, source string) *shapes.Package {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/source.go", []byte("package protocol\n"+source), 0o600))
	all, err := shapes.Read(dir)
	require.NoError(t, err)
	return all
}

const someSource = `
// AnswerResponse is what [Frame] gives. It is told in words that are so many that they don't fit into one line of the file.
type AnswerResponse struct {
	*Perhaps
	Part
	ID   ID             ` + "`json:\"id\"`" + `
	Sort Sort           ` + "`json:\"sort,omitempty\"`" + ` // how
	// Of what it is.
	Of    map[ID][]*int64 ` + "`json:\"of\"`" + `
	None  *string        ` + "`json:\"none,omitempty\" shape:\"null\"`" + `
	Money Value          ` + "`json:\"money\" shape:\"number\"`" + `
	inner int
}

type Perhaps struct{ A bool ` + "`json:\"a\"`" + ` }
type Part struct{ B Value ` + "`json:\"b\"`" + ` }
type ID string
type Value string

//shape:open
type Sort string

const (
	One Sort = "one"
	Two Sort = "two"
)

//union:t
type Frame interface{ frame() string }

type Ping struct{}
type Other struct{ Text string ` + "`json:\"text\"`" + ` }

//union:is
type Step interface{ step() string }

type Both struct{ C []string ` + "`json:\"c\"`" + ` }
type Bare struct{}

func (Both) step() string  { return "both" }
func (Bare) step() string  { return "bare" }
func (Part) step() string  { return "part" }
func (Ping) frame() string { return "ping" }
func (Other) frame() string { return nameOfOther }

const nameOfOther = "other"

type unused struct{}
type NotReached struct{ X func() }
`

func TestTypeScript(t *testing.T) {
	require.Equal(t, "// Code generated from sdk/protocol by `make generate`. DO NOT EDIT.\n"+`// The shapes of the protocol; docs/protocol.md says what they mean.

/**
 * AnswerResponse is what Frame gives. It is told in words that are so many that they don't fit into one line of the
 * file.
 */
export interface AnswerResponse extends Part, Partial<Perhaps> {
  id: ID;
  /** how */
  sort?: Sort;
  /** Of what it is. */
  of: Record<string, (number | null)[]>;
  none?: string | null;
  money: number;
}

export interface Perhaps {
  a: boolean;
}

export interface Part {
  b: Value;
}

export type ID = string;

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

export type Sort = "one" | "two" | (string & {});

export type Frame =
  | Ping
  | Other;

export interface Ping {
  t: "ping";
}

export interface Other {
  t: "other";
  text: string;
}

export type Step =
  | ({ is: "part" } & Part)
  | ({ is: "both" } & Both)
  | { is: "bare" };

export interface Both {
  c: string[];
}

export interface Bare {}
`, string(read(t, someSource).TypeScript()))
}

func TestSchemas(t *testing.T) {
	text, err := read(t, someSource).Schemas()
	require.NoError(t, err)
	require.JSONEq(t, `{
		"AnswerResponse": {"type": "object", "required": ["b", "id", "money", "of"], "properties": {
			"a": {"type": "boolean"}, "b": {"$ref": "#/components/schemas/Value"}, "id": {"$ref": "#/components/schemas/ID"},
			"sort": {"$ref": "#/components/schemas/Sort", "description": "how"}, "money": {"type": "number"},
			"none": {"anyOf": [{"type": "string"}, {"type": "null"}]},
			"of": {"type": "object", "description": "Of what it is.", "additionalProperties":
				{"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}}
		}, "description": "AnswerResponse is what Frame gives. It is told in words that are so many that they don't fit into one line of the file."},
		"Perhaps": {"type": "object", "required": ["a"], "properties": {"a": {"type": "boolean"}}},
		"Part": {"type": "object", "required": ["b"], "properties": {"b": {"$ref": "#/components/schemas/Value"}}},
		"ID": {"type": "string"}, "Value": {}, "Sort": {"type": "string"},
		"Frame": {"oneOf": [{"$ref": "#/components/schemas/Ping"}, {"$ref": "#/components/schemas/Other"}]},
		"Ping": {"type": "object", "required": ["t"], "properties": {"t": {"const": "ping"}}},
		"Other": {"type": "object", "required": ["t", "text"], "properties": {"t": {"const": "other"}, "text": {"type": "string"}}},
		"Step": {"oneOf": [
			{"type": "object", "required": ["b", "is"], "properties": {"is": {"const": "part"}, "b": {"$ref": "#/components/schemas/Value"}}},
			{"type": "object", "required": ["c", "is"], "properties": {"is": {"const": "both"}, "c": {"type": "array", "items": {"type": "string"}}}},
			{"type": "object", "required": ["is"], "properties": {"is": {"const": "bare"}}}]},
		"Both": {"type": "object", "required": ["c"], "properties": {"c": {"type": "array", "items": {"type": "string"}}}},
		"Bare": {"type": "object", "properties": {}}
	}`, string(text))
}
