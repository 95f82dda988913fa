package crashtest_test

import (
	"bytes"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/internal/files/crashtest"
)

// chances are as many cuts as show each state that is likely enough.
const chances = 400

// left are the states of a file that cuts leave; "-" where it isn't there.
func left(d *crashtest.Disk, name string) map[string]bool {
	seen := map[string]bool{}
	for seed := range uint64(chances) {
		image, _ := d.Cut(crashtest.Chance(seed))
		text, there := image.Folder()[name]
		if !there {
			text = []byte("-")
		}
		seen[string(text)] = true
	}
	return seen
}

func set(all ...string) map[string]bool {
	s := map[string]bool{}
	for _, one := range all {
		s[one] = true
	}
	return s
}

func old() *crashtest.Disk { return crashtest.NewDisk(crashtest.Folder{"f": []byte("old")}) }

func TestWhatACutLeaves(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(d *crashtest.Disk, f *crashtest.Node) error
		left map[string]bool
	}{
		"nothing done": {func(*crashtest.Disk, *crashtest.Node) error { return nil }, set("old")},
		"written": {
			func(d *crashtest.Disk, f *crashtest.Node) error { return d.Write(f, []byte("new"), 0) },
			set("old", "new", "\x00\x00\x00"),
		},
		"appended": {
			func(d *crashtest.Disk, f *crashtest.Node) error { return d.Write(f, []byte("er"), 3) },
			set("old", "older", "olde", "old\x00\x00"),
		},
		"later without earlier": {
			func(d *crashtest.Disk, f *crashtest.Node) error {
				return first(d.Write(f, []byte("A"), 0), d.Write(f, []byte("B"), 2))
			},
			set("old", "Ald", "olB", "AlB", "\x00ld", "ol\x00", "\x00l\x00", "Al\x00", "\x00lB"),
		},
		"synced": {
			func(d *crashtest.Disk, f *crashtest.Node) error {
				return first(d.Write(f, []byte("new"), 0), d.Sync(f))
			},
			set("new"),
		},
		"emptied": {func(d *crashtest.Disk, f *crashtest.Node) error { return d.Truncate(f, 0) }, set("old", "")},
		"removed": {func(d *crashtest.Disk, _ *crashtest.Node) error { return d.Remove(d.Root(), "f") }, set("old", "-")},
		"removed for good": {
			func(d *crashtest.Disk, _ *crashtest.Node) error {
				return first(d.Remove(d.Root(), "f"), d.Sync(d.Root()))
			},
			set("-"),
		},
		"the name isn't synced with the file": {
			func(d *crashtest.Disk, f *crashtest.Node) error {
				return first(d.Rename(d.Root(), "f", d.Root(), "g"), d.Sync(f))
			},
			set("old", "-"),
		},
		"the file isn't synced with the name": {
			func(d *crashtest.Disk, _ *crashtest.Node) error {
				g, err := d.Create(d.Root(), "g", false, 0o600)
				return first(err, d.Write(g, []byte("new"), 0), d.Rename(d.Root(), "g", d.Root(), "f"), d.Sync(d.Root()))
			},
			set("new", "", "n", "\x00\x00\x00"),
		},
		"replaced as it should be": {
			func(d *crashtest.Disk, _ *crashtest.Node) error {
				g, err := d.Create(d.Root(), "g", false, 0o600)
				return first(err, d.Write(g, []byte("new"), 0), d.Sync(g), d.Rename(d.Root(), "g", d.Root(), "f"))
			},
			set("old", "new"),
		},
		"into a folder that may be lost": {
			func(d *crashtest.Disk, _ *crashtest.Node) error {
				sub, err := d.Create(d.Root(), "sub", true, 0o700)
				return first(err, d.Rename(d.Root(), "f", sub, "f"), d.Sync(sub))
			},
			set("-"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := old()
			f, err := d.Lookup(d.Root(), "f")
			require.NoError(t, err)
			require.NoError(t, c.do(d, f))
			require.Equal(t, c.left, left(d, "f"))
		})
	}
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestSectorsAreTorn: each comes through whole or not at all, and what lies beside
// a write in its sectors isn't touched.
func TestSectorsAreTorn(t *testing.T) {
	const from, sectors = 100, 4
	before := bytes.Repeat([]byte("o"), sectors*crashtest.Sector)
	d := crashtest.NewDisk(crashtest.Folder{"f": before})
	f, err := d.Lookup(d.Root(), "f")
	require.NoError(t, err)
	require.NoError(t, d.Write(f, bytes.Repeat([]byte("n"), len(before)-2*from), from))
	mixtures := map[string]bool{}
	for text := range left(d, "f") {
		require.Len(t, text, len(before))
		require.Equal(t, strings.Repeat("o", from), text[:from])
		require.Equal(t, strings.Repeat("o", from), text[len(text)-from:])
		kinds := ""
		for at := 0; at < len(text); at += crashtest.Sector {
			sector := text[max(at, from):min(at+crashtest.Sector, len(text)-from)]
			require.Equal(t, strings.Repeat(sector[:1], len(sector)), sector)
			kinds += sector[:1]
		}
		mixtures[kinds] = true
	}
	require.Greater(t, len(mixtures), 20)
}

func TestPowerOff(t *testing.T) {
	d := old()
	f, err := d.Lookup(d.Root(), "f")
	require.NoError(t, err)
	var steps []string
	d.Watch(func(m *crashtest.Moment) {
		steps = append(steps, m.Do+" "+m.Path)
		if m.Do == files.Synced {
			image, how := m.Cut(crashtest.Chance(1))
			require.Contains(t, how, "f ")
			require.Contains(t, image.Folder(), "f")
			m.PowerOff()
		}
	})
	require.NoError(t, d.Write(f, []byte("new"), 0))
	require.ErrorIs(t, d.Sync(f), syscall.EIO)
	require.ErrorIs(t, d.Write(f, []byte("newer"), 0), syscall.EIO)
	_, err = d.Read(f, nil, 0)
	require.ErrorIs(t, err, syscall.EIO)
	require.Equal(t, []string{"write f", "sync f"}, steps, "what comes after is no step")
	require.Contains(t, left(d, "f"), "old", "the sync didn't happen")
}

// TestIgnoredSyncs is the fault that other tests plant.
func TestIgnoredSyncs(t *testing.T) {
	d := old()
	d.Ignore(files.Synced, files.SyncedFolder)
	f, err := d.Lookup(d.Root(), "f")
	require.NoError(t, err)
	require.NoError(t, first(d.Write(f, []byte("new"), 0), d.Sync(f), d.Rename(d.Root(), "f", d.Root(), "g"), d.Sync(d.Root())))
	require.Contains(t, left(d, "f"), "old")
}

// TestACutIsADiskOfItsOwn: what is done to it later changes neither.
func TestACutIsADiskOfItsOwn(t *testing.T) {
	d := old()
	image, _ := d.Cut(crashtest.Chance(1))
	f, err := image.Lookup(image.Root(), "f")
	require.NoError(t, err)
	require.NoError(t, first(image.Write(f, []byte("new"), 0), image.Sync(f), image.Remove(image.Root(), "f")))
	require.Equal(t, crashtest.Folder{"f": []byte("old")}, d.Folder())
	require.Equal(t, set("old"), left(d, "f"))
	require.Equal(t, set("new", "-"), left(image, "f"))
}

// TestManyUnsyncedWrites: a system writes the oldest by itself.
func TestManyUnsyncedWrites(t *testing.T) {
	d := old()
	f, err := d.Lookup(d.Root(), "f")
	require.NoError(t, err)
	for i := range 10_000 {
		require.NoError(t, d.Write(f, []byte{byte('a' + i/1000)}, 0))
	}
	for text := range left(d, "f") {
		require.NotContains(t, "oabc", text[:1])
	}
}
