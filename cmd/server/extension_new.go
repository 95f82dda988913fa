package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/manytill/manytill/cmd/server/scaffold"
)

// extensionNew makes the folder of a new extension.
type extensionNew struct {
	Name string `arg:"" help:"The extension's name, and the folder's: a-z 0-9 . _ -."`
	JS   bool   `name:"js" xor:"kind" required:"" help:"In JavaScript, with a manifest."`
	TS   bool   `name:"ts" xor:"kind" required:"" help:"In TypeScript, with a manifest."`
	Go   bool   `name:"go" xor:"kind" required:"" help:"In Go, as a program of its own."`
	Odoo bool   `name:"odoo" xor:"kind" required:"" help:"As a file of an Odoo module, without a manifest."`
	Dir  string `default:"." help:"Make the folder in this one." placeholder:"DIR"`
	SDK  string `name:"sdk" help:"With --go: build against this checkout of Manytill." placeholder:"DIR"`
}

func (e *extensionNew) kind() scaffold.Kind {
	switch {
	case e.JS:
		return scaffold.JavaScript
	case e.TS:
		return scaffold.TypeScript
	case e.Go:
		return scaffold.Go
	}
	return scaffold.Odoo
}

// Run makes it, and says what to do next.
func (e *extensionNew) Run(s streams) error {
	dir, made, err := scaffold.Make(scaffold.Options{Name: e.Name, Kind: e.kind(), Dir: e.Dir, Version: version, SDK: e.SDK})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s is made: %s\n\nNext:\n  cd %s\n%s  manytill extension check .\n  manytill extension test .\n\nREADME.md there says more.\n",
		dir, strings.Join(made, ", "), dir, e.build(dir))
	return err
}

// build is what a program needs before it can be checked.
func (e *extensionNew) build(dir string) string {
	if !e.Go {
		return ""
	}
	return fmt.Sprintf("  go mod tidy && go build -o %s .\n", strings.ReplaceAll(filepath.Base(dir), ".", "-"))
}
