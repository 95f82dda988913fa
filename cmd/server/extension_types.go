package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/manytill/manytill/cmd/server/scaffold"
	"github.com/manytill/manytill/extensions/hosts"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/sdk/protocol"
)

type extensionTypes struct {
	Path           []string `arg:"" optional:"" help:"JavaScript files, or folders of extensions. Without one: the extensions of the running server."`
	Server         string   `name:"url" default:"http://127.0.0.1:8080" env:"MANYTILL_SERVER" help:"Address of the running server." placeholder:"URL"`
	Token          string   `name:"admin-token" env:"MANYTILL_ADMIN_TOKEN" help:"The admin token." placeholder:"TOKEN"`
	CA             string   `name:"ca" help:"Trust this certificate authority (PEM), such as the server's ca.pem." placeholder:"FILE"`
	Out            string   `help:"Write to this file instead of standard output." placeholder:"FILE"`
	ManifestSchema bool     `name:"manifest-schema" help:"Print the JSON Schema of extension.yaml instead, for editors."`
}

// Run writes TypeScript declarations, or the manifest's schema.
func (e *extensionTypes) Run(ctx context.Context, s streams) error {
	text, err := e.text(ctx, s)
	if err != nil {
		return err
	}
	if e.Out != "" {
		return files.Write(e.Out, text, 0o644)
	}
	_, err = s.out.Write(text)
	return err
}

func (e *extensionTypes) text(ctx context.Context, s streams) ([]byte, error) {
	if e.ManifestSchema {
		if len(e.Path) > 0 {
			return nil, errors.New("--manifest-schema is the same for all extensions: give it without a path")
		}
		return manifest.EditorSchema(), nil
	}
	schema, err := e.schema(ctx, s)
	if err != nil {
		return nil, err
	}
	return scaffold.Types(schema)
}

func (e *extensionTypes) schema(ctx context.Context, s streams) (*protocol.Schema, error) {
	if len(e.Path) > 0 {
		return schemaOf(ctx, e.Path)
	}
	o, err := adminFlags{Server: e.Server, Token: e.Token, CA: e.CA}.open(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("%w; or name the extensions' files and folders", err)
	}
	var answer protocol.ExtensionsResponse
	if err := o.do("GET", extensionsPath, nil, &answer); err != nil {
		return nil, err
	}
	if answer.Schema == nil {
		return nil, fmt.Errorf("%s has no schema in its answer: is it an older server?", e.Server)
	}
	return answer.Schema, nil
}

// schemaOf are the fields of extensions that no server runs.
func schemaOf(ctx context.Context, paths []string) (*protocol.Schema, error) {
	all := &protocol.Schema{Order: map[protocol.Field]protocol.FieldSpec{}, Orderline: map[protocol.Field]protocol.FieldSpec{}}
	for _, path := range paths {
		one, err := hosts.Source{Paths: []string{path}}.Schema(ctx, slog.New(slog.DiscardHandler))
		if err != nil {
			return nil, err
		}
		for _, of := range []struct {
			model    protocol.Model
			to, from map[protocol.Field]protocol.FieldSpec
		}{{protocol.ModelOrder, all.Order, one.Order}, {protocol.ModelOrderline, all.Orderline, one.Orderline}} {
			for _, name := range protocol.SortedKeys(of.from) {
				if other, taken := of.to[name]; taken {
					return nil, fmt.Errorf("the %s field %s belongs to %s and to %s: a server runs them together only where its config says yield: [%s] for one of them", of.model, name, other.Owner, of.from[name].Owner, name)
				}
				of.to[name] = of.from[name]
			}
		}
	}
	return all, nil
}
