package faults_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/internal/files/crashtest"
	"github.com/manytill/manytill/sdk/protocol"
)

// livesOfAShop are so many power cuts that a shop goes on from.
const livesOfAShop = 3

// TestPowerLostWhileTillsWork cuts the power of a server while ten clients push, an
// extension is disabled and enabled, and backups are made. In each image is what was told.
func TestPowerLostWhileTillsWork(t *testing.T) {
	c := newCutting[shopTold](t, 60, nil)
	for c.taken < *cuts {
		s := newPoweredShop(t, c)
		for lives := 0; lives < livesOfAShop && c.taken < *cuts; lives++ {
			require.NoError(t, s.live())
		}
		s.end()
	}
	c.done(25)
}

// TestPowerCheckNoticesWhileTillsWork: it finds what is missing where flushes do nothing.
func TestPowerCheckNoticesWhileTillsWork(t *testing.T) {
	missing, err := "was acknowledged", error(nil)
	for tries := 0; tries < 10 && (err == nil || !strings.Contains(err.Error(), missing)); tries++ {
		s := newPoweredShop(t, newCutting[shopTold](t, 60, nil))
		s.deaf = []string{files.Synced}
		err = s.live()
	}
	require.ErrorContains(t, err, missing)
	t.Log(err)
}

// shopTold is what clients and admin were told.
type shopTold struct {
	results map[*hammer]map[protocol.MutationID]protocol.Result
	configs []string // one of these is there: the last that was told, and what is being written
	backups []string // that were told to be complete
}

// poweredShop is a server on a disk whose power is cut, and the clients that push to it.
type poweredShop struct {
	*cutting[shopTold]
	p       *process
	disk    *crashtest.Disk
	floors  []*multiSession
	all     []*hammer
	clients *hammerRun
	deaf    []string // flushes that the disk ignores

	mu      sync.Mutex
	configs []string
	backups []string
}

const switched = "note"

func newPoweredShop(t *testing.T, c *cutting[shopTold]) *poweredShop {
	p := newConfiguredProcess(t, "extensions:\n  # at the till\n  - {path: note.js, enabled: true, inprocess: true} # "+switched+"\n")
	require.NoError(t, os.WriteFile(filepath.Join(p.dir, switched+".js"), []byte("class Order {}"), 0o600))
	s := &poweredShop{cutting: c, p: p}
	c.told = s.tell
	p.start()
	s.floors = []*multiSession{p.newMultiSession("floor", 4), p.newMultiSession("terrace", 3), p.newMultiSession("bar", 3)}
	on := newHammering(t, p.addr)
	for _, f := range s.floors {
		require.NoError(t, p.share(f.tokens[0]))
		s.all = hammersOf(s.all, f, on, c.dice.Uint64())
	}
	p.kill()
	all := folder(t, p.dir)
	s.disk, s.configs = crashtest.NewDisk(all), []string{string(all["manytill.yaml"])}
	s.clients = startHammers(t, s.all)
	return s
}

func (s *poweredShop) tell() shopTold {
	told := shopTold{results: map[*hammer]map[protocol.MutationID]protocol.Result{}}
	for _, h := range s.all {
		h.mu.Lock()
		told.results[h] = maps.Clone(h.journal)
		h.mu.Unlock()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	told.configs, told.backups = slices.Clone(s.configs), slices.Clone(s.backups)
	return told
}

// live lets the shop work on its disk until the power is cut, and checks the images.
func (s *poweredShop) live() error {
	m := s.mount(s.disk)
	m.disk.Ignore(s.deaf...)
	s.p.dir = m.dir
	s.p.start()
	s.clients.more(1 + s.dice.Int64N(300))
	if s.deaf == nil {
		s.switchOne()
		s.clients.more(1 + s.dice.Int64N(300))
		s.backUp()
		s.clients.more(1 + s.dice.Int64N(300))
	}
	if s.dice.IntN(2) == 0 {
		s.p.stop()
	}
	s.p.kill()
	images := m.powerOff(1)
	s.disk = images[len(images)-1].disk
	return s.check(images, s.holds)
}

// switchOne disables the extension, or enables it.
func (s *poweredShop) switchOne() {
	was := s.configs[0]
	on := strings.Contains(was, "enabled: false")
	will := strings.Replace(was, fmt.Sprint("enabled: ", !on), fmt.Sprint("enabled: ", on), 1)
	set := func(configs ...string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.configs = configs
	}
	set(was, will)
	require.NoError(s.t, s.p.call("PATCH", "/v1/admin/extensions/"+switched, adminToken, map[string]any{"enabled": on}, nil))
	set(will)
}

// backUp makes a backup, and waits for it.
func (s *poweredShop) backUp() {
	name := fmt.Sprintf("backup-%d.db", s.taken)
	var now protocol.BackupsResponse
	require.NoError(s.t, s.p.call("POST", "/v1/admin/backups", adminToken, map[string]any{"name": name}, &now))
	s.clients.await(func() bool {
		require.NoError(s.t, s.p.call("GET", "/v1/admin/backups", adminToken, nil, &now))
		require.Nil(s.t, now.Failed)
		return now.Running == nil
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.backups = append(s.backups, filepath.Base(now.Folder)+"/"+url.PathEscape(name))
}

func (s *poweredShop) holds(dir string, told shopTold) error {
	config, err := os.ReadFile(filepath.Join(dir, "manytill.yaml"))
	if err != nil || !slices.Contains(told.configs, string(config)) {
		return fmt.Errorf("the configuration is none of %q, but %q (%w)", told.configs, config, err)
	}
	if err := s.backupsHold(dir, told); err != nil {
		return err
	}
	q, err := s.p.on(dir)
	defer q.end()
	if err != nil {
		return err
	}
	var now protocol.ExtensionsResponse
	if err := q.call("GET", "/v1/admin/extensions", adminToken, nil, &now); err != nil {
		return err
	}
	if on := strings.Contains(string(config), "enabled: true"); on != (len(now.Extensions) == 1) {
		return fmt.Errorf("the extension is enabled: %t in the configuration, and of the server it is %v", on, now.Extensions)
	}
	if err := q.isGood(); err != nil {
		return err
	}
	db, err := sqlite.Open(context.Background(), q.database(), sqlite.Options{})
	if err != nil {
		return err
	}
	return errors.Join(s.acknowledged(db, told), db.Close())
}

// backupsHold: one that has its name is whole, and one that was told of is there.
func (s *poweredShop) backupsHold(dir string, told shopTold) error {
	for _, name := range told.backups {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	all, err := filepath.Glob(filepath.Join(dir, "*", "*.db"))
	for _, path := range all {
		err = errors.Join(err, s.p.runs("verify", path))
	}
	return err
}

// acknowledged: each mutation of which a client was told stands where it was said to.
func (s *poweredShop) acknowledged(db store.Store, told shopTold) error {
	at := map[outcomeKey]protocol.Seq{}
	for _, f := range s.floors {
		if err := readLog(db, f.id, at); err != nil {
			return err
		}
	}
	for h, results := range told.results {
		for id, r := range results {
			if is := at[outcomeKey{h.client, id}]; is != r.Seq {
				return fmt.Errorf("%s %d was acknowledged as change %d, and is %d (0: missing)", h.client, id, r.Seq, is)
			}
		}
	}
	return nil
}

// end lets the clients come to an end on what the last cut left, and checks all of it.
func (s *poweredShop) end() {
	s.p.dir = s.t.TempDir()
	require.NoError(s.t, lay(s.p.dir, s.disk.Folder()))
	s.p.start()
	s.clients.end()
	s.p.stop()
	checkDatabase(s.t.(*testing.T), s.p, s.floors, s.all)
}
