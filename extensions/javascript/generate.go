//go:build ignore

// Writes models.js, the built form of sdk/js/models.
package main

import (
	"log"
	"os"

	"github.com/manytill/manytill/extensions/javascript/internal/bundle"
)

func main() {
	script, err := bundle.Build("../..")
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("internal/vm/models.js", script, 0o644); err != nil {
		log.Fatal(err)
	}
}
