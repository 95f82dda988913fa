package main

import (
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/manytill/manytill/core/web"
	"github.com/manytill/manytill/plugins/example"
	"github.com/manytill/manytill/sdk/protocol"
)

//go:embed demodata
var demoData embed.FS

type demoCommand struct {
	Listen string `default:"127.0.0.1:8080" help:"Where to listen." placeholder:"HOST:PORT"`
}

// demoTills are the POS of the demo and their cashiers.
var demoTills = []struct {
	pos  protocol.POSID
	name string
	user protocol.User
}{
	{"bar", "Bar", protocol.User{ID: "7", Name: "Ana"}},
	{"till-1", "Till 1", protocol.User{ID: "8", Name: "Ben"}},
}

// Run serves a temporary database until ctx ends.
func (d *demoCommand) Run(ctx context.Context, s streams) (err error) {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP) // its terminal was closed
	defer stop()
	dir, err := os.MkdirTemp("", "manytill-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	srv, message, err := openDemo(ctx, dir, d.Listen, d.extensions(), s.err)
	if err != nil {
		return err
	}
	if srv.config.Listen != d.Listen {
		fmt.Fprintf(s.out, "%s can't be used (another program is there), so the demo listens on %s.\n\n", d.Listen, srv.listener.Addr())
	}
	if _, err := io.WriteString(s.out, message); err != nil {
		return errors.Join(err, srv.close())
	}
	defer fmt.Fprintln(s.out, "The demo has ended and its database is deleted.")
	return srv.serve(ctx)
}

// openDemo starts a server with a database and tills of its own in an empty folder,
// and returns what to print. Its address is another one where the wanted one is
// taken.
func openDemo(ctx context.Context, dir, listen, extensions string, logTo io.Writer) (srv *server, message string, err error) {
	c, err := demoConfig(dir, extensions)
	if err != nil {
		return nil, "", err
	}
	if c.Listen, err = freeAddress(listen); err != nil {
		return nil, "", err
	}
	if srv, err = open(ctx, c, logTo); err != nil {
		return nil, "", err
	}
	if message, err = srv.makeDemo(ctx); err != nil {
		return nil, "", errors.Join(err, srv.close())
	}
	return srv, message, nil
}

// extensions is what the config says of them.
func (d *demoCommand) extensions() string {
	return "extensions: # those of the demo\n" +
		"  - path: extensions/order-note/order-note.js\n" +
		"  - path: extensions/absolute-discount\n" +
		"  - path: extensions/table\n" +
		"  - path: extensions/kitchen-state\n" +
		"  - path: extensions/bottle-deposit # of the cold drinks\n" +
		"    config: {product: 99, deposits: {\"40\": 0.25, \"41\": 0.25}}\n" + loyalty()
}

// demoConfig writes the config of a demo into a folder, with what the config says of
// extensions, and reads it.
func demoConfig(dir, extensions string) (*config, error) {
	files, err := demoData.ReadDir("demodata")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		text, err := demoData.ReadFile("demodata/" + f.Name())
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, f.Name()), text, 0o600)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := os.CopyFS(filepath.Join(dir, "extensions"), example.JavaScript); err != nil {
		return nil, err
	}
	return writeDemoConfig(dir, extensions)
}

// writeDemoConfig writes the config anew.
func writeDemoConfig(dir, extensions string) (*config, error) {
	text := "listen: 127.0.0.1:0\nstore: sqlite:demo.db\nlog: {level: warn}\n" +
		"catalogue: {products: products.csv, customers: customers.csv, cashiers: cashiers.csv}\n" +
		extensions
	file := filepath.Join(dir, "manytill.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return readConfig(file)
}

// loyalty is the entry of the Go example, if the build put it beside this
// binary.
func loyalty() string {
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	dir := filepath.Join(filepath.Dir(self), "extensions", "loyalty")
	binary, err := os.ReadFile(filepath.Join(dir, "loyalty"))
	if err != nil {
		return ""
	}
	return fmt.Sprintf("  - path: %q\n    sha256: %x\n    config: {points_per_unit: 1}\n", dir, sha256.Sum256(binary))
}

// freeAddress is the wanted address, or the same host with a free port if
// another program uses that one.
func freeAddress(wanted string) (string, error) {
	if wrong := checkListen(wanted); wrong != "" {
		return "", fmt.Errorf("--listen must be HOST:PORT, like 127.0.0.1:8080%s", wrong)
	}
	l, err := net.Listen("tcp", wanted)
	if errors.Is(err, syscall.EADDRINUSE) {
		host, _, _ := net.SplitHostPort(wanted)
		return net.JoinHostPort(host, "0"), nil
	}
	if err != nil {
		return "", listenError(wanted, err)
	}
	return wanted, l.Close()
}

// makeDemo makes the multi-session, its POS and tokens, opens the tills, and
// returns what to print.
func (s *server) makeDemo(ctx context.Context) (string, error) {
	d := s.api.Directory()
	admin, _, err := givenAdminToken("")
	if err != nil {
		return "", err
	}
	made, err := d.EnsureAdmin(ctx, admin)
	if err != nil {
		return "", err
	}
	if made != "" {
		admin = made
	}
	var ids []protocol.POSID
	var tokens []string
	demo := web.Demo{AdminToken: admin}
	for _, t := range demoTills {
		_, token, bad := d.CreatePOS(ctx, t.pos, t.name)
		if bad != nil {
			return "", bad
		}
		ids, tokens = append(ids, t.pos), append(tokens, token)
		demo.POS = append(demo.POS, web.DemoPOS{ID: string(t.pos), Name: t.name, Token: token, User: t.user.Name})
	}
	if _, bad := d.CreateMultiSession(ctx, "Main floor", ids); bad != nil {
		return "", bad
	}
	for _, t := range demoTills {
		if _, bad := d.OpenTill(ctx, t.pos, &t.user); bad != nil {
			return "", bad
		}
	}
	s.pages.ShowDemo(demo)
	return s.demoMessage(admin, tokens), nil
}

func (s *server) demoMessage(admin string, tokens []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Manytill runs at %s with a temporary database, which is deleted at the end.\n", s.url())
	b.WriteString("Its multi-session \"Main floor\" has two tills, Bar and Till 1.\n\n")
	fmt.Fprintf(&b, "  In a browser, start here:  %s/\n\n", s.url())
	b.WriteString("Or open two more terminals and start a till in each:\n\n")
	for i, t := range demoTills {
		fmt.Fprintf(&b, "  %s till --server %s --token %s --user %s\n", ownName(), s.url(), tokens[i], t.user.Name)
	}
	b.WriteString("\nThen, in the first:  add coffee      and look at the second.\n\n")
	fmt.Fprintf(&b, "Admin token: %s\n", admin)
	fmt.Fprintf(&b, "  %s multi-session list --server %s --token %s\n\n", ownName(), s.url(), admin)
	b.WriteString("Stop with Ctrl-C.\n")
	return b.String()
}

// ownName is the command that starts this binary.
func ownName() string {
	own, err := os.Executable()
	if err != nil {
		return "manytill"
	}
	if found, err := exec.LookPath("manytill"); err == nil {
		if found, err = filepath.EvalSymlinks(found); err == nil && found == own {
			return "manytill"
		}
	}
	if strings.ContainsAny(own, " '\"$\\") {
		return "'" + strings.ReplaceAll(own, "'", `'\''`) + "'"
	}
	return own
}
