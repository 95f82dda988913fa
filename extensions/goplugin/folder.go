package goplugin

import (
	"errors"
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
// what was left behind. It is made anew where somebody cleared it up.
type folder struct {
	base string
	path string
	lock *os.File
}

// longest is what a folder's name may have for a socket in it.
const longest = 100 - len("/plugin4294967295")

// defaultSocketDir is a folder of ours where the system keeps what running
// programs need: systemd's for the service, or the user's; else in the one for
// temporary files, which others may clear up. One whose name leaves no room for
// a socket's is passed over.
func defaultSocketDir() string {
	own, _, _ := strings.Cut(os.Getenv("RUNTIME_DIRECTORY"), ":")
	ours := fmt.Sprintf("manytill-%d", os.Getuid())
	temporary := filepath.Join(os.TempDir(), ours)
	var candidates []string
	for _, dir := range []string{own, os.Getenv("XDG_RUNTIME_DIR")} {
		if info, err := os.Stat(dir); dir != "" && filepath.IsAbs(dir) && err == nil && info.IsDir() {
			candidates = append(candidates, filepath.Join(dir, "manytill-plugins"))
		}
	}
	for _, base := range append(candidates, temporary, filepath.Join("/tmp", ours)) {
		if len(base)+len("/h-4294967295/4294967295") <= longest {
			return base
		}
	}
	return temporary
}

// makeFolder makes one, and clears up after servers that were killed: their
// plugins, and what those left running, too.
func makeFolder(base string) (*folder, error) {
	f := &folder{base: base}
	if err := f.make(); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *folder) make() error {
	base := f.base
	if err := os.MkdirAll(base, 0o700); err != nil {
		return noFolder(err)
	}
	info, err := os.Lstat(base)
	if err != nil {
		return noFolder(err)
	}
	if !private(info) {
		return fmt.Errorf("the folder for sockets, %s, is open to others (%s): remove it, and the server makes it anew", base, info.Mode())
	}
	clearLeftovers(base)
	path, err := os.MkdirTemp(base, unfinished)
	if err != nil {
		return noFolder(err)
	}
	f.path = path
	if err := f.take(base); err != nil {
		f.remove()
		return noFolder(err)
	}
	return nil
}

func noFolder(err error) error {
	return fmt.Errorf("there is no folder for the sockets of extensions: %w; let the server write there, or set TMPDIR to a folder where it can, and reload the extensions", err)
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
	if _, err := os.Stat(filepath.Join(f.path, lockName)); errors.Is(err, os.ErrNotExist) {
		f.remove()
		if err := f.make(); err != nil {
			return "", err
		}
	}
	dir, err := os.MkdirTemp(f.path, "")
	if err != nil {
		return "", noFolder(err)
	}
	if len(dir) > longest {
		_ = os.RemoveAll(dir)
		return "", fmt.Errorf("the folder for sockets, %s, has too long a name for a socket: set XDG_RUNTIME_DIR or TMPDIR to a shorter one", dir)
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

// abandoned reports that no process holds the folder's lock. Where the lock's
// file is gone, somebody cleared it up, and only a folder in which nothing
// lives is nobody's.
func abandoned(path string) bool {
	f, err := os.OpenFile(filepath.Join(path, lockName), os.O_RDWR, 0)
	if err != nil {
		return os.IsNotExist(err) && !inUse(path)
	}
	defer f.Close()
	return lock(f) == nil
}
