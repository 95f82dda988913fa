package sqlite

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/manytill/manytill/internal/files"
)

// lock takes PATH.lock, so that no two servers use one database: each numbers
// on its own. The file itself is never removed, because a third process could
// then lock another one of that name.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w (is its directory there, and may this user write it?)", path, err)
	}
	_ = files.Like(path+".lock", path) // made by root, it must be good for the server's user, too
	if err := tryLock(f); err != nil {
		holder := "another process"
		if text, _ := io.ReadAll(f); len(text) > 0 {
			holder = "process " + strings.TrimSpace(string(text))
		}
		_ = f.Close()
		return nil, fmt.Errorf("%s is in use by %s: stop that server first, or use another database (%w)", path, holder, err)
	}
	// Who holds it only informs: on a full disk the lock holds all the same.
	pid := fmt.Sprintln(os.Getpid())
	_, _ = f.WriteAt([]byte(pid), 0)
	_ = f.Truncate(int64(len(pid)))
	return f, nil
}
