// Command write writes the JSON Schema of extension.yaml, for go generate: into the
// folder of extensions/manifest, where it is run, for the program, and into docs, for
// people. It owns nothing else.
package main

import (
	"log"
	"os"

	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/manifest/internal/comments"
)

func main() {
	words, err := comments.Of(".")
	if err != nil {
		log.Fatal(err)
	}
	text, err := manifest.BuildEditorSchema(words)
	if err != nil {
		log.Fatal(err)
	}
	for _, path := range []string{"extension.schema.json", "../../docs/extension.schema.json"} {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
