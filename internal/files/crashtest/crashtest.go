// Package crashtest rebuilds what a power cut may leave of a disk: any part of
// what wasn't synced is lost, in any order, and contents are missing, cut, torn
// between sectors or zeroed.
//
// [Disk] is such a disk; package crashfs mounts one, so that programs write to it.
// [Images] rebuilds every state from the steps that package files tells of. Start
// reading with [Disk].
package crashtest

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/manytill/manytill/internal/files"
)

// Folder is a folder's files by name, with their content.
type Folder map[string][]byte

func sorted(names tree) []string { return slices.Sorted(maps.Keys(names)) }

// Images calls each for every folder that a cut may leave of what was there
// before and of the steps that were taken then. All are in one folder.
func Images(before Folder, steps []files.Step, each func(name string, image Folder)) {
	d := NewDisk(before)
	images := func(point string) {
		every(func(l Luck) {
			left, how := d.Cut(l)
			each(point+": "+how, left.Folder())
		})
	}
	images("before")
	for i, s := range steps {
		d.take(s)
		images(fmt.Sprintf("step %d, %s %s", i, s.Do, filepath.Base(s.Path)))
	}
}

// take repeats a step.
func (d *Disk) take(s files.Step) {
	name, to := filepath.Base(s.Path), filepath.Base(s.To)
	n := d.root.names[name]
	switch s.Do {
	case files.Wrote:
		if n == nil {
			n, _ = d.Create(d.root, name, false, 0o600)
		}
		_ = d.Truncate(n, 0)
		_ = d.Write(n, s.Text, 0)
	case files.Synced:
		_ = d.Sync(n)
	case files.Renamed:
		_ = d.Rename(d.root, name, d.root, to)
	case files.Removed:
		_ = d.Remove(d.root, name)
	case files.SyncedFolder:
		_ = d.Sync(d.root)
	}
}
