// Package bundle builds the TypeScript of sdk/js/models into the one script
// that the JavaScript host and browsers run. It is used by go generate and by
// the test that finds a stale build; it reads files and starts no process.
package bundle

import (
	"fmt"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// GlobalName is the variable that the script defines.
const GlobalName = "manytillModels"

const banner = `// Generated from sdk/js/models by go generate; don't edit.`

// Build is the script, built from the repository at root.
func Build(root string) ([]byte, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{"sdk/js/models/index.ts"},
		Bundle:      true,
		Format:      api.FormatIIFE,
		GlobalName:  GlobalName,
		Target:      api.ES2020,
		Charset:     api.CharsetUTF8,
		Banner:      map[string]string{"js": banner},
		TsconfigRaw: `{"compilerOptions":{"strict":true,"useDefineForClassFields":false}}`,
		LogLevel:    api.LogLevelSilent,
		Write:       false,
		AbsWorkingDir: func() string {
			dir, err := filepath.Abs(root)
			if err != nil {
				return root
			}
			return dir
		}(),
	})
	if len(result.Errors) > 0 {
		e := result.Errors[0]
		if e.Location != nil {
			return nil, fmt.Errorf("%s:%d: %s", e.Location.File, e.Location.Line, e.Text)
		}
		return nil, fmt.Errorf("build sdk/js/models: %s", e.Text)
	}
	return result.OutputFiles[0].Contents, nil
}
