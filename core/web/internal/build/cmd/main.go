// Command cmd builds the pages of the repository whose root is its argument.
package main

import (
	"fmt"
	"os"

	"github.com/manytill/manytill/core/web/internal/build"
)

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	if err := build.Pages(root); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
