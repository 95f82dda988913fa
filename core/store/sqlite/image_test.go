package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/manytill/manytill/core/store"
	"modernc.org/sqlite/vfs"
)

// PageBytes is the size of a page of a database.
const PageBytes = 4096

// Image is the bytes of a database, in memory, and a store that reads them. A byte can be
// changed between two reads. What was read is recorded.
type Image struct {
	Bytes []byte
	Read  map[int]bool // the pages that were read, from 0
	name  string
	files *vfs.FS
	c     *conn
	store *Store
}

// NewImage makes an image of the bytes of a file, which must have no log.
func NewImage(body []byte) (*Image, error) {
	i := &Image{Bytes: bytes.Clone(body), Read: map[int]bool{}}
	var err error
	if i.name, i.files, err = vfs.New(i); err != nil {
		return nil, err
	}
	return i, i.Reopen()
}

// Reopen reads the schema anew, too.
func (i *Image) Reopen() error {
	if i.c != nil {
		_ = i.c.close()
		i.c = nil
	}
	c, err := dial("file:image?immutable=1&vfs="+i.name, "query_only = ON", "cell_size_check = ON")
	if err != nil {
		return err
	}
	i.c, i.store = c, readerOf(c)
	return nil
}

// readerOf is a store that reads by one connection.
func readerOf(c *conn) *Store {
	s := &Store{writer: &writer{}}
	s.pool = newPool("", 1, &s.found)
	<-s.pool.free
	s.pool.free <- c
	c.found = &s.found
	return s
}

// Close frees what SQLite has of it.
func (i *Image) Close() error { return errors.Join(i.c.close(), i.files.Close()) }

// Forget has the next read begin without kept pages and findings.
func (i *Image) Forget() error {
	Unsay(i.store)
	clear(i.Read)
	if c := <-i.store.pool.free; c == nil { // it was closed
		i.c = nil
		return i.Reopen()
	}
	i.store.pool.free <- i.c
	return i.c.once(context.Background(), "PRAGMA shrink_memory")
}

// Unsay has a store forget what damage it found.
func Unsay(s *Store) { s.found.all, s.found.seen = nil, nil }

// Store reads what is in the image's tables, whatever is in its journal.
func (i *Image) Store() *Store { return i.store }

// Begin reads what [Open] reads after its checks: the identity, and the journal with the
// groups that are to be moved.
func (i *Image) Begin() (read string, err error) {
	id, err := readIdentity(i.c)
	if err != nil {
		return "", err
	}
	b, err := readBacklog(i.c)
	return fmt.Sprintf("%v %d %d %x", id, b.last, b.next, b.groups), err
}

// ErrRebuild: the check at the start wants to rebuild indexes.
var ErrRebuild = errors.New("indexes are to be rebuilt")

// Start is what [Open] checks before anything is read, after a flip in a page. A rebuild
// fails in an image. A flip in an index can only be found in its table's check, and makes
// no row's checksum wrong.
func (i *Image) Start(p Page) error {
	if p.Index() == "" {
		err := i.c.checkAtStart(context.Background())
		if errors.Is(err, store.ErrReadOnly) {
			return ErrRebuild
		}
		return err
	}
	rows, pages := false, ""
	err := i.c.pragma(context.Background(), "integrity_check("+p.Index()+")", func(text string) {
		if ofRows.MatchString(text) {
			rows = true
		} else {
			pages = text
		}
	})
	switch {
	case err != nil:
		return err
	case pages != "":
		return damagedFile(pages)
	case rows:
		return ErrRebuild
	}
	return nil
}

// Rebuilt is the check at the start of a copy that can be written, what that has then, and
// a store that reads it. Whoever called it closes it.
func (i *Image) Rebuilt() (after []byte, s *Store, done func() error, err error) {
	c, err := dial(":memory:", "cell_size_check = ON")
	if err != nil {
		return nil, nil, nil, err
	}
	s = readerOf(c)
	body := bytes.Clone(i.Bytes)
	body[18], body[19] = 1, 1 // a database in memory has no write-ahead log
	if err = c.c.(interface{ Deserialize([]byte) error }).Deserialize(body); err == nil {
		err = c.checkAtStart(context.Background())
	}
	if err == nil {
		after, err = c.c.(interface{ Serialize() ([]byte, error) }).Serialize()
	}
	if err != nil {
		return nil, nil, nil, errors.Join(err, c.close())
	}
	return after, s, c.close, nil
}

// WrongRow finds a row of a page of a table that has a wrong checksum.
func (i *Image) WrongRow(p Page) (key int64, found bool) {
	if p.First == 0 {
		return 0, false
	}
	err := i.c.query("SELECT rowid FROM "+p.Of+" WHERE rowid BETWEEN ? AND ? AND "+p.wrong, func(r row) error {
		key, found = r.int(0), true
		return errStop
	}, p.First, p.Last)
	return key, found && err == nil
}

// Page is one of an image: what of, and what kind. The rows of a table's page are those
// from First to Last.
type Page struct {
	Of, Kind    string
	Table       bool // of ours
	Unused      int
	First, Last int64
	indexOf     string
	wrong       string
}

// Index is the table that a page of an index belongs to; "" for other pages.
func (p *Page) Index() string { return p.indexOf }

// Pages says what the pages are, from 0.
func (i *Image) Pages() ([]Page, error) {
	pages := make([]Page, len(i.Bytes)/PageBytes)
	err := i.c.query("SELECT d.name, pagetype, pageno, unused, iif(type = 'index', tbl_name, '') FROM dbstat AS d LEFT JOIN sqlite_schema AS s ON s.name = d.name", func(r row) error {
		pages[r.int(2)-1] = Page{Of: r.text(0), Kind: r.text(1), Unused: int(r.int(3)), indexOf: r.text(4)}
		return nil
	})
	for _, t := range tables {
		var keys []int64
		is := false
		for n := range pages {
			if pages[n].Of == t.name {
				pages[n].Table, pages[n].wrong, is = true, t.wrong(), true
			}
		}
		if err == nil && is {
			err = i.c.query("SELECT rowid FROM "+t.name+" ORDER BY rowid", func(r row) error {
				keys = append(keys, r.int(0))
				return nil
			})
		}
		for _, key := range keys {
			if err == nil {
				err = i.Forget()
			}
			if err == nil {
				err = i.c.query("SELECT * FROM "+t.name+" WHERE rowid = ?", func(row) error { return nil }, key)
			}
			for n := range i.Read {
				p := &pages[n]
				if p.Of != t.name || p.Kind == "internal" {
					continue
				}
				if p.First == 0 {
					p.First = key
				}
				p.Last = key
			}
		}
	}
	return pages, err
}

// The image is a file system with one file of any name.

func (i *Image) Open(string) (fs.File, error) { return &imageFile{image: i}, nil }

type imageFile struct {
	image *Image
	at    int64
}

func (f *imageFile) Stat() (fs.FileInfo, error) { return imageInfo(len(f.image.Bytes)), nil }
func (f *imageFile) Close() error               { return nil }

func (f *imageFile) Seek(at int64, _ int) (int64, error) {
	f.at = at
	return at, nil
}

func (f *imageFile) Read(b []byte) (int, error) {
	if f.at >= int64(len(f.image.Bytes)) {
		return 0, io.EOF
	}
	f.image.Read[int(f.at/PageBytes)] = true
	n := copy(b, f.image.Bytes[f.at:])
	f.at += int64(n)
	return n, nil
}

type imageInfo int64

func (imageInfo) Name() string       { return "image" }
func (n imageInfo) Size() int64      { return int64(n) }
func (imageInfo) Mode() fs.FileMode  { return 0o400 }
func (imageInfo) ModTime() time.Time { return time.Time{} }
func (imageInfo) IsDir() bool        { return false }
func (imageInfo) Sys() any           { return nil }
