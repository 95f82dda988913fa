// Package build makes the pages' dist from their TypeScript, with esbuild and
// without Node: it needs the packages that `npm ci` puts into core/web and
// sdk/js. It is run by go generate. Beside the files it writes a stamp of all
// that went in and came out, so that a stale dist is seen without building.
package build

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// Stamp is the name of the file, in dist, that says what was built of what.
const Stamp = "STAMP"

// sources are the files and folders that dist is made of, from the root.
var sources = []string{
	"core/web/src", "core/web/package-lock.json", "core/web/internal/build/build.go",
	"sdk/js/src", "sdk/js/models", "sdk/js/package-lock.json",
}

// Browsers are the oldest that the pages run in. docs/pos-page.md says so to
// people, src/ui/check.js to who comes with an older one, and a test holds the
// built files to what they know.
var Browsers = []api.Engine{
	{Name: api.EngineChrome, Version: "109"}, {Name: api.EngineEdge, Version: "109"}, // the last for Windows 7 and 8
	{Name: api.EngineSafari, Version: "15.4"}, {Name: api.EngineIOS, Version: "15.4"}, // tablets that stay at iOS 15
	{Name: api.EngineFirefox, Version: "102"},
}

// Pages writes core/web/dist anew, in the repository at root.
func Pages(root string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	web := filepath.Join(root, "core", "web")
	dist := filepath.Join(web, "dist")
	if err := errors.Join(os.RemoveAll(dist), os.MkdirAll(dist, 0o755)); err != nil {
		return err
	}
	in, err := hashOf(root, sources...)
	if err != nil {
		return err
	}
	options := api.BuildOptions{
		EntryPoints: []string{"src/start/start.tsx", "src/pos/pos.tsx", "src/pos/models.ts", "src/pos/camera.ts", "src/admin/admin.tsx", "src/sw/sw.ts"},
		EntryNames:  "[name]", AssetNames: "[name]-[hash]",
		Bundle: true, Write: true, Outdir: dist, AbsWorkingDir: web,
		Format: api.FormatESModule, Target: api.ES2022, Engines: Browsers, Charset: api.CharsetUTF8,
		MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true, LegalComments: api.LegalCommentsNone,
		JSX: api.JSXAutomatic, JSXImportSource: "preact",
		External: []string{"./models.js", "./camera.js"}, // loaded by the POS page where they are needed
		Alias: map[string]string{
			"manytill":               filepath.Join(root, "sdk/js/src/index.ts"),
			"manytill/price":         filepath.Join(root, "sdk/js/src/price.ts"),
			"manytill/fields":        filepath.Join(root, "sdk/js/src/fields.ts"),
			"manytill/models":        filepath.Join(root, "sdk/js/models/live/index.ts"),
			"manytill/models/apart":  filepath.Join(root, "sdk/js/models/live/apart.ts"),
			"manytill/models/inside": filepath.Join(root, "sdk/js/models/live/inside.ts"),
		},
		Define:   map[string]string{"BUILD": `"` + in + `"`}, // tells the page whether a newer one is there
		Loader:   map[string]api.Loader{".svg": api.LoaderDataURL, ".html": api.LoaderText},
		LogLevel: api.LogLevelSilent,
	}
	errs := api.Build(options).Errors
	// Extensions' code is put behind this one: what it declares is its own.
	options.EntryPoints, options.Format = []string{"src/pos/worker.ts"}, api.FormatIIFE
	if errs = append(errs, api.Build(options).Errors...); len(errs) > 0 {
		return errors.New(strings.Join(api.FormatMessages(errs, api.FormatMessagesOptions{Kind: api.ErrorMessage}), "\n"))
	}
	if err := copyStatic(filepath.Join(web, "src"), dist); err != nil {
		return err
	}
	stamp, err := StampOf(root)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dist, Stamp), []byte(stamp), 0o644)
}

// copyStatic takes pages, icons, manifests and the check of old browsers over as they are.
func copyStatic(src, dist string) error {
	return filepath.WalkDir(src, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".html", ".js", ".webmanifest", ".png", ".ico"}, filepath.Ext(path)) {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dist, filepath.Base(path)), raw, 0o644)
	})
}

// StampOf is what the stamp should say: a hash of the sources and one of what
// stands in dist.
func StampOf(root string) (string, error) {
	in, err := hashOf(root, sources...)
	if err != nil {
		return "", err
	}
	out, err := hashOf(root, "core/web/dist")
	return fmt.Sprintf("sources %s\nbuilt %s\n", in, out), err
}

func hashOf(root string, places ...string) (string, error) {
	sum := sha256.New()
	for _, place := range places {
		err := filepath.WalkDir(filepath.Join(root, place), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || d.Name() == Stamp {
				return err
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			fmt.Fprintf(sum, "%s %d\n", filepath.ToSlash(name), len(raw))
			_, _ = sum.Write(raw)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
