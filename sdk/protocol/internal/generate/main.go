// Command generate writes what is made of package protocol: the TypeScript
// types of the browser client, and the schemas of the OpenAPI document. It runs
// in sdk/protocol.
package main

import (
	"fmt"
	"os"

	"github.com/manytill/manytill/sdk/protocol/internal/shapes"
)

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate() error {
	all, err := shapes.Read(".")
	if err != nil {
		return err
	}
	schemas, err := all.Schemas()
	if err != nil {
		return err
	}
	if err := os.WriteFile("../../core/api/schemas.json", schemas, 0o644); err != nil {
		return err
	}
	return os.WriteFile("../js/src/protocol.ts", all.TypeScript(), 0o644)
}
