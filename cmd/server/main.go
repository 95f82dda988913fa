package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/manytill/manytill/extensions/jsprocess"
)

// version is set by the build.
var version = "0.1.0-dev"

// commands are what the binary can do; one file each.
type commands struct {
	Serve        serveCommand        `cmd:"" help:"Run the sync server."`
	Demo         demoCommand         `cmd:"" help:"Run a throw-away server with two tills to try."`
	MultiSession multiSessionCommand `cmd:"" name:"multi-session" help:"Make and change multi-sessions of a running server."`
	POS          posCommand          `cmd:"" name:"pos" help:"Make and change POS of a running server."`
	Extension    extensionCommand    `cmd:"" help:"Show and reload the extensions of a running server."`
	Admin        adminCommand        `cmd:"" help:"Make a new admin token."`
	Catalogue    catalogueCommand    `cmd:"" help:"Look at files of products, customers and cashiers."`
	Till         tillCommand         `cmd:"" help:"A point of sale in this terminal."`
	Backup       backupCommand       `cmd:"" help:"Copy the database of a configuration, also while its server works."`
	Restore      restoreCommand      `cmd:"" help:"Put a backup in the place of the database. The server must be stopped."`
	Verify       verifyCommand       `cmd:"" help:"Look for damage in a database or a backup, also while its server works."`
	Prune        pruneCommand        `cmd:"" help:"Drop closed orders that are older, with their history. The server must be stopped."`
	Bench        benchCommand        `cmd:"" help:"Measure this machine: load, latency, memory, start."`
	Process      processCommand      `cmd:"" name:"extension-process" hidden:"" help:"The process of a JavaScript extension; the server starts it."`
	Version      kong.VersionFlag    `help:"Print the version and end."`
}

// processCommand is the process of one JavaScript extension.
type processCommand struct {
	Name []string `arg:"" optional:"" passthrough:"" help:"The extension's, for whoever lists processes."`
}

func (processCommand) Run() error { return jsprocess.Serve() }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "manytill:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	var c commands
	parser, err := kong.New(&c, kong.Name("manytill"), kong.UsageOnError(),
		kong.Description("Several tills, the same orders."),
		kong.Vars{"version": version}, kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(streams{os.Stdin, os.Stdout, os.Stderr}))
	if err != nil {
		return err
	}
	k, err := parser.Parse(args)
	if err != nil {
		var bad *kong.ParseError
		if errors.As(err, &bad) {
			parser.Stdout = os.Stderr
			_ = bad.Context.PrintUsage(true)
		}
		return err
	}
	return k.Run()
}
