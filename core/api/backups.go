package api

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/sdk/protocol"
)

// backups are the copies in one folder. One is made at a time.
type backups struct {
	store  store.Store
	dir    string
	now    func() time.Time
	log    *slog.Logger
	life   context.Context // of what outlives a request
	intake *intake

	mu      sync.Mutex
	running *protocol.BackupRunning
	failed  *protocol.BackupFailure
}

// backupName keeps a name inside the folder.
var backupName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}\.db$`)

func (b *backups) answer(c *call) error {
	answer := protocol.BackupsResponse{Folder: b.dir}
	var err error
	if answer.Backups, err = b.files(); err != nil {
		return protocol.Errorf(protocol.Conflict, "the folder of backups can't be read: %s", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running != nil {
		now := *b.running
		answer.Running = &now
	}
	answer.Failed = b.failed
	return c.answer(answer)
}

// files are the backups, newest first.
func (b *backups) files() ([]protocol.BackupFile, error) {
	found, err := b.found()
	files := make([]protocol.BackupFile, len(found))
	for i, info := range found {
		files[i] = protocol.BackupFile{Name: info.Name(), Bytes: info.Size(), At: protocol.FormatTime(info.ModTime())}
	}
	return files, err
}

func (b *backups) found() (files []fs.FileInfo, err error) {
	if b.dir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(b.dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && backupName.MatchString(e.Name()) {
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(x, y fs.FileInfo) int {
		return cmp.Or(y.ModTime().Compare(x.ModTime()), strings.Compare(y.Name(), x.Name()))
	})
	return files, nil
}

// start answers at once; the list tells how far it is.
func (b *backups) start(c *call) error {
	wanted, err := b.intake.name(c)
	if err != nil {
		return err
	}
	now := b.now()
	name := now.UTC().Format("manytill-2006-01-02-150405.db")
	if wanted != nil && *wanted != "" {
		name = strings.TrimSuffix(*wanted, ".db") + ".db"
	}
	if !backupName.MatchString(name) {
		return badAt("name", "must be 1 to 100 of letters, digits, space . _ - and begin with a letter or digit")
	}
	if err := b.begin(name, now); err != nil {
		return err
	}
	go b.backUp(name)
	return b.answer(c)
}

func (b *backups) begin(name string, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dir == "" {
		return protocol.Errorf(protocol.Conflict, "this server makes no backups: its orders are in memory, or in PostgreSQL, which has pg_dump and pg_basebackup for that")
	}
	if b.running != nil {
		return protocol.Errorf(protocol.Conflict, "the backup %s is under way; wait until it is done", b.running.Name)
	}
	if err := files.MkdirAll(b.dir, 0o700); err != nil {
		return protocol.Errorf(protocol.Conflict, "the folder of backups can't be made: %s", err)
	}
	if _, err := os.Stat(filepath.Join(b.dir, name)); err == nil {
		return protocol.Errorf(protocol.Conflict, "there is a backup %s already; choose another name", name)
	}
	b.running, b.failed = &protocol.BackupRunning{Name: name, At: protocol.FormatTime(now)}, nil
	return nil
}

// backUp runs beside everything else, until the server stops.
func (b *backups) backUp(name string) {
	err := b.store.Backup(b.life, filepath.Join(b.dir, name), func(done, of int) {
		b.mu.Lock()
		b.running.Pages, b.running.Of = done, of
		b.mu.Unlock()
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running = nil
	if err != nil {
		b.log.Error("a backup failed", "name", name, "error", err)
		b.failed = &protocol.BackupFailure{Name: name, At: protocol.FormatTime(b.now()), Message: backupWords(err)}
		return
	}
	b.log.Info("backup written", "name", name)
}

func backupWords(err error) string {
	if errors.Is(err, store.ErrReadOnly) {
		return "the disk is full or can't be written; make room and try again (" + err.Error() + ")"
	}
	return err.Error()
}

// download streams a copy; ranges go on where a download broke off.
func (b *backups) download(c *call) error {
	name := chi.URLParam(c.r, "name")
	missing := protocol.Errorf(protocol.NotFound, "there is no backup %.100q", name)
	if b.dir == "" || !backupName.MatchString(name) {
		return missing
	}
	f, err := os.Open(filepath.Join(b.dir, name))
	if err != nil {
		return missing.Because(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "application/vnd.sqlite3")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	http.ServeContent(c.w, c.r, name, info.ModTime(), f)
	return nil
}
