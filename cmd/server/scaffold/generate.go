//go:build ignore

// Writes manytill.d.ts, the types that scripts of extensions find.
package main

import (
	"log"
	"os"

	"github.com/manytill/manytill/cmd/server/scaffold/internal/typings"
)

func main() {
	text, err := typings.Build("../../..")
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("manytill.d.ts", text, 0o644); err != nil {
		log.Fatal(err)
	}
}
