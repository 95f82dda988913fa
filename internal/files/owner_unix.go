//go:build unix

package files

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// own gives a file the owner of another, or, where there is none, of the folder
// that it would be in: what root writes must be readable for whom it is. Others
// can give nothing away, and needn't.
func own(path, like string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(like)
	if errors.Is(err, os.ErrNotExist) {
		info, err = os.Stat(filepath.Dir(like))
	}
	if err != nil {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok {
		return os.Chown(path, int(owner.Uid), int(owner.Gid))
	}
	return nil
}
