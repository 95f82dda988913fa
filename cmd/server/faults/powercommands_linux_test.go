package faults_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/files/crashtest"
	"github.com/manytill/manytill/sdk/protocol"
)

// TestPowerLostDuringCommands cuts the power while commands of an operator change what a
// server needs. It starts on what is left; and what a command said to be done is done.
func TestPowerLostDuringCommands(t *testing.T) {
	s := newCommandedShop(t)
	for s.taken < *cuts {
		for _, c := range s.commands() {
			s.run(c)
		}
	}
	s.done(40)
}

// command is a command of an operator on a shop's folder.
type command struct {
	name  string
	on    crashtest.Folder
	args  []string // DIR in them is the folder
	start bool     // the server starts after it, and the power is cut during that as well
	// holds is asked of an image on which a server runs; told: the command said that it is done.
	holds func(q *process, told bool) error
	// again: until it said so, the server may want the command to be given again.
	again bool
}

// commandedShop is a stopped server with two orders, and a backup that has the first alone.
type commandedShop struct {
	*cutting[bool]
	p     *process
	floor *multiSession
	// before is the shop's folder, and added the same with an extension from a pack.
	before, added crashtest.Folder
	told          atomic.Bool
}

func newCommandedShop(t *testing.T) *commandedShop {
	s := &commandedShop{p: newProcess(t)}
	s.cutting = newCutting(t, 20, s.told.Load)
	p := s.p
	s.floor = p.newMultiSession("floor", 1)
	require.NoError(t, p.creates(s.floor.tokens[0], "first", "o1"))
	p.run("backup", "--config", p.config(), "--to", filepath.Join(p.dir, "old.db"))
	require.NoError(t, p.creates(s.floor.tokens[0], "second", "o2"))
	p.kill()
	for _, version := range []string{"1", "2"} {
		dir := filepath.Join(t.TempDir(), "seat")
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "src"), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "extension.yaml"), []byte("name: seat\nversion: "+version+"\njs: src/seat.js\n"), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "src", "seat.js"), []byte("class Order {}"), 0o600))
		p.run("extension", "pack", dir, "--out", filepath.Join(p.dir, "seat-"+version+".mtx"))
	}
	s.before = folder(t, p.dir)
	p.run("extension", "add", filepath.Join(p.dir, "seat-1.mtx"), "--unsigned", "--config", p.config())
	s.added = folder(t, p.dir)
	return s
}

func (s *commandedShop) commands() []command {
	config := []string{"--config", "DIR/manytill.yaml"}
	all := []command{
		{name: "backup", on: s.before, args: []string{"backup", "--to", "DIR/new.db"}, holds: s.backupHolds},
		{name: "restore", on: s.before, args: []string{"restore", "--from", "DIR/old.db", "--force"}, start: true, holds: s.restoreHolds},
		{name: "admin token", on: s.before, args: []string{"admin", "token", "--new", "--admin-token-file", "DIR/token"}, holds: s.tokenHolds},
		{name: "extension add", on: s.before, args: []string{"extension", "add", "DIR/seat-1.mtx", "--unsigned"}, holds: s.addHolds("1")},
		{name: "extension add of a newer one", on: s.added, args: []string{"extension", "add", "DIR/seat-2.mtx", "--unsigned"}, again: true, holds: s.addHolds("2")},
	}
	for i := range all {
		all[i].args = append(all[i].args, config...)
	}
	return all
}

func (c *command) in(dir string) (args []string) {
	for _, a := range c.args {
		args = append(args, strings.Replace(a, "DIR", dir, 1))
	}
	return args
}

// run gives a command on a disk, cuts the power at moments of it and at its end, and
// checks what is left.
func (s *commandedShop) run(c command) {
	s.told.Store(false)
	m := s.mount(crashtest.NewDisk(c.on))
	require.NoError(s.t, s.p.runs(c.in(m.dir)...))
	s.told.Store(true)
	if c.start {
		s.p.dir = m.dir
		s.p.start()
		s.p.kill()
	}
	require.NoError(s.t, s.check(m.powerOff(3), func(dir string, told bool) error {
		q, err := s.p.on(dir)
		defer q.end()
		if err != nil && c.again && !told {
			q.end()
			if again := s.p.runs(c.in(dir)...); again != nil {
				return errors.Join(err, again)
			}
			told = true
			q, err = s.p.on(dir)
			defer q.end()
		}
		if err == nil {
			err = errors.Join(c.holds(q, told), q.isGood())
		}
		return err
	}), c.name)
}

// orderIDs are the shop's orders.
func (s *commandedShop) orderIDs(q *process) (ids []string, err error) {
	var page struct{ Orders []protocol.Order }
	err = q.call("GET", "/v1/admin/multi-sessions/"+string(s.floor.id)+"/orders", adminToken, nil, &page)
	for _, o := range page.Orders {
		ids = append(ids, string(o.ID))
	}
	return ids, err
}

func (s *commandedShop) ordersAre(q *process, wanted ...string) error {
	ids, err := s.orderIDs(q)
	if err == nil && !slices.Contains(wanted, strings.Join(ids, " ")) {
		err = fmt.Errorf("the orders are %v, and should be one of %q", ids, wanted)
	}
	return err
}

// backupHolds: a backup that has its name is whole, and it is there once it was told of.
func (s *commandedShop) backupHolds(q *process, told bool) error {
	path := filepath.Join(q.dir, "new.db")
	_, err := os.Stat(path)
	if err == nil {
		err = q.runs("verify", path)
	} else if !told {
		err = nil
	}
	return errors.Join(err, s.ordersAre(q, "o1 o2"))
}

// restoreHolds: all that there was or the backup, and that once it was told of.
func (s *commandedShop) restoreHolds(q *process, told bool) error {
	if told {
		return s.ordersAre(q, "o1")
	}
	return s.ordersAre(q, "o1 o2", "o1")
}

// tokenHolds: the old token is in force, or the new one, which is in its file.
func (s *commandedShop) tokenHolds(q *process, told bool) error {
	good := func(token string) error { return q.call("GET", "/v1/admin/pos", token, nil, nil) }
	text, err := os.ReadFile(q.tokenFile())
	if err == nil {
		err = good(strings.TrimSpace(string(text)))
	}
	if err != nil && !told {
		err = good(adminToken)
	}
	return err
}

// addHolds: the extension runs if the configuration names it, which it does once that
// was told.
func (s *commandedShop) addHolds(version string) func(q *process, told bool) error {
	return func(q *process, told bool) error {
		config, err := os.ReadFile(q.config())
		if err != nil {
			return err
		}
		named := strings.Contains(string(config), "extensions/seat")
		var now protocol.ExtensionsResponse
		if err := q.call("GET", "/v1/admin/extensions", adminToken, nil, &now); err != nil {
			return err
		}
		if named != (len(now.Extensions) == 1) || told && (!named || now.Extensions[0].Version != version) {
			return fmt.Errorf("told: %t, the configuration names it: %t, and these run: %+v", told, named, now.Extensions)
		}
		return s.ordersAre(q, "o1 o2")
	}
}
