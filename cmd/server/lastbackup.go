package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/sdk"
)

// A backup that a command makes may lie anywhere. So the command leaves word of
// it beside the database, in one line: when, how many bytes, and where.

func backupNote(database string) string { return database + ".backup" }

func noteBackup(database, to string, bytes int64, at time.Time) error {
	path := backupNote(database)
	if err := files.Write(path, fmt.Appendf(nil, "%s %d %s\n", sdk.FormatTime(at), bytes, to), 0o600); err != nil {
		return err
	}
	return files.Like(path, database)
}

// lastBackup is the last one that a command made; a zero time if none is known.
func (c *config) lastBackup() (at time.Time, bytes int64) {
	text, err := os.ReadFile(backupNote(c.storePath()))
	if err != nil {
		return time.Time{}, 0
	}
	fields := strings.SplitN(string(text), " ", 3)
	if len(fields) < 3 {
		return time.Time{}, 0
	}
	if at, err = time.Parse(time.RFC3339, fields[0]); err == nil {
		bytes, err = strconv.ParseInt(fields[1], 10, 64)
	}
	if err != nil {
		return time.Time{}, 0
	}
	return at, bytes
}
