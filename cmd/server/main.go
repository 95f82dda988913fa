package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/manytill/manytill/cmd/server/admin"
	"github.com/manytill/manytill/cmd/server/bench"
	"github.com/manytill/manytill/cmd/server/terminal"
	"github.com/manytill/manytill/extensions/jsprocess"
)

// version is set by the build.
var version = "0.1.0-dev"

// commands are the commands of the binary.
type commands struct {
	Serve        serveCommand        `cmd:"" help:"Run the sync server."`
	Demo         demoCommand         `cmd:"" help:"Run a temporary server with two tills, to try it."`
	Health       healthCommand       `cmd:"" help:"Ask a running server whether it can store; for health checks."`
	MultiSession multiSessionCommand `cmd:"" name:"multi-session" help:"Make and change multi-sessions of a running server."`
	POS          posCommand          `cmd:"" name:"pos" help:"Make and change POS of a running server."`
	Relay        relayCommand        `cmd:"" help:"Link shops' servers with a running server of their chain."`
	Extension    extensionCommand    `cmd:"" help:"Check extensions; show and reload those of a running server."`
	Effects      effectsCommand      `cmd:"" help:"Show and change what extensions of a running server want done after changes."`
	Admin        adminCommand        `cmd:"" help:"Make a new admin token."`
	Catalogue    catalogueCommand    `cmd:"" help:"Check files of products, customers and cashiers."`
	Till         tillCommand         `cmd:"" help:"A point of sale in this terminal."`
	Backup       backupCommand       `cmd:"" help:"Back up the database, also while its server runs."`
	Restore      restoreCommand      `cmd:"" help:"Replace the database with a backup. The server must be stopped."`
	Verify       verifyCommand       `cmd:"" help:"Check a database or a backup for damage, also while its server runs."`
	Prune        pruneCommand        `cmd:"" help:"Delete old closed orders with their history. The server must be stopped."`
	Migrate      migrateCommand      `cmd:"" help:"Move a shop from SQLite to PostgreSQL. The server must be stopped."`
	Bench        benchCommand        `cmd:"" help:"Measure this machine: load, latency, memory, start."`
	BenchFloor   benchFloorCommand   `cmd:"" hidden:"" help:"The other server of bench --only floor."`
	Process      processCommand      `cmd:"" name:"extension-process" hidden:"" help:"The process of a JavaScript extension; the server starts it."`
	Version      kong.VersionFlag    `help:"Print the version and end."`
}

// processCommand is the process of one JavaScript extension.
type processCommand struct {
	Name []string `arg:"" optional:"" passthrough:"" help:"The extension's name, for lists of processes."`
}

func (processCommand) Run() error { return jsprocess.Serve() }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		os.Exit(failed(err))
	}
}

// exit ends the program with a code of its own; err is nil where all is said.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string { return fmt.Sprint(e.err) }
func (e *exit) Unwrap() error { return e.err }

// failed says what went wrong, and gives the exit code.
func failed(err error) int {
	code := 1
	var own *exit
	if errors.As(err, &own) {
		if code = own.code; own.err == nil {
			return code
		}
	}
	fmt.Fprintln(os.Stderr, "manytill:", err)
	return code
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

type tillCommand struct {
	Server string `required:"" env:"MANYTILL_SERVER" help:"Address of the server." placeholder:"URL"`
	Token  string `required:"" env:"MANYTILL_TOKEN" help:"The token of this POS." placeholder:"TOKEN"`
	User   string `help:"The cashier: a name of the catalogue, or any other name." placeholder:"NAME"`
	Data   string `help:"The folder of this till's queue. By default, each server and token has its own." placeholder:"DIR"`
	CA     string `name:"ca" help:"Trust this certificate authority (PEM), such as the server's ca.pem." placeholder:"FILE"`
}

// Run is a point of sale in this terminal.
func (t *tillCommand) Run(ctx context.Context, s streams) error {
	calls, err := admin.HTTP(t.CA)
	if err != nil {
		return err
	}
	calls.Timeout = 0
	dir := t.Data
	if dir == "" {
		if dir, err = t.ownFolder(); err != nil {
			return err
		}
	}
	return terminal.Run(ctx, terminal.Config{
		Server: t.Server, Token: t.Token, User: t.User, Dir: dir, HTTP: calls, In: s.in, Out: s.out,
	})
}

// ownFolder is the default data folder: one for each server and token.
func (t *tillCommand) ownFolder() (string, error) {
	base := os.Getenv("XDG_DATA_HOME")
	if base == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("there is no home folder for this till's queue; name a folder with --data: %w", err)
		}
		base = filepath.Join(home, ".local", "share")
	}
	sum := sha256.Sum256([]byte(t.Server + " " + t.Token))
	return filepath.Join(base, "manytill", "till-"+hex.EncodeToString(sum[:6])), nil
}

type benchCommand struct {
	During  time.Duration `default:"10s" help:"How long each load runs."`
	Store   string        `default:"sqlite:bench.db" help:"The store to measure; its file lies in a temporary folder."`
	Sockets int           `default:"1000" help:"Idle WebSockets to open for measuring their memory."`
	Only    string        `enum:",load,one-writer,lines,frames,idle,extensions,start,floor,nodes" default:"" help:"Measure one part: load, one-writer, lines, frames, idle, extensions, start; floor: beside the least that a durable server does, by turns; or nodes: servers on one PostgreSQL, which --store names."`
}

type benchFloorCommand struct {
	Addr string `arg:"" help:"Where to listen."`
	Log  string `arg:"" help:"The file to append to."`
}

// Run is the other server of bench --only floor.
func (b *benchFloorCommand) Run(ctx context.Context) error { return bench.Floor(ctx, b.Addr, b.Log) }

// Run measures this binary as a server in processes of their own.
func (b *benchCommand) Run(ctx context.Context) error {
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	return bench.Run(ctx, bench.Options{
		Binary: binary, During: b.During, Store: b.Store, Sockets: b.Sockets, Only: b.Only, Out: os.Stdout,
	})
}
