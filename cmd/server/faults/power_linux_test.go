package faults_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/internal/files/crashtest"
	"github.com/manytill/manytill/internal/files/crashtest/crashfs"
	"github.com/manytill/manytill/internal/freeport"
)

var cuts = flag.Int("cuts", 10, "how many images of power cuts each test of them checks")

// image is what a power cut leaves of a disk, and what had been told to others before.
type image[T any] struct {
	disk *crashtest.Disk
	kind string // of the step before which it was taken
	how  string // what became of what wasn't flushed
	told T
}

func (i *image[T]) String() string { return "before " + i.kind + ": " + i.how }

// cutting takes images of disks while programs write to them. Nothing is stopped for
// that: a disk stands still while it is looked at.
type cutting[T any] struct {
	t     testing.TB
	dice  *rand.Rand
	told  func() T // what was told by now; it is called while the disk stands still
	every int      // it takes an image after up to so many steps of programs

	mu      sync.Mutex
	left    int // steps until the next
	images  []image[T]
	offered int // images of the disk that is mounted, kept or not
	// Of all images that were kept: how many, the steps before which they were taken, and
	// what became of files.
	taken          int
	moments, fates map[string]int
}

// mostOfADisk are kept of the images of a disk while it is mounted: any of them alike.
func mostOfADisk() int {
	if short() {
		return 4
	}
	return 20
}

func newCutting[T any](t *testing.T, every int, told func() T) *cutting[T] {
	_, dice := moments(t)
	return &cutting[T]{t: t, dice: dice, told: told, every: every, moments: map[string]int{}, fates: map[string]int{}}
}

// mount mounts a disk, and takes images of it until the power is cut.
func (c *cutting[T]) mount(d *crashtest.Disk) *mounted[T] {
	dir := c.t.TempDir()
	unmount, err := crashfs.Mount(dir, d)
	if errors.Is(err, crashfs.ErrNotHere) {
		fmt.Fprintf(os.Stderr, "SKIPPED %s: %v\n", c.t.Name(), err)
		c.t.Skip(err)
	}
	require.NoError(c.t, err)
	m := &mounted[T]{cutting: c, disk: d, dir: dir, unmount: sync.OnceValue(unmount)}
	c.t.Cleanup(func() { _ = m.unmount() })
	c.offered = 0
	d.Watch(c.watch)
	return m
}

// mounted is a disk that programs write to.
type mounted[T any] struct {
	*cutting[T]
	disk    *crashtest.Disk
	dir     string
	unmount func() error
}

// numbers in names are chance, as those of temporary folders are.
var numbers = regexp.MustCompile(`[0-9]+`)

// watch takes an image at moments of chance, and before each step of a kind that had none.
func (c *cutting[T]) watch(m *crashtest.Moment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kind := m.Do + " " + numbers.ReplaceAllString(m.Path, "N")
	if c.left--; c.left > 0 && c.moments[kind] > 0 {
		return
	}
	left, how := m.Cut(crashtest.Chance(c.dice.Uint64()))
	if how == "" {
		return // nothing to lose
	}
	c.left = 1 + c.dice.IntN(c.every)
	c.keep(image[T]{left, kind, how, c.told()})
}

// keep keeps an image. Where there are enough, it may take the place of another, of a
// kind of which there are many.
func (c *cutting[T]) keep(i image[T]) {
	c.offered++
	if most := mostOfADisk(); len(c.images) == most {
		if odds := c.dice.IntN(c.offered); odds >= most && (c.moments[i.kind] > 0 || odds%2 == 0) {
			return
		}
		at, many := 0, 0
		for n, other := range c.images {
			if of := c.moments[other.kind]; of > many {
				at, many = n, of
			}
		}
		c.count(c.images[at], -1)
		c.images = slices.Delete(c.images, at, at+1)
	}
	c.images = append(c.images, i)
	c.count(i, 1)
}

func (c *cutting[T]) count(i image[T], n int) {
	c.taken += n
	if c.moments[i.kind] += n; c.moments[i.kind] == 0 {
		delete(c.moments, i.kind)
	}
	for _, word := range strings.Fields(i.how) {
		c.fates[word] += n
	}
}

// powerOff cuts the power for good; programs that had the disk must have been killed. It
// returns the images that were taken of the disk. The last are of this cut.
func (m *mounted[T]) powerOff(atTheEnd int) (images []image[T]) {
	m.t.Helper()
	m.disk.Watch(nil)
	require.NoError(m.t, m.unmount())
	for range atTheEnd {
		left, how := m.disk.Cut(crashtest.Chance(m.dice.Uint64()))
		i := image[T]{left, "the end", how, m.told()}
		m.images = append(m.images, i)
		m.count(i, 1)
		if how == "" {
			break
		}
	}
	images, m.images = m.images, nil
	return images
}

// check holds images against what must be in each, two at a time, up to the first in which
// something is wrong. Each is laid into a folder of its own.
func (c *cutting[T]) check(images []image[T], holds func(dir string, told T) error) error {
	var group errgroup.Group
	group.SetLimit(2)
	below, failed := c.t.TempDir(), new(atomic.Bool)
	for _, i := range images {
		group.Go(func() error {
			if failed.Load() {
				return nil
			}
			err := laid(below, i, holds)
			if err != nil {
				failed.Store(true)
				err = fmt.Errorf("%s: %w", &i, err)
			}
			return err
		})
	}
	return group.Wait()
}

func laid[T any](below string, i image[T], holds func(dir string, told T) error) error {
	dir, err := os.MkdirTemp(below, "")
	if err == nil {
		err = lay(dir, i.disk.Folder())
	}
	if err == nil {
		err = holds(dir, i.told)
	}
	return errors.Join(err, os.RemoveAll(dir))
}

// short reports whether this is the form of every day.
func short() bool { return *cuts < 100 }

// done fails a run that saw less than is to be seen; in the short form that is little.
func (c *cutting[T]) done(kinds int) {
	c.t.Helper()
	fates := 0
	for _, fate := range []string{"lost", "whole", "cut", "zeroed", "torn", "mixed"} {
		if c.fates[fate] > 0 {
			fates++
		}
	}
	c.t.Logf("%d images, before %d kinds of step, %d fates of files: %v", c.taken, len(c.moments), fates, c.moments)
	require.GreaterOrEqual(c.t, c.taken, *cuts)
	if short() {
		require.GreaterOrEqual(c.t, len(c.moments), 4, "kinds of step with an image before them")
		return
	}
	require.GreaterOrEqual(c.t, len(c.moments), kinds, "kinds of step with an image before them")
	require.Equal(c.t, 6, fates, "fates of files: %v", c.fates)
}

// lay writes files into a folder.
func lay(dir string, all crashtest.Folder) error {
	for name, text := range all {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// folder is what lies in a folder, for a disk.
func folder(t testing.TB, dir string) crashtest.Folder {
	all := crashtest.Folder{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err == nil {
			all[filepath.ToSlash(name)], err = os.ReadFile(path)
		}
		return err
	}))
	return all
}

var listening = regexp.MustCompile(`listen: \S+`)

// on is another server of the same kind, on an image in a folder, started.
func (p *process) on(dir string) (*process, error) {
	q := &process{t: p.t, binary: p.binary, dir: dir, addr: freeport.Address(), alone: p.alone, env: p.env}
	text, err := os.ReadFile(q.config())
	if err == nil {
		err = os.WriteFile(q.config(), []byte(listening.ReplaceAllString(string(text), "listen: "+q.addr)), 0o600)
	}
	if err == nil {
		q.log, err = os.Create(filepath.Join(dir, "server.log"))
	}
	if err == nil {
		err = q.starts()
	}
	return q, err
}

// end kills it if it still runs.
func (p *process) end() {
	p.kill()
	_ = p.log.Close()
}

// isGood stops a server, and has its database checked.
func (p *process) isGood() error {
	if err := p.stops(); err != nil {
		return fmt.Errorf("the server didn't stop well: %w: %s", err, p.said())
	}
	return p.runs("verify", "--config", p.config())
}

// deafDisks ignore flushes of files, or of folders, or both, which alone is in the short form.
func deafDisks() [][]string {
	if short() {
		return [][]string{{files.Synced, files.SyncedFolder}}
	}
	return [][]string{{files.Synced}, {files.SyncedFolder}, {files.Synced, files.SyncedFolder}}
}
