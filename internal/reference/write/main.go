// Command write writes docs/guide/reference.md, for go generate in the folder of
// internal/reference. It owns nothing else.
package main

import (
	"log"
	"os"

	"github.com/manytill/manytill/internal/reference"
)

func main() {
	page, err := reference.Page("../..")
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("../../docs/guide/reference.md", page, 0o644); err != nil {
		log.Fatal(err)
	}
}
