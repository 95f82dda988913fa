package crashtest

import (
	"maps"
	"path"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/manytill/manytill/internal/files"
)

// Disk is a disk in memory that knows what a power cut takes: what was written to
// a file since that was synced, and names given or taken since their folder was. It
// is safe for concurrent use; its methods fail with ENOENT and the like, and with
// EIO once the power is off.
type Disk struct {
	mu      sync.Mutex
	root    *Node
	lastID  uint64
	namings []naming // that a cut may take, the oldest first
	watcher func(*Moment)
	deaf    []string
	off     bool
}

// Node is a file or a folder, apart from its name.
type Node struct {
	ID     uint64
	Folder bool

	name  string // its last one, for messages
	mode  uint32
	at    time.Time // of the last change
	names tree      // of a folder
	text  []byte    // of a file
	// What a cut leaves for sure, and the changes that it may take from it.
	durableNames tree
	durableText  []byte
	changes      []change
}

type tree map[string]*Node

// naming is one change of names, all of it or nothing.
type naming []given

// given is a name that now means a node, or nothing.
type given struct {
	folder *Node
	name   string
	node   *Node
}

func (n naming) apply(names func(folder *Node) tree) {
	for _, one := range n {
		if one.node == nil {
			delete(names(one.folder), one.name)
		} else {
			names(one.folder)[one.name] = one.node
		}
	}
}

func (n naming) in(folder *Node) bool {
	return slices.ContainsFunc(n, func(one given) bool { return one.folder == folder })
}

// NewDisk makes a disk with files on it for good. Their names may have folders.
func NewDisk(with Folder) *Disk {
	d := &Disk{}
	d.root = d.node("", true, 0o700)
	for _, name := range slices.Sorted(maps.Keys(with)) {
		d.put(name, with[name])
	}
	return d
}

func (d *Disk) node(name string, folder bool, mode uint32) *Node {
	d.lastID++
	n := &Node{ID: d.lastID, Folder: folder, name: name, mode: mode, at: time.Now()}
	if folder {
		n.names, n.durableNames = tree{}, tree{}
	}
	return n
}

// put places a file for good.
func (d *Disk) put(name string, text []byte) {
	at := d.root
	for dir, rest := splitFirst(name); ; dir, rest = splitFirst(rest) {
		if rest == "" {
			n := d.node(dir, false, 0o600)
			n.text, n.durableText = slices.Clone(text), slices.Clone(text)
			at.names[dir], at.durableNames[dir] = n, n
			return
		}
		if at.names[dir] == nil {
			n := d.node(dir, true, 0o700)
			at.names[dir], at.durableNames[dir] = n, n
		}
		at = at.names[dir]
	}
}

func splitFirst(name string) (first, rest string) {
	name = path.Clean(name)
	for i := range name {
		if name[i] == '/' {
			return name[:i], name[i+1:]
		}
	}
	return name, ""
}

// Folder is all files as programs see them now.
func (d *Disk) Folder() Folder {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := Folder{}
	var walk func(dir string, n *Node)
	walk = func(dir string, n *Node) {
		for name, child := range n.names {
			if at := path.Join(dir, name); child.Folder {
				walk(at, child)
			} else {
				all[at] = slices.Clone(child.text)
			}
		}
	}
	walk("", d.root)
	return all
}

// Watch has each told of every change and every sync before it happens, in
// order. While it runs the disk waits; it may only use the moment that it gets.
func (d *Disk) Watch(each func(*Moment)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.watcher = each
}

// Ignore has syncs do nothing, and say that all is well: [files.Synced] those of
// files, [files.SyncedFolder] those of folders. It is the fault that tests of tests plant.
func (d *Disk) Ignore(syncs ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.deaf = syncs
}

// Moment is just before a step.
type Moment struct {
	files.Step // Path and To are last names; there is no Text
	disk       *Disk
}

// PowerOff has this step and all that follow fail.
func (m *Moment) PowerOff() { m.disk.off = true }

// Cut is what a power cut leaves at this moment, as another disk, and how that came
// about, in words.
func (m *Moment) Cut(l Luck) (left *Disk, how string) { return m.disk.cut(l) }

// Cut is what a power cut leaves now.
func (d *Disk) Cut(l Luck) (left *Disk, how string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.cut(l)
}

// read runs f unless the power is off.
func (d *Disk) read(f func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return syscall.EIO
	}
	return f()
}

// do runs a step that changes something, after the watcher.
func (d *Disk) do(s files.Step, f func() error) error {
	return d.read(func() error {
		if d.watcher != nil {
			if d.watcher(&Moment{s, d}); d.off {
				return syscall.EIO
			}
		}
		return f()
	})
}

func (d *Disk) rename(n naming) {
	n.apply(func(folder *Node) tree {
		folder.at = time.Now()
		return folder.names
	})
	for _, one := range n {
		if one.node != nil {
			one.node.name = one.name
		}
	}
	d.namings = append(d.namings, n)
}

// syncFolder makes what was named in a folder last. What was named in two folders
// at once does so in both.
func (d *Disk) syncFolder(folder *Node) {
	d.namings = slices.DeleteFunc(d.namings, func(n naming) bool {
		if !n.in(folder) {
			return false
		}
		n.apply(func(folder *Node) tree { return folder.durableNames })
		return true
	})
}
