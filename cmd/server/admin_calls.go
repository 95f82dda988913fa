package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/manytill/manytill/cmd/server/admin"
	"github.com/manytill/manytill/sdk/protocol"
)

// streams are what a command reads from and writes to.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// adminFlags are the flags of every command that calls the admin API.
type adminFlags struct {
	Server string `default:"http://127.0.0.1:8080" env:"MANYTILL_SERVER" help:"Address of the running server." placeholder:"URL"`
	Token  string `env:"MANYTILL_ADMIN_TOKEN" help:"The admin token." placeholder:"TOKEN"`
	CA     string `name:"ca" help:"Trust this certificate authority (PEM), such as the server's ca.pem." placeholder:"FILE"`
	JSON   bool   `name:"json" help:"Print JSON, for scripts."`
}

// adminCall is one command that calls a server, with its flags and output.
type adminCall struct {
	adminFlags
	streams
	ctx    context.Context //nolint:containedctx // it lives as long as the command
	client *admin.Client
	advice map[protocol.Code]string // what to do about an error; where it isn't set, the advice for POS holds
}

func (f adminFlags) open(ctx context.Context, s streams) (*adminCall, error) {
	calls, err := admin.HTTP(f.CA)
	if err != nil {
		return nil, err
	}
	client, err := admin.New(f.Server, strings.TrimSpace(f.Token), calls)
	if err != nil {
		return nil, err
	}
	return &adminCall{adminFlags: f, streams: s, ctx: ctx, client: client}, nil
}

func (o *adminCall) do(method, path string, body, answer any) error {
	return admin.Explain(o.client.Do(o.ctx, method, path, body, answer), o.advice)
}

// say prints v as JSON with --json, and the text otherwise.
func (o *adminCall) say(v any, format string, args ...any) error {
	if o.JSON {
		return o.printJSON(v)
	}
	_, err := fmt.Fprintf(o.out, format+"\n", args...)
	return err
}

func (o *adminCall) printJSON(v any) error { return printJSON(o.out, v) }

func printJSON(to io.Writer, v any) error {
	e := json.NewEncoder(to)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// table prints rows in aligned columns; the first row is the heads.
func table(to io.Writer, rows [][]string) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			end := "\t"
			if i == len(row)-1 {
				end = "\n"
			}
			if _, err := fmt.Fprint(w, cell, end); err != nil {
				return err
			}
		}
	}
	return w.Flush()
}
