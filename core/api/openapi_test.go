package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// openAPI is /openapi.json, for a validator.
type openAPI struct {
	t        *testing.T
	compiler *jsonschema.Compiler
	paths    map[string]any
}

func readOpenAPI(t *testing.T) *openAPI {
	w := httptest.NewRecorder()
	newAPI(t).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	require.Equal(t, http.StatusOK, w.Code)
	doc, err := jsonschema.UnmarshalJSON(w.Body)
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	closeObjects(doc)
	require.NoError(t, c.AddResource("openapi.json", doc))
	return &openAPI{t: t, compiler: c, paths: doc.(map[string]any)["paths"].(map[string]any)}
}

// closeObjects forbids members that a schema doesn't name, so that none is
// forgotten there.
func closeObjects(v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, member := range v {
			closeObjects(member)
		}
		if _, named := v["properties"].(map[string]any); named && v["type"] != nil {
			v["additionalProperties"] = false
		}
	case []any:
		for _, member := range v {
			closeObjects(member)
		}
	}
}

// path finds the operation of a call, as a JSON pointer.
func (o *openAPI) path(method, target string) string {
	target, _, _ = strings.Cut(target, "?")
	asked := strings.Split(target, "/")
	for _, exact := range []bool{true, false} {
		for path := range o.paths {
			parts := strings.Split(path, "/")
			if len(parts) == len(asked) && slices.EqualFunc(parts, asked, func(a, b string) bool {
				return a == b || (!exact && strings.HasPrefix(a, "{"))
			}) {
				escaped := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(path)
				return "openapi.json#/paths/" + escaped + "/" + strings.ToLower(method)
			}
		}
	}
	o.t.Fatalf("openapi.json has no %s %s", method, target)
	return ""
}

func (o *openAPI) fits(pointer string, body any, about string) {
	o.t.Helper()
	schema, err := o.compiler.Compile(pointer)
	require.NoError(o.t, err, "%s", about)
	if err := schema.Validate(body); err != nil {
		o.t.Errorf("%s: %s", about, err)
	}
}

// Every message of the protocol's golden files is as the document says, and
// has no member that the document doesn't name.
func TestOpenAPIDescribesTheGoldenFiles(t *testing.T) {
	o := readOpenAPI(t)
	files, err := filepath.Glob("../../testdata/protocol/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	seen := map[string]int{}
	for _, file := range files {
		text, err := os.Open(file)
		require.NoError(t, err)
		v, err := jsonschema.UnmarshalJSON(text)
		require.NoError(t, err, file)
		require.NoError(t, text.Close())
		golden := v.(map[string]any)
		o.call(golden, filepath.Base(file), seen)
		for _, list := range []string{"frames", "events"} {
			steps, _ := golden[list].([]any)
			for _, step := range steps {
				o.step(step.(map[string]any), filepath.Base(file), seen)
			}
		}
	}
	for _, kind := range []string{"answer", "problem", "to the server", "from the server", "event"} {
		require.Greater(t, seen[kind], 5, "golden files with: %s", kind)
	}
}

func (o *openAPI) call(golden map[string]any, file string, seen map[string]int) {
	response, _ := golden["response"].(map[string]any)
	body, has := response["body"].(map[string]any)
	request, asked := golden["request"].(map[string]any)
	if !has || !asked {
		return
	}
	if response["type"] == "application/problem+json" {
		seen["problem"]++
		o.fits("openapi.json#/components/schemas/Problem", body, file)
		return
	}
	seen["answer"]++
	at := o.path(request["method"].(string), request["path"].(string))
	o.fits(at+"/responses/200/content/application~1json/schema", body, file)
	if in, sent := request["body"].(map[string]any); sent && len(in) > 0 && !strings.HasPrefix(file, "rejected-unknown-op") {
		o.fits(at+"/requestBody/content/application~1json/schema", in, file)
	}
}

func (o *openAPI) step(step map[string]any, file string, seen map[string]int) {
	const schemas = "openapi.json#/components/schemas/"
	if frame, ok := step["receive"].(map[string]any); ok {
		seen["from the server"]++
		o.fits(schemas+"ServerFrame", frame, file)
	}
	if frame, ok := step["send"].(map[string]any); ok && frame["t"] != "hb" && !strings.Contains(file, "error") && !strings.Contains(file, "bad") {
		seen["to the server"]++
		o.fits(schemas+"ClientFrame", frame, file)
	}
	if data, ok := step["data"].(map[string]any); ok {
		seen["event"]++
		require.Equal(o.t, step["event"], data["t"], file)
		o.fits(schemas+"ServerFrame", data, file)
	}
}

// Every call that answers JSON says how.
func TestOpenAPIIsComplete(t *testing.T) {
	for path, methods := range readOpenAPI(t).paths {
		for method, operation := range methods.(map[string]any) {
			raw, err := json.Marshal(operation)
			require.NoError(t, err)
			require.NotContains(t, string(raw), `"application/json":{"schema":{}}`, "%s %s", method, path)
		}
	}
}
