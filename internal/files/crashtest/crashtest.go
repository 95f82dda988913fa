// Package crashtest rebuilds what a power cut may leave of a folder, from the
// steps that package files tells of: at each step, with any part of what wasn't
// synced lost, in any order, and contents missing, cut or zeroed.
//
// Start reading with [Images].
package crashtest

import (
	"fmt"
	"path/filepath"

	"github.com/manytill/manytill/internal/files"
)

// Folder is a folder's files by name, with their content.
type Folder map[string][]byte

// inode is a file apart from its name.
type inode struct {
	durable []byte
	now     []byte
	synced  bool
}

// entry changes a folder's names.
type entry func(names map[string]*inode)

// Images calls each for every folder that a crash may leave of what was there
// before and of the steps that were taken then. All are in one folder.
func Images(before Folder, steps []files.Step, each func(name string, image Folder)) {
	names := map[string]*inode{}
	for name, text := range before {
		names[name] = &inode{durable: text, now: text, synced: true}
	}
	durable := clone(names)
	var pending []entry
	image(durable, pending, func(name string, f Folder) { each("before: "+name, f) })
	for i, s := range steps {
		name, to := filepath.Base(s.Path), filepath.Base(s.To)
		var e entry
		switch s.Do {
		case files.Wrote:
			if node := names[name]; node != nil {
				node.now, node.synced = s.Text, false
				break
			}
			node := &inode{now: s.Text}
			e = func(n map[string]*inode) { n[name] = node }
		case files.Synced:
			node := names[name]
			node.durable, node.synced = node.now, true
		case files.Renamed:
			node := names[name]
			e = func(n map[string]*inode) {
				if n[name] == node {
					delete(n, name)
				}
				n[to] = node
			}
		case files.Removed:
			node := names[name]
			e = func(n map[string]*inode) {
				if n[name] == node {
					delete(n, name)
				}
			}
		case files.SyncedFolder:
			durable, pending = clone(names), nil
		}
		if e != nil {
			e(names)
			pending = append(pending, e)
		}
		image(durable, pending, func(name string, f Folder) {
			each(fmt.Sprintf("step %d, %s %s: %s", i, s.Do, filepath.Base(s.Path), name), f)
		})
	}
}

func clone(names map[string]*inode) map[string]*inode {
	c := make(map[string]*inode, len(names))
	for name, node := range names {
		c[name] = node
	}
	return c
}

// image calls each for any part of the pending entries that came through, and
// any state of contents that weren't synced.
func image(durable map[string]*inode, pending []entry, each func(string, Folder)) {
	for through := range 1 << len(pending) {
		names := clone(durable)
		for i, e := range pending {
			if through&(1<<i) != 0 {
				e(names)
			}
		}
		for what, content := range contents {
			f, loose := Folder{}, false
			for name, node := range names {
				f[name] = node.durable
				if !node.synced {
					f[name], loose = content(node), true
				}
			}
			each(fmt.Sprintf("entries %b, contents %s", through, what), f)
			if !loose {
				break
			}
		}
	}
}

var contents = map[string]func(*inode) []byte{
	"lost":   func(n *inode) []byte { return n.durable },
	"whole":  func(n *inode) []byte { return n.now },
	"cut":    func(n *inode) []byte { return n.now[:len(n.now)/2] },
	"zeroed": func(n *inode) []byte { return make([]byte, len(n.now)) },
	"torn": func(n *inode) []byte {
		return append(append([]byte(nil), n.now[:len(n.now)/2]...), make([]byte, len(n.now)-len(n.now)/2)...)
	},
}
