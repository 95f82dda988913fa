//go:build !race

package sqlite_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
)

// flip is one wrong byte.
type flip struct {
	run   *flipRun
	image *sqlite.Image
	page  *flipPage
	dice  *rand.Rand
	at    int
	with  byte
	file  string
}

func (f *flip) place() string {
	return fmt.Sprintf("byte %d, of page %d (%s): %#x instead of %#x", f.at, f.page.n+1, f.page.kind(), f.run.body[f.at]^f.with, f.run.body[f.at])
}

// try has the byte wrong for a moment, and counts what became of that.
func (f *flip) try(t *testing.T, got *flips) {
	if f.page.Of == "sqlite_schema" || f.page.n == 0 {
		flipped := bytes.Clone(f.run.body)
		flipped[f.at] ^= f.with
		f.open(t, flipped, got)
		return
	}
	f.image.Bytes[f.at] ^= f.with
	defer func() { f.image.Bytes[f.at] = f.run.body[f.at] }()
	require.NoError(t, f.image.Forget(), f.place())
	if f.page.begin {
		began, err := f.image.Begin()
		if err != nil {
			require.ErrorIs(t, err, store.ErrDamaged, f.place())
			got.refused++
			return
		}
		require.Equal(t, f.run.began, began, f.place())
	}
	row, wrong := f.image.WrongRow(f.page.Page)
	if !wrong {
		require.NoError(t, f.image.Forget(), f.place())
		switch err := f.image.Start(f.page.Page); {
		case errors.Is(err, sqlite.ErrRebuild):
			if !f.page.Table && f.dice.IntN(16) > 0 || f.rebuilt(t) {
				got.mended++
			} else {
				got.refused++
			}
			return
		case err != nil:
			require.ErrorIs(t, err, store.ErrDamaged, f.place())
			got.refused++
			return
		}
	}
	noted := len(f.image.Store().Damage()) > 0
	told, missing, err := f.ask(t, f.image.Store(), f.questions(row))
	if wrong && (err != nil || missing != "") {
		require.NoError(t, f.image.Forget(), f.place())
		start := f.image.Start(f.page.Page)
		if errors.Is(start, store.ErrDamaged) {
			got.refused++
			return
		}
		require.NoError(t, start)
		noted = len(f.image.Store().Damage()) > 0
	}
	switch {
	case err != nil:
		f.run.fail(t, err.Error())
	case missing != "" && !noted:
		f.run.fail(t, missing)
	case told || noted:
		got.apart++
	}
}

// questions are those to ask after a flip in the row with this key, if it is in one.
func (f *flip) questions(row int64) []int {
	const most = 40
	if len(f.page.questions) <= 2*most {
		return f.page.questions
	}
	var some []int
	for _, q := range f.page.questions {
		of := f.run.asked[q].of // small tables have one row for each multi-session, in their order
		if of == 0 || of == int(row) || f.dice.IntN(len(f.page.questions)) < most {
			some = append(some, q)
		}
	}
	return some
}

// ask checks answers. told: some said that there is damage. missing: an answer lacks
// something, and doesn't say so. err: something is wrong.
func (f *flip) ask(t *testing.T, s *sqlite.Store, questions []int) (told bool, missing string, err error) {
	for _, q := range questions {
		sqlite.Unsay(s)
		a := answers{t: t, items: map[string]string{}}
		f.run.asked[q].ask(s, &a)
		want := f.run.want[q]
		for key, is := range a.items {
			if want[key] != is {
				return told, missing, fmt.Errorf("%s: %s is %s instead of %s", f.place(), key, is, want[key])
			}
		}
		if noted := len(s.Damage()) > 0; a.told || noted {
			told = true
			require.True(t, noted, "%s: it is told to the operator, too", f.place())
		} else if len(a.items) != len(want) {
			missing = fmt.Sprintf("%s: of %d items there are %d: %v", f.place(), len(want), len(a.items), slices.Sorted(maps.Keys(a.items)))
		}
	}
	return told, missing, nil
}

func (r *flipRun) everything(t *testing.T, s *sqlite.Store) answers {
	a := answers{t: t, items: map[string]string{}}
	for _, q := range r.asked {
		q.ask(s, &a)
	}
	return a
}

// rebuilt has the check rebuild indexes; false if it refuses the database. If then all
// pages of tables are as they were, so is the whole database: the check has compared the
// indexes with them.
func (f *flip) rebuilt(t *testing.T) bool {
	after, s, done, err := f.image.Rebuilt()
	if err != nil {
		require.ErrorIs(t, err, store.ErrDamaged, f.place())
		return false
	}
	same := true
	for _, p := range f.run.pages {
		same = same && (!p.Table || bytes.Equal(p.bytes(after), p.bytes(f.run.body)))
	}
	require.NotEmpty(t, s.Damage(), f.place())
	if !same {
		every := make([]int, len(f.run.asked))
		for i := range every {
			every[i] = i
		}
		lost := slices.ContainsFunc(s.Damage(), func(d store.Damage) bool { return !strings.Contains(d.Place, "rebuilt") })
		_, missing, err := f.ask(t, s, every)
		if err != nil {
			f.run.fail(t, "rebuilt: "+err.Error())
		}
		if !lost && missing != "" {
			f.run.fail(t, "rebuilt: "+missing)
		}
	}
	require.NoError(t, done())
	return true
}

// open opens a file with the byte, as a server does.
func (f *flip) open(t *testing.T, flipped []byte, got *flips) {
	require.NoError(t, os.WriteFile(f.file, flipped, 0o600))
	s, err := sqlite.Open(t.Context(), f.file, sqlite.Options{})
	if err != nil {
		got.refused++
		return
	}
	defer func() { require.NoError(t, s.Close()) }()
	a := f.run.everything(t, s)
	for key, is := range a.items {
		if f.run.opened[key] != is {
			require.Equal(t, f.run.opened[key], is, "%s: %s", f.place(), key)
		}
	}
	switch {
	case a.told:
		got.apart++
		require.NotEmpty(t, s.Damage(), "%s: it is told to the operator, too", f.place())
	case len(s.Damage()) > 0:
		got.mended++
		fallthrough
	default:
		require.Len(t, a.items, len(f.run.opened), "%s: nothing is missing", f.place())
	}
}
