package crashtest

import (
	"maps"
	"slices"
	"syscall"
	"time"

	"github.com/manytill/manytill/internal/files"
)

// What programs can do with a disk.

// Root is the folder that everything is in.
func (d *Disk) Root() *Node { return d.root }

// Info is what is known of a node.
type Info struct {
	Bytes int
	Mode  uint32 // permissions
	At    time.Time
}

// Info tells of a node.
func (d *Disk) Info(n *Node) Info {
	d.mu.Lock()
	defer d.mu.Unlock()
	return Info{len(n.text), n.mode, n.at}
}

// Chmod changes a node's permissions. They aren't among what a cut takes.
func (d *Disk) Chmod(n *Node, mode uint32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n.mode = mode
}

// Lookup finds a name in a folder.
func (d *Disk) Lookup(folder *Node, name string) (found *Node, err error) {
	err = d.read(func() error {
		if found = folder.names[name]; found == nil {
			return syscall.ENOENT
		}
		return nil
	})
	return found, err
}

// Names are those in a folder.
func (d *Disk) Names(folder *Node) (names []string, err error) {
	err = d.read(func() error {
		names = slices.Sorted(maps.Keys(folder.names))
		return nil
	})
	return names, err
}

// Create makes an empty file or a folder.
func (d *Disk) Create(folder *Node, name string, isFolder bool, mode uint32) (made *Node, err error) {
	err = d.do(files.Step{Do: Created, Path: name}, func() error {
		if folder.names[name] != nil {
			return syscall.EEXIST
		}
		made = d.node(name, isFolder, mode)
		d.rename(naming{{folder, name, made}})
		return nil
	})
	return made, err
}

// Created is the step that no [files.Step] has: there it is a part of writing.
const Created = "create"

// Remove takes a file or an empty folder away.
func (d *Disk) Remove(folder *Node, name string) error {
	return d.do(files.Step{Do: files.Removed, Path: name}, func() error {
		n := folder.names[name]
		switch {
		case n == nil:
			return syscall.ENOENT
		case len(n.names) > 0:
			return syscall.ENOTEMPTY
		}
		d.rename(naming{{folder, name, nil}})
		return nil
	})
}

// Rename gives a node another name, over what has it.
func (d *Disk) Rename(from *Node, name string, to *Node, newName string) error {
	return d.do(files.Step{Do: files.Renamed, Path: name, To: newName}, func() error {
		n, over := from.names[name], to.names[newName]
		switch {
		case n == nil:
			return syscall.ENOENT
		case over == n:
			return nil
		case over != nil && len(over.names) > 0:
			return syscall.ENOTEMPTY
		}
		d.rename(naming{{from, name, nil}, {to, newName, n}})
		return nil
	})
}

// Read reads from a place of a file, and fewer bytes at its end.
func (d *Disk) Read(n *Node, into []byte, at int64) (read int, err error) {
	err = d.read(func() error {
		if at < int64(len(n.text)) {
			read = copy(into, n.text[at:])
		}
		return nil
	})
	return read, err
}

// Write writes to a place of a file.
func (d *Disk) Write(n *Node, text []byte, at int64) error {
	return d.change(n, change{at: at, text: slices.Clone(text)})
}

// Truncate gives a file another length.
func (d *Disk) Truncate(n *Node, length int64) error {
	return d.change(n, change{at: length, truncate: true})
}

// mostChanges may wait for a sync. Of more the oldest are written to disk, as any
// system does by itself.
const mostChanges = 4096

func (d *Disk) change(n *Node, c change) error {
	return d.do(files.Step{Do: files.Wrote, Path: n.name}, func() error {
		n.text, n.at = c.apply(n.text), time.Now()
		if n.changes = append(n.changes, c); len(n.changes) > mostChanges {
			n.settle(mostChanges / 2)
		}
		return nil
	})
}

// settle makes the oldest changes last.
func (n *Node) settle(oldest int) {
	for _, c := range n.changes[:oldest] {
		n.durableText = c.apply(n.durableText)
	}
	n.changes = slices.Delete(n.changes, 0, oldest)
}

// Sync makes what was written to a file last, or what was named in a folder.
func (d *Disk) Sync(n *Node) error {
	step := files.Step{Do: files.Synced, Path: n.name}
	if n.Folder {
		step.Do = files.SyncedFolder
	}
	return d.do(step, func() error {
		switch {
		case slices.Contains(d.deaf, step.Do):
		case n.Folder:
			d.syncFolder(n)
		default:
			n.settle(len(n.changes))
		}
		return nil
	})
}
