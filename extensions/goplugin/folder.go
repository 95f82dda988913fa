package goplugin

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A folder is made under a name that nobody clears up, locked, and renamed.
const (
	unfinished = "new-"
	finished   = "h-"
	lockName   = "lock"
	stillborn  = time.Hour // an unfinished folder this old is nobody's
)

// folder is where the sockets of one host's plugin are, for nobody else to
// see. Its lock is held while this process lives, so that the next one knows
// what was left behind.
type folder struct {
	path string
	lock *os.File
}

// makeFolder makes one, and clears up after servers that were killed: their
// plugins, and what those left running, too.
func makeFolder(base string) (*folder, error) {
	if err := os.MkdirAll(base, 0o700); err != nil {
		return nil, fmt.Errorf("no folder for sockets: %w", err)
	}
	info, err := os.Lstat(base)
	if err != nil {
		return nil, fmt.Errorf("no folder for sockets: %w", err)
	}
	if !private(info) {
		return nil, fmt.Errorf("the folder for sockets, %s, is open to others (%s): remove it, and the server makes it anew", base, info.Mode())
	}
	clearLeftovers(base)
	path, err := os.MkdirTemp(base, unfinished)
	if err != nil {
		return nil, fmt.Errorf("no folder for sockets: %w", err)
	}
	f := &folder{path: path}
	if err := f.take(base); err != nil {
		f.remove()
		return nil, fmt.Errorf("no folder for sockets: %w", err)
	}
	return f, nil
}

func (f *folder) take(base string) (err error) {
	if f.lock, err = os.OpenFile(filepath.Join(f.path, lockName), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return err
	}
	if err := lock(f.lock); err != nil {
		return err
	}
	named := filepath.Join(base, finished+strings.TrimPrefix(filepath.Base(f.path), unfinished))
	if err := os.Rename(f.path, named); err != nil {
		return err
	}
	f.path = named
	return nil
}

func (f *folder) remove() {
	_ = os.RemoveAll(f.path)
	_ = f.lock.Close()
}

// start is a new folder inside, for one start. A socket's path has a limit of
// about 100 bytes.
func (f *folder) start() (string, error) {
	dir, err := os.MkdirTemp(f.path, "")
	if err != nil {
		return "", fmt.Errorf("no folder for the socket: %w", err)
	}
	const longest = 100 - len("/plugin4294967295")
	if len(dir) > longest {
		_ = os.RemoveAll(dir)
		return "", fmt.Errorf("the folder for sockets, %s, has too long a name for a socket: set TMPDIR to a shorter one", dir)
	}
	return dir, nil
}

func clearLeftovers(base string) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return
	}
	for _, e := range entries {
		path := filepath.Join(base, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), finished) && abandoned(path):
			killMarked(path)
			_ = os.RemoveAll(path)
		case strings.HasPrefix(e.Name(), unfinished):
			if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > stillborn {
				_ = os.RemoveAll(path)
			}
		}
	}
}

// abandoned reports that no process holds the folder's lock.
func abandoned(path string) bool {
	f, err := os.OpenFile(filepath.Join(path, lockName), os.O_RDWR, 0)
	if err != nil {
		return os.IsNotExist(err)
	}
	defer f.Close()
	return lock(f) == nil
}
