package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheStoryOfTheReadme does what README.md tells a newcomer to do, by the
// very commands that the demo prints.
func TestTheStoryOfTheReadme(t *testing.T) {
	home := t.TempDir()
	demo := run(t, "demo", "demo", "--listen", "127.0.0.1:0")
	demo.expect("Manytill runs at http://127.0.0.1:")
	commands := []string{demo.match(`\n  (\S+ till --server .*)\n`)[1]}
	demo.read-- // the line feed begins the next command
	commands = append(commands, demo.match(`\n  (\S+ till --server .*)\n`)[1])
	demo.expect("Stop with Ctrl-C")

	copied := func(name, command string) *program {
		cmd := exec.Command("sh", "-c", "exec "+command)
		cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+home)
		return start(t, name, cmd)
	}
	ana, ben := copied("Ana", commands[0]), copied("Ben", commands[1])
	ana.expect("Connected as Ana")
	ben.expect("Connected as Ben")

	ana.types("add coffee")
	ana.expect("The new order has number 1 now")
	ben.match(`(Bar \(Ana\) started order 1|Order 1 is open): 1 × Coffee`)
	ben.types("open 1")
	ben.expect("Order 1", "1 × Coffee", "added by Bar (Ana)")

	ben.types("qty 1 2")
	ben.expect("2 × Coffee", "added by Bar (Ana), changed by Till 1 (Ben)")
	ana.expect("Till 1 (Ben) changed order 1: Coffee qty 1 → 2", "2 × Coffee", "5.00", "added by Bar (Ana), changed by Till 1 (Ben)")

	ana.types("pay cash 10", "close")
	ana.expect("Give back 5.00", "Order 1 is paid")
	ben.expect("Bar (Ana) took 5.00 cash for order 1", "Bar (Ana) closed order 1, paid 5.00", "Order 1 is paid")
	ben.types("orders")
	ben.expect("No order is open")

	for _, till := range []*program{ana, ben} {
		till.types("quit")
		till.wait()
	}
	temporary, err := filepath.Glob(filepath.Join(tmp(demo), "manytill-demo-*"))
	require.NoError(t, err)
	require.Len(t, temporary, 1)
	demo.stop()
	demo.expect("its database is deleted")
	require.NoDirExists(t, temporary[0])
}

// tmp is where a process keeps what is temporary; the last setting counts.
func tmp(p *program) (dir string) {
	for _, setting := range p.cmd.Env {
		if value, ok := strings.CutPrefix(setting, "TMPDIR="); ok {
			dir = value
		}
	}
	return dir
}

func TestTheDemoFindsAFreePort(t *testing.T) {
	first := run(t, "first", "demo", "--listen", "127.0.0.1:0")
	taken := first.match(`Manytill runs at http://(\S+) `)[1]
	second := run(t, "second", "demo", "--listen", taken)
	second.expect(taken + " can't be used")
	other := second.match(`Manytill runs at http://(\S+) `)[1]
	require.NotEqual(t, taken, other)
	second.match(`till --server http://` + regexp.QuoteMeta(other))
}

func TestATillStartsWithoutItsServer(t *testing.T) {
	f := newServerWithTwoPOS(t)
	ana := f.till(f.bar, "Ana")
	ana.expect("Connected as Ana")
	ana.types("add tea", "quit")
	ana.wait()
	f.server.stop()

	ana = f.till(f.bar, "Ana")
	ana.expect("The server can't be reached", "1 order is open")
	ana.types("open 1", "add coffee 2", "new", "add coffee", "status")
	ana.expect("Order 1", "2 × Coffee", "not sent yet", "New order", "1 × Coffee", "Working alone", "Not sent yet: 2")

	f.start()
	ana.expect("The server is back", "The new order has number 2 now")
	ana.types("status")
	ana.expect("Not sent yet: 0")
	orders := f.orders()
	require.Len(t, orders, 2)
	require.Len(t, orders[0].Lines, 2)
	require.Len(t, orders[1].Lines, 1)
}
