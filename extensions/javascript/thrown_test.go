package javascript_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// What is no Error knows nothing of where it was thrown, and is told with its
// place all the same.
func TestThrownWithoutAPlace(t *testing.T) {
	for thrown, says := range map[string]string{
		`"a text"`: "a text", "42": "42", "undefined": "undefined", `{message: "m", name: "N"}`: "N: m",
		`{}`: "it threw what is no Error", `new Error("e")`: "Error: e",
	} {
		t.Run(thrown, func(t *testing.T) {
			results, err := script(t, inHook("\nthrow "+thrown+";")).Run(t.Context(), &extensions.Batch{Records: []hooks.Record{order(nil, protocol.Fields{"go": `"now"`})}})
			require.NoError(t, err)
			require.ErrorContains(t, results[0].Err, "script.js:9:")
			require.ErrorContains(t, results[0].Err, ": "+says)

			file := writeIn(t, t.TempDir(), "module.js", "odoo.define('m', function (require) {\n    throw "+thrown+";\n});")
			_, err = javascript.Load(t.Context(), javascript.Options{Paths: []string{file}})
			require.ErrorContains(t, err, "module.js:2:")
			require.ErrorContains(t, err, ": "+says)
		})
	}
}
