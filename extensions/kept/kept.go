package kept

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/internal/hooks/runs"
)

// Options say where runs are kept, and how many. Dir is needed.
type Options struct {
	// Dir is made when there is something to keep.
	Dir string
	// Files and Bytes are what there may be; 0: 200, and 32 MiB.
	Files int
	Bytes int64
	// Age is how old a file may get, from the last time that its cause came; 0: 30
	// days.
	Age time.Duration
	// Flush is how often counts are written; 0: 10 s.
	Flush time.Duration
	Log   *slog.Logger
}

const (
	// waiting is how many runs may wait to be written. More are counted alone.
	waiting = 16
	// runBytes is how large a run may be; a larger one is kept without its order's
	// lines.
	runBytes = 1 << 20
	suffix   = ".json"
)

// Folder keeps runs. It is an extensions.Keeper, safe for concurrent use.
type Folder struct {
	o     Options
	queue chan item
	ended chan struct{}

	mu     sync.Mutex
	causes map[string]*cause
	closed bool
}

// cause is what runs failed of.
type cause struct {
	// here: there is a file, or its run waits to be written.
	here bool
	more runs.Known // since the file was written last
}

type item struct {
	name string
	run  *runs.Run
}

// Open begins to keep runs in a folder, beside those that are there.
func Open(o Options) (*Folder, error) {
	if o.Files == 0 {
		o.Files = 200
	}
	if o.Bytes == 0 {
		o.Bytes = 32 << 20
	}
	if o.Age == 0 {
		o.Age = 30 * 24 * time.Hour
	}
	if o.Flush == 0 {
		o.Flush = 10 * time.Second
	}
	f := &Folder{o: o, queue: make(chan item, waiting), ended: make(chan struct{}), causes: map[string]*cause{}}
	there, err := List(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("the folder of kept runs: %w", err)
	}
	for _, file := range there {
		f.causes[strings.TrimSuffix(filepath.Base(file.Path), suffix)] = &cause{here: true}
	}
	go f.write()
	return f, nil
}

// Wants counts a run of a cause, and reports whether one is still to be kept.
func (f *Folder) Wants(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.causes[name]
	if c == nil {
		if len(f.causes) >= 10*f.o.Files { // counts of files that are gone
			for other, known := range f.causes {
				if !known.here {
					delete(f.causes, other)
				}
			}
		}
		c = &cause{}
		f.causes[name] = c
	}
	now := time.Now()
	if c.more.Count++; c.more.Count == 1 {
		c.more.First = now
	}
	c.more.Last = now
	return !c.here && !f.closed && len(f.queue) < cap(f.queue)
}

// Keep hands a run over to be written. Where too many wait, it isn't: the next one
// of its cause may be.
func (f *Folder) Keep(name string, r *runs.Run) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.causes[name]
	if c == nil || c.here || f.closed {
		return
	}
	select {
	case f.queue <- item{name, r}:
		c.here = true
	default:
	}
}

// Close writes what waits, and the counts.
func (f *Folder) Close() error {
	f.mu.Lock()
	if !f.closed {
		f.closed = true
		close(f.queue)
	}
	f.mu.Unlock()
	<-f.ended
	return nil
}

// write is the goroutine that writes.
func (f *Folder) write() {
	defer close(f.ended)
	flush := time.NewTicker(f.o.Flush)
	defer flush.Stop()
	f.trim()
	for {
		select {
		case it, open := <-f.queue:
			if !open {
				f.flush()
				return
			}
			if err := f.store(it); err != nil {
				f.o.Log.Warn("a run of an extension's hooks isn't kept for replay: make the folder writable, or see that the disk has room", "folder", f.o.Dir, "extension", it.run.Extension, "error", err)
				f.gone(it.name)
			}
			f.trim()
		case <-flush.C:
			f.flush()
		}
	}
}

// taken is what came of a cause since its file was written.
func (f *Folder) taken(name string) (more runs.Known) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.causes[name]; c != nil {
		more, c.more = c.more, runs.Known{}
	}
	return more
}

// gone notes that there is no file of a cause: its next run is kept.
func (f *Folder) gone(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.causes[name]; c != nil {
		c.here = false
	}
}

func (f *Folder) path(name string) string { return filepath.Join(f.o.Dir, name+suffix) }

func (f *Folder) store(it item) error {
	if it.run.Size() > runBytes {
		it.run = it.run.WithoutLines()
	}
	known := f.taken(it.name)
	text, err := it.run.JSON(&known)
	if err != nil {
		return err
	}
	if err := files.MkdirAll(f.o.Dir, 0o700); err != nil {
		return err
	}
	return files.Write(f.path(it.name), text, 0o600)
}

// flush writes the counts of causes that came again.
func (f *Folder) flush() {
	f.mu.Lock()
	var again []string
	for name, c := range f.causes {
		if c.here && c.more.Count > 0 {
			again = append(again, name)
		}
	}
	f.mu.Unlock()
	for _, name := range again {
		if err := f.count(name, f.taken(name)); err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				f.o.Log.Warn("how often a kept run of an extension's hooks came isn't written", "file", f.path(name), "error", err)
			}
			f.gone(name)
		}
	}
}

func (f *Folder) count(name string, more runs.Known) error {
	file, err := ReadFile(f.path(name))
	if err != nil {
		return err
	}
	file.Known.Count += more.Count
	file.Known.Last = more.Last
	text, err := file.Run.JSON(&file.Known)
	if err != nil {
		return err
	}
	return files.Write(f.path(name), text, 0o600)
}

// trim takes files away where there are too many, or they are too large together:
// the eldest of the kind of which there are most, so that many vetoes don't push a
// failure out. Files that are too old go too.
func (f *Folder) trim() {
	all, err := List(f.o.Dir) // the newest first
	if err != nil {
		f.o.Log.Warn("the folder of kept runs can't be read", "folder", f.o.Dir, "error", err)
		return
	}
	var bytes int64
	kinds := map[string][]File{}
	count := 0
	for _, file := range all {
		if time.Since(file.At) > f.o.Age {
			f.remove(file)
			continue
		}
		count++
		bytes += file.Bytes
		kinds[file.kind()] = append(kinds[file.kind()], file)
	}
	for count > 1 && (count > f.o.Files || bytes > f.o.Bytes) {
		most := ""
		for kind, of := range kinds {
			if len(of) > len(kinds[most]) || len(of) == len(kinds[most]) && kind < most {
				most = kind
			}
		}
		of := kinds[most]
		eldest := of[len(of)-1]
		kinds[most] = of[:len(of)-1]
		f.remove(eldest)
		count--
		bytes -= eldest.Bytes
	}
}

func (f *Folder) remove(file File) {
	if err := os.Remove(file.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.o.Log.Warn("an old kept run can't be removed", "file", file.Path, "error", err)
		return
	}
	f.gone(strings.TrimSuffix(filepath.Base(file.Path), suffix))
}
