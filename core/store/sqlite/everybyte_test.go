//go:build !race

package sqlite_test

import (
	"cmp"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
)

// Every byte of one page of each kind, and every 251st of the others, of 4 MB:
// go test -run TestEveryByte ./core/store/sqlite -timeout 0 -v -flips-pages 1 -flips-step 251
// All bytes, which takes a night: -flips-step 1.
var (
	flipsPages = flag.Int("flips-pages", 0, "of how many pages of each kind TestEveryByte flips every byte")
	flipsStep  = flag.Int("flips-step", 0, "of other pages it flips each of these bytes; the database has 4 MB if it is set")
	flipsFor   = flag.Duration("flips-for", 0, "it ends after this time, with what it got through")
)

// TestEveryByte: whatever byte of a database is wrong, nothing wrong is served as good, and
// nothing is missing without a word. TestFlippedBytes opens a file for each flip; here the
// database stays open, in memory, and what can't change isn't asked again:
//
//   - An answer is made of the pages that are read for it. So each flip is followed by the
//     questions that read its page in the good database. The others read the same bytes as
//     before, and say the same. Of a page that most questions read, those about other
//     multi-sessions than the flip's are a sample, drawn for each flip.
//   - The check at the start rebuilds indexes only if no row has a wrong checksum. If the
//     flip's own row has one, the answers are those of an opened database. Otherwise the
//     check is run. A rebuild reads tables alone: after a flip in an index, one in 16 is done.
//   - A byte that SQLite doesn't read can't change what it reads: those behind the end of a
//     row, and between a page's list of rows and its rows. One in 64 is flipped all the same.
//   - The schema, and the file's head, are read when a file is opened. Their pages are
//     flipped in a file.
func TestEveryByte(t *testing.T) {
	floor, step, fill := size{orders: 6, mutations: 40}, 257, 6
	if *flipsStep > 0 {
		step, fill = *flipsStep, 66
	}
	for i := range fill {
		floor.ids = append(floor.ids, protocol.MultiSessionID(fmt.Sprintf("floor-%02d", i)))
	}
	good := floor.journaled(t)
	body, err := os.ReadFile(good)
	require.NoError(t, err)
	all := &flipRun{body: body, floor: floor, step: step, dir: t.TempDir()}
	if *flipsFor > 0 {
		all.until = time.Now().Add(*flipsFor)
	}
	all.learn(t)
	t.Logf("seed %d, %d bytes, %d pages", *seedFlag, len(body), len(all.pages))
	var work sync.WaitGroup
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		work.Go(func() { all.work(t, &next) })
	}
	work.Wait()
	total := all.report(t)
	if *flipsPages == 0 { // of whole pages most are indexes, and bytes that nobody reads
		require.Greater(t, total.apart, total.tried/3)
	}
	require.Positive(t, total.apart)
	require.Positive(t, total.refused)
	require.Positive(t, total.mended)
}

// journaled makes a shop whose newest changes are in the journal alone.
func (z size) journaled(t *testing.T) (path string) {
	live := filepath.Join(t.TempDir(), "live.db")
	z.shop(t, live)
	require.NoError(t, sqlite.Script(live, "CREATE TABLE gone (b BLOB); INSERT INTO gone VALUES (zeroblob(30000)); DROP TABLE gone")) // leaves free pages
	s := open(t, live)
	require.NoError(t, sqlite.MoveLater(s))
	snap, err := s.Load(t.Context(), z.ids[0])
	require.NoError(t, err)
	f := &busyMultiSession{id: z.ids[0], client: protocol.ClientID("018f3c1e-77aa-" + z.ids[0]), orders: z.orders, count: make([]int, z.orders), head: snap.Head}
	for range 10 {
		require.NoError(t, f.commit(s, 5))
	}
	path = crash(t, live)
	require.NoError(t, sqlite.Script(path, "PRAGMA wal_checkpoint(TRUNCATE)"))
	require.Equal(t, 10, groups(t, path))
	return path
}

// flipRun is a run of TestEveryByte.
type flipRun struct {
	body  []byte
	floor size
	step  int
	dir   string
	until time.Time
	asked []question
	want  []map[string]string // what the good database answers, by question
	began string
	// opened is what it answers when its journal was moved.
	opened map[string]string
	pages  []flipPage // in the order in which they are tried
	kinds  map[string]*flips
	wrong  int
	mu     sync.Mutex
}

// flipPage is a page with the questions that read it.
type flipPage struct {
	sqlite.Page
	n         int
	questions []int
	step      int  // each of its bytes, or each so many
	begin     bool // it is read before any question
	tail      int  // where bytes begin that aren't read, to tailEnd
	tailEnd   int
}

func (p *flipPage) kind() string {
	if p.Of == "" {
		return "free"
	}
	return p.Of + ", " + p.Kind
}

// bytes are the page's, of a file.
func (p *flipPage) bytes(of []byte) []byte { return of[p.n*sqlite.PageBytes:][:sqlite.PageBytes] }

// learn asks the good database everything, and notes what is read for it.
func (r *flipRun) learn(t *testing.T) {
	image, err := sqlite.NewImage(r.body)
	require.NoError(t, err)
	pages, err := image.Pages()
	require.NoError(t, err)
	r.pages = make([]flipPage, len(pages))
	for i := range pages {
		r.pages[i] = flipPage{Page: pages[i], n: i}
		r.pages[i].unread(r.pages[i].bytes(r.body))
	}
	require.NoError(t, image.Forget())
	r.began, err = image.Begin()
	require.NoError(t, err)
	for n := range image.Read {
		r.pages[n].begin = true
	}
	r.asked = r.floor.questions()
	for i, q := range r.asked {
		require.NoError(t, image.Forget())
		a := answers{t: t, items: map[string]string{}}
		q.ask(image.Store(), &a)
		require.False(t, a.told)
		r.want = append(r.want, a.items)
		for n := range image.Read {
			r.pages[n].questions = append(r.pages[n].questions, i)
		}
	}
	require.NoError(t, image.Start(sqlite.Page{}))
	require.NoError(t, image.Close())
	path := filepath.Join(r.dir, "opened.db")
	require.NoError(t, os.WriteFile(path, r.body, 0o600))
	s := open(t, path)
	r.opened = r.everything(t, s).items
	require.NoError(t, s.Close())
	r.kinds = map[string]*flips{}
	dice := rand.New(rand.NewPCG(*seedFlag, 0))
	dice.Shuffle(len(r.pages), func(i, j int) { r.pages[i], r.pages[j] = r.pages[j], r.pages[i] })
	count := map[string]int{}
	for i := range r.pages {
		p := &r.pages[i]
		p.step = r.step
		if count[p.kind()]++; count[p.kind()] <= *flipsPages {
			p.step = 1
		}
		r.kinds[p.kind()] = &flips{}
	}
	slices.SortStableFunc(r.pages, func(a, b flipPage) int { return cmp.Compare(min(a.step, 2), min(b.step, 2)) })
}

// unread finds the bytes of a page that SQLite doesn't read.
func (p *flipPage) unread(b []byte) {
	switch p.Kind {
	case "overflow":
		p.tail, p.tailEnd = len(b)-p.Unused, len(b)
	case "leaf", "internal":
		head := 0
		if p.n == 0 {
			head = 100
		}
		list := head + 8
		if p.Kind == "internal" {
			list += 4
		}
		p.tail = list + 2*int(binary.BigEndian.Uint16(b[head+3:]))
		p.tailEnd = int(binary.BigEndian.Uint16(b[head+5:]))
	}
}

// work goes through pages.
func (r *flipRun) work(t *testing.T, next *atomic.Int64) {
	image, err := sqlite.NewImage(r.body)
	require.NoError(t, err)
	defer image.Close()
	file := filepath.Join(r.dir, fmt.Sprintf("%p.db", image))
	for {
		i := int(next.Add(1) - 1)
		if i >= len(r.pages) {
			return
		}
		p := &r.pages[i]
		dice := rand.New(rand.NewPCG(*seedFlag, uint64(p.n)))
		got := flips{}
		for at := dice.IntN(p.step); at < sqlite.PageBytes; at += p.step {
			if !r.until.IsZero() && time.Now().After(r.until) {
				break
			}
			flip := flip{run: r, image: image, page: p, dice: dice, at: p.n*sqlite.PageBytes + at, with: byte(1 + dice.IntN(255)), file: file}
			got.tried++
			if at >= p.tail && at < p.tailEnd && dice.IntN(64) > 0 {
				got.unread++
				continue
			}
			flip.try(t, &got)
		}
		r.mu.Lock()
		r.kinds[p.kind()].add(got)
		r.mu.Unlock()
	}
}

// fail notes a flip that is served wrong. The run goes on.
func (r *flipRun) fail(t *testing.T, what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wrong++; r.wrong <= 100 {
		t.Errorf("%.600s", what)
	}
}

func (f *flips) add(g flips) {
	f.tried += g.tried
	f.refused += g.refused
	f.apart += g.apart
	f.mended += g.mended
	f.unread += g.unread
}

func (r *flipRun) report(t *testing.T) (total flips) {
	for kind, f := range r.kinds {
		total.add(*f)
		t.Logf("%s: %s", kind, f)
	}
	t.Logf("in all: %s", &total)
	return total
}

func (f *flips) String() string {
	return fmt.Sprintf("of %d flips %d were refused at the start, %d set apart, %d mended, %d not read, %d harmless",
		f.tried, f.refused, f.apart, f.mended, f.unread, f.tried-f.refused-f.apart-f.mended-f.unread)
}
