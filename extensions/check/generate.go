//go:build ignore

// Writes docs/extension-check.md, the reference of all codes.
package main

import (
	"log"
	"os"

	"github.com/manytill/manytill/extensions/notes"
)

func main() {
	if err := os.WriteFile("../../docs/extension-check.md", []byte(notes.Page()), 0o644); err != nil {
		log.Fatal(err)
	}
}
