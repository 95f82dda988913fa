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

// adminFlags are those of every command that calls the admin API.
type adminFlags struct {
	Server string `default:"http://127.0.0.1:8080" env:"MANYTILL_SERVER" help:"Address of the running server." placeholder:"URL"`
	Token  string `env:"MANYTILL_ADMIN_TOKEN" help:"The admin token." placeholder:"TOKEN"`
	CA     string `name:"ca" help:"Trust this certificate authority (PEM), such as the server's ca.pem." placeholder:"FILE"`
	JSON   bool   `name:"json" help:"Print JSON, for scripts."`
}

// office is one command's errand at a server.
type office struct {
	adminFlags
	streams
	ctx    context.Context //nolint:containedctx // it lives as long as the command
	client *admin.Client
	advice map[protocol.Code]string // of this command, where it isn't about POS
}

func (f adminFlags) open(ctx context.Context, s streams) (*office, error) {
	calls, err := admin.HTTP(f.CA)
	if err != nil {
		return nil, err
	}
	client, err := admin.New(f.Server, strings.TrimSpace(f.Token), calls)
	if err != nil {
		return nil, err
	}
	return &office{adminFlags: f, streams: s, ctx: ctx, client: client}, nil
}

func (o *office) do(method, path string, body, answer any) error {
	return admin.Explain(o.client.Do(o.ctx, method, path, body, answer), o.advice)
}

// say prints v as JSON if that was asked for, and the words otherwise.
func (o *office) say(v any, format string, args ...any) error {
	if o.JSON {
		return o.printJSON(v)
	}
	_, err := fmt.Fprintf(o.out, format+"\n", args...)
	return err
}

func (o *office) printJSON(v any) error { return printJSON(o.out, v) }

func printJSON(to io.Writer, v any) error {
	e := json.NewEncoder(to)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// table prints rows under their heads, one column as wide as it must be.
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
