// Package crashfs mounts a disk of package crashtest with FUSE, so that whole
// programs write to it: what they flush and what they don't is known.
//
// The kernel passes each write on at once and keeps locks by itself. What programs
// map into memory (SQLite's -shm) it writes when it likes. Start reading with [Mount].
package crashfs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"github.com/manytill/manytill/internal/files/crashtest"
)

// ErrNotHere is the error of [Mount] where this machine doesn't let it mount.
var ErrNotHere = errors.New("a file system of user space can't be mounted here (it takes root and /dev/fuse)")

// Mount mounts a disk on an empty folder. This process must not map its files into
// memory, as SQLite does: other processes may.
func Mount(dir string, d *crashtest.Disk) (unmount func() error, err error) {
	if f, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotHere, err)
	} else if err = f.Close(); err != nil {
		return nil, err
	}
	long := time.Hour // nothing changes but by this mount
	_, err = fs.Mount(dir, &node{disk: d, at: d.Root()}, &fs.Options{
		EntryTimeout: &long, AttrTimeout: &long, NullPermissions: true,
		RootStableAttr: &fs.StableAttr{Ino: d.Root().ID},
		MountOptions: fuse.MountOptions{
			DirectMountStrict: true, FsName: "crashfs", Name: "crashfs", DisableXAttrs: true, MaxBackground: 1,
		},
	})
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		err = fmt.Errorf("%w: %w", ErrNotHere, err)
	}
	if err != nil {
		return nil, fmt.Errorf("mount %s: %w", dir, err)
	}
	return func() error { return syscall.Unmount(dir, syscall.MNT_DETACH) }, nil
}

// node is a file or a folder for the kernel.
type node struct {
	fs.Inode
	disk *crashtest.Disk
	at   *crashtest.Node
}

var (
	_ fs.NodeLookuper  = (*node)(nil)
	_ fs.NodeGetattrer = (*node)(nil)
	_ fs.NodeSetattrer = (*node)(nil)
	_ fs.NodeCreater   = (*node)(nil)
	_ fs.NodeMkdirer   = (*node)(nil)
	_ fs.NodeUnlinker  = (*node)(nil)
	_ fs.NodeRmdirer   = (*node)(nil)
	_ fs.NodeRenamer   = (*node)(nil)
	_ fs.NodeReaddirer = (*node)(nil)
	_ fs.NodeOpener    = (*node)(nil)
	_ fs.NodeReader    = (*node)(nil)
	_ fs.NodeWriter    = (*node)(nil)
	_ fs.NodeFsyncer   = (*node)(nil)
)

// errno is what the kernel is told.
func errno(err error) syscall.Errno { return fs.ToErrno(err) }

func kind(n *crashtest.Node) uint32 {
	if n.Folder {
		return fuse.S_IFDIR
	}
	return fuse.S_IFREG
}

func (n *node) attr(of *crashtest.Node, out *fuse.Attr) {
	info := n.disk.Info(of)
	out.Ino, out.Size, out.Mode, out.Nlink = of.ID, uint64(info.Bytes), kind(of)|info.Mode, 1
	out.Blocks = (out.Size + crashtest.Sector - 1) / crashtest.Sector
	out.SetTimes(&info.At, &info.At, &info.At)
	out.Uid, out.Gid = uint32(os.Geteuid()), uint32(os.Getegid())
}

func (n *node) child(ctx context.Context, of *crashtest.Node, out *fuse.EntryOut) *fs.Inode {
	n.attr(of, &out.Attr)
	return n.NewInode(ctx, &node{disk: n.disk, at: of}, fs.StableAttr{Mode: kind(of), Ino: of.ID})
}

func (n *node) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	found, err := n.disk.Lookup(n.at, name)
	if err != nil {
		return nil, errno(err)
	}
	return n.child(ctx, found, out), 0
}

func (n *node) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	n.attr(n.at, &out.Attr)
	return 0
}

// Setattr knows lengths and permissions; owner and times stay as they are.
func (n *node) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if mode, ok := in.GetMode(); ok {
		n.disk.Chmod(n.at, mode&0o777)
	}
	if length, ok := in.GetSize(); ok {
		if err := n.disk.Truncate(n.at, int64(length)); err != nil {
			return errno(err)
		}
	}
	n.attr(n.at, &out.Attr)
	return 0
}

func (n *node) Create(ctx context.Context, name string, _, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	made, err := n.disk.Create(n.at, name, false, mode&0o777)
	if err != nil {
		return nil, nil, 0, errno(err)
	}
	return n.child(ctx, made, out), nil, fuse.FOPEN_KEEP_CACHE, 0
}

func (n *node) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	made, err := n.disk.Create(n.at, name, true, mode&0o777)
	if err != nil {
		return nil, errno(err)
	}
	return n.child(ctx, made, out), 0
}

func (n *node) Unlink(_ context.Context, name string) syscall.Errno {
	return errno(n.disk.Remove(n.at, name))
}

func (n *node) Rmdir(_ context.Context, name string) syscall.Errno {
	return errno(n.disk.Remove(n.at, name))
}

func (n *node) Rename(_ context.Context, name string, to fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	if flags != 0 {
		return syscall.EINVAL
	}
	return errno(n.disk.Rename(n.at, name, to.(*node).at, newName))
}

func (n *node) Readdir(context.Context) (fs.DirStream, syscall.Errno) {
	names, err := n.disk.Names(n.at)
	if err != nil {
		return nil, errno(err)
	}
	var entries []fuse.DirEntry
	for _, name := range names {
		if found, err := n.disk.Lookup(n.at, name); err == nil {
			entries = append(entries, fuse.DirEntry{Name: name, Mode: kind(found), Ino: found.ID})
		}
	}
	return fs.NewListDirStream(entries), 0
}

func (n *node) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_KEEP_CACHE, 0
}

func (n *node) Read(_ context.Context, _ fs.FileHandle, into []byte, at int64) (fuse.ReadResult, syscall.Errno) {
	read, err := n.disk.Read(n.at, into, at)
	return fuse.ReadResultData(into[:read]), errno(err)
}

func (n *node) Write(_ context.Context, _ fs.FileHandle, text []byte, at int64) (uint32, syscall.Errno) {
	if err := n.disk.Write(n.at, text, at); err != nil {
		return 0, errno(err)
	}
	return uint32(len(text)), 0
}

func (n *node) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	return errno(n.disk.Sync(n.at))
}
