package sqlite

import (
	"context"
	"fmt"
	"os"
)

// BackupFile is [Store.Backup] of a database that this process hasn't opened:
// a server may have it open and go on working, or none may. It takes no lock.
func BackupFile(ctx context.Context, path, to string, progress func(done, of int)) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := unfinished(path); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return (&Store{path: path, pool: newPool(path, 0, nil)}).Backup(ctx, to, progress)
}
