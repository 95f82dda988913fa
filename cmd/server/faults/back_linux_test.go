package faults_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/manytill/manytill/sdk/protocol"
)

// atTheServer are those that hit everybody.
var atTheServer = map[string]trouble{
	"killed": kill9,
	"stopped": {
		begin: func(_ *proxy, p *process) { p.signal(syscall.SIGSTOP) },
		heal:  func(_ *proxy, p *process) { p.signal(syscall.SIGCONT) }, lasts: tries(8), server: newProcess,
	},
	"disk full": {
		begin: func(_ *proxy, p *process) { p.fillDisk() },
		heal:  func(_ *proxy, p *process) { require.NoError(p.t, os.Remove(p.filler())) }, lasts: refusedAll, server: newOnSmallDisk,
	},
}

func (p *process) signal(s os.Signal) { require.NoError(p.t, p.cmd.Process.Signal(s)) }

// refusedAll waits until each till was told that nothing can be stored.
func refusedAll(b *comeback) {
	var all sync.WaitGroup
	for who, a := range b.tills {
		all.Go(func() {
			shows(b.t, a, b.ctx, who+" is refused", func(s *screen) bool { return s.Problem == protocol.ReadOnly })
		})
	}
	all.Wait()
}

// newOnSmallDisk has its database on a file system of its own.
func newOnSmallDisk(t testing.TB) *process {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=16777216"); err != nil {
		fmt.Fprintf(os.Stderr, "SKIPPED %s: mounting a small file system isn't permitted here (run as root): %v\n", t.Name(), err)
		t.Skip("mounting isn't permitted")
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	p := newProcessOn(t, "sqlite:"+filepath.Join(dir, "manytill.db"), "")
	p.small = dir
	p.start()
	return p
}

func (p *process) filler() string { return filepath.Join(p.small, "filler") }

// fillDisk writes until there is no room for another byte.
func (p *process) fillDisk() {
	file, err := os.Create(p.filler())
	require.NoError(p.t, err)
	for block := 1 << 16; block > 0; block /= 16 {
		for err = nil; err == nil; {
			_, err = file.Write(make([]byte, block))
		}
	}
	require.NoError(p.t, file.Close())
}
