package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/sdk/client/internal/queue"
)

const (
	fileName = "queue"
	lockName = "queue.lock"
	// worthwhile is the least size at which a rewrite pays.
	worthwhile = 1 << 20
)

// ErrLocked is returned by [Open] when another process has the queue.
var ErrLocked = errors.New("another program uses this queue; close it, or give each till a directory of its own")

var errBroken = errors.New("the queue file must be rewritten after a failed write")

// Journal is an open queue file.
type Journal struct {
	dir     string
	lock    *os.File
	file    *os.File
	size    int64 // of what is whole
	base    int64 // size after the last rewrite
	broken  bool
	damaged string
	state   *queue.State
}

var _ queue.Store = (*Journal)(nil)

// Open opens the queue in a directory, which is made if need be, and recovers
// what a crash left.
func Open(dir string) (*Journal, error) {
	if err := files.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of the queue: %w", err)
	}
	lock, err := lockFile(filepath.Join(dir, lockName))
	if err != nil {
		return nil, fmt.Errorf("open the queue in %s: %w", dir, err)
	}
	j := &Journal{dir: dir, lock: lock}
	if err := j.open(); err != nil {
		_ = j.Close()
		return nil, fmt.Errorf("open the queue in %s: %w", dir, err)
	}
	return j, nil
}

func (j *Journal) path() string { return filepath.Join(j.dir, fileName) }

func (j *Journal) open() error {
	raw, err := os.ReadFile(j.path())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	state, good, rest := Replay(raw)
	if rest {
		if j.damaged, err = keepDamaged(j.path(), raw); err != nil {
			return err
		}
	}
	j.state, j.size, j.base = state, int64(good), int64(good)
	if j.file, err = os.OpenFile(j.path(), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	if good < len(raw) {
		if err := j.file.Truncate(j.size); err != nil {
			return err
		}
	}
	if _, err := j.file.Seek(j.size, io.SeekStart); err != nil {
		return err
	}
	return errors.Join(j.file.Sync(), files.SyncDir(j.dir))
}

// Damaged is the path under which a damaged file was kept; "" if none was.
func (j *Journal) Damaged() string { return j.damaged }

// Load implements [queue.Store].
func (j *Journal) Load() (*queue.State, error) {
	if j.state == nil {
		raw, err := os.ReadFile(j.path())
		if err != nil {
			return nil, err
		}
		j.state, _, _ = Replay(raw)
	}
	state := j.state
	j.state = nil
	return state, nil
}

// Append implements [queue.Store].
func (j *Journal) Append(batch []queue.Record, sync bool) error {
	if j.broken {
		return errBroken
	}
	raw, err := Line(batch)
	if err != nil {
		return err
	}
	_, err = j.file.Write(raw)
	if err == nil && sync {
		err = j.file.Sync()
	}
	if err != nil {
		j.undo()
		return fmt.Errorf("write the queue: %w", err)
	}
	j.size += int64(len(raw))
	return nil
}

// undo cuts a failed write off. After a failed fsync nobody knows what is on
// disk, so only a rewrite helps from here on.
func (j *Journal) undo() {
	j.broken = true
	_ = j.file.Truncate(j.size)
	_, _ = j.file.Seek(j.size, io.SeekStart)
	_ = j.file.Sync()
}

// Rewrite implements [queue.Store]: a new file, on disk, takes the old one's
// name.
func (j *Journal) Rewrite(s *queue.State) error {
	raw, err := Line(s.Records())
	if err != nil {
		return err
	}
	fresh, err := files.Fresh(j.path()+".new", raw, 0o600)
	if err != nil {
		return fmt.Errorf("rewrite the queue: %w", err)
	}
	if err := files.Rename(fresh.Name(), j.path()); err != nil {
		j.broken = true // by which of the two names the file goes isn't known
		return errors.Join(fmt.Errorf("rewrite the queue: %w", err), fresh.Close())
	}
	_ = j.file.Close()
	j.file, j.size, j.base, j.broken = fresh, int64(len(raw)), int64(len(raw)), false
	return nil
}

// Grown implements [queue.Store].
func (j *Journal) Grown() bool { return j.size > worthwhile && j.size > 4*j.base }

// Close implements [queue.Store].
func (j *Journal) Close() error {
	var err error
	if j.file != nil {
		err = errors.Join(j.file.Sync(), j.file.Close())
	}
	return errors.Join(err, j.lock.Close())
}

var table = crc32.MakeTable(crc32.Castagnoli)

// Line is a batch as it stands in the file.
func Line(batch []queue.Record) ([]byte, error) {
	raw, err := json.Marshal(batch)
	if err != nil {
		return nil, fmt.Errorf("write the queue: %w", err)
	}
	line := fmt.Appendf(make([]byte, 0, len(raw)+10), "%08x ", crc32.Checksum(raw, table))
	return append(append(line, raw...), '\n'), nil
}

// Replay adds up the batches of a file. It stops at the first line that isn't
// whole: good is how many bytes stand before it, and rest whether whole lines
// stand behind it, so that it isn't a torn end.
func Replay(raw []byte) (s *queue.State, good int, rest bool) {
	s = queue.NewState()
	for good < len(raw) {
		batch, n := readLine(raw[good:])
		if batch == nil {
			return s, good, wholeLine(raw[good:])
		}
		s.Apply(batch...)
		good += n
	}
	return s, good, false
}

// readLine reads the first line; nil if it isn't whole.
func readLine(raw []byte) (batch []queue.Record, n int) {
	end := bytes.IndexByte(raw, '\n')
	if end < 9 || raw[8] != ' ' {
		return nil, 0
	}
	body := raw[9:end]
	if string(raw[:8]) != fmt.Sprintf("%08x", crc32.Checksum(body, table)) {
		return nil, 0
	}
	batch = []queue.Record{}
	if json.Unmarshal(body, &batch) != nil {
		return nil, 0
	}
	return batch, end + 1
}

// wholeLine reports whether a whole line stands behind the first.
func wholeLine(raw []byte) bool {
	for {
		end := bytes.IndexByte(raw, '\n')
		if end < 0 {
			return false
		}
		raw = raw[end+1:]
		if batch, _ := readLine(raw); batch != nil {
			return true
		}
	}
}

func keepDamaged(path string, raw []byte) (string, error) {
	kept := path + ".damaged-" + time.Now().UTC().Format("20060102T150405")
	// On disk by its name, before the file is cut.
	if err := files.Write(kept, raw, 0o600); err != nil {
		return "", fmt.Errorf("keep the damaged file: %w", err)
	}
	return kept, nil
}
