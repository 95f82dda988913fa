package sqlite

import (
	"encoding/binary"
	"errors"
)

// The journal is on pages that are written again and again. A row of its table is as
// large as a page of SQLite lets it be, and one that stays as large is overwritten where
// it is. So a small group is one page of the file; rows that come and go would write the
// table's inner pages, the list of free pages and the file's first page as well.
//
// A page names its group, which part of it this is, and how many there are. Groups are
// numbered without a hole. The journal begins on page 1, and ends where the group that
// follows isn't on the next page. When it was moved into the tables, page 1 names the last
// group and holds none; what is on the pages behind it is old.

const (
	pageBytes = 4050 // of a body; with its checksum it fills a page of 4096 bytes
	pageHead  = 8 + 2 + 2 + 2
	pageRoom  = pageBytes - pageHead
)

// page is a part of a group, of which part 0 is the first; parts is 0 on a page that only
// names the last group.
type page struct {
	group       int64
	part, parts uint16
	text        []byte
}

// body is the page as it is stored: the numbers, the length of the text, the text, zeros.
// It is made in b, which has room for it.
func (p *page) body(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(p.group))
	b = binary.LittleEndian.AppendUint16(b, p.part)
	b = binary.LittleEndian.AppendUint16(b, p.parts)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(p.text)))
	b = append(b, p.text...)
	end := len(b)
	b = b[:pageBytes]
	clear(b[end:])
	return b
}

func readPage(b []byte) (p page, err error) {
	if len(b) != pageBytes {
		return p, errCut
	}
	p.group = int64(binary.LittleEndian.Uint64(b))
	p.part = binary.LittleEndian.Uint16(b[8:])
	p.parts = binary.LittleEndian.Uint16(b[10:])
	n := int(binary.LittleEndian.Uint16(b[12:]))
	if n > pageRoom || p.part >= max(1, p.parts) {
		return p, errCut
	}
	p.text = b[pageHead:][:n]
	return p, nil
}

const putPage = "INSERT INTO journal_pages VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body, sum = excluded.sum"

// writeGroup writes a group on the pages from at on, and returns where the next one begins.
func (w *writer) writeGroup(at, group int64, text []byte) (next int64, err error) {
	p := page{group: group, parts: uint16((len(text) + pageRoom - 1) / pageRoom)}
	for ; len(text) > 0 && err == nil; p.part++ {
		n := min(len(text), pageRoom)
		p.text, text = text[:n], text[n:]
		_, err = w.c.exec(putPage, w.c.summed(journalTable, at, p.body(w.page[:0]))...)
		at++
	}
	return at, err
}

// emptyJournal notes that the groups up to the last one were moved.
func (w *writer) emptyJournal(last int64) error {
	p := page{group: last}
	_, err := w.c.exec(putPage, w.c.summed(journalTable, int64(1), p.body(w.page[:0]))...)
	return err
}

var errEnd = errors.New("the journal ends here")

// readGroups calls each for every group of the journal, and returns the number of the
// last one, and the page on which the next one begins. A page that is damaged may hold
// what was acknowledged last: it is an error.
func readGroups(c *conn, each func(group int64, text []byte) error) (last, next int64, err error) {
	var under page // the group under way: its text so far, and its part that comes next
	next = 1
	at := int64(0) // the page
	damaged := func(why string) error {
		return c.damaged("page %d of the journal, with what was stored last (%s)", at, why)
	}
	err = c.query("SELECT id, body, sum FROM journal_pages ORDER BY id", func(r row) error {
		at++
		if r.int(0) != at {
			return damaged("it is missing")
		}
		if !c.good(journalTable, r, 2) {
			return damaged("its checksum is wrong")
		}
		p, err := readPage(r.bytes(1))
		if err != nil {
			return damaged(err.Error())
		}
		switch begins, follows := p.part == 0 && p.parts > 0, p.group == last+1; {
		case under.parts > 0:
			if p.group != under.group || p.part != under.part || p.parts != under.parts {
				return damaged("it isn't the one that follows")
			}
		case at == 1 && p.parts == 0:
			last = p.group
			return errEnd
		case at == 1 && !begins:
			return damaged("it isn't the first of a group")
		case at > 1 && !(begins && follows):
			return errEnd
		default:
			under = page{group: p.group, parts: p.parts}
		}
		under.text = append(under.text, p.text...)
		if under.part++; under.part < under.parts {
			return nil
		}
		last, next = under.group, at+1
		text := under.text
		under = page{}
		return each(last, text)
	})
	if errors.Is(err, errEnd) {
		err = nil
	}
	if err == nil && under.parts > 0 {
		at++
		err = damaged("it is missing")
	}
	return last, next, err
}
