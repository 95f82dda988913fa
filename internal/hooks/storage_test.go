package hooks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A storage is a map that never changes; what differs between any two is found.
func TestStorageIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		storages, maps := []*hooks.Storage{nil}, []map[string]hooks.Entry{{}}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			at := rapid.IntRange(0, len(storages)-1).Draw(t, "from")
			next := map[string]hooks.Entry{}
			for k, e := range maps[at] {
				next[k] = e
			}
			var s *hooks.Storage
			if order := protocol.OrderID(rapid.SampledFrom([]string{"", "", "", "o1", "o2"}).Draw(t, "ended")); order != "" {
				s = storages[at].Ended(order)
				for k, e := range maps[at] {
					if e.Until == order {
						delete(next, k)
					}
				}
			} else {
				var entries []hooks.Entry
				for range rapid.IntRange(0, 3).Draw(t, "entries") {
					e := hooks.Entry{Key: rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "key")}
					if n := rapid.IntRange(0, 4).Draw(t, "value"); n > 0 {
						e.Value = protocol.Int(n)
						e.Until = protocol.OrderID(rapid.SampledFrom([]string{"", "o1", "o2"}).Draw(t, "until"))
					}
					entries = append(entries, e)
					if delete(next, e.Key); e.There() {
						next[e.Key] = e
					}
				}
				s = storages[at].With(entries...)
			}
			storages, maps = append(storages, s), append(maps, next)
		}
		for i, s := range storages {
			bytes := 0
			for _, key := range []string{"a", "b", "c", "d"} {
				e, there := maps[i][key]
				require.Equal(t, there, s.Get(key).There())
				if there {
					require.Equal(t, e, s.Get(key))
					bytes += len(e.Key) + len(e.Value)
				}
			}
			require.Equal(t, []int{len(maps[i]), bytes}, []int{s.Keys(), s.Bytes()})
			require.Len(t, s.All(), len(maps[i]))
			for _, before := range storages {
				require.Equal(t, s.All(), before.With(s.Since(before)...).All())
			}
			require.Empty(t, s.Since(s))
		}
	})
}

func TestStoringLimits(t *testing.T) {
	full := (*hooks.Storage)(nil)
	for i := range 16 {
		full = full.With(hooks.Entry{Key: fmt.Sprint(i), Value: protocol.Text(strings.Repeat("x", 60<<10))})
	}
	for name, c := range map[string]struct {
		from  *hooks.Storage
		keys  int
		key   string
		value protocol.Value
		says  string
	}{
		"a value":         {nil, 1, "a", `{"x":1}`, ""},
		"the longest key": {nil, 1, strings.Repeat("é", 200), "1", ""},
		"too long a key":  {nil, 1, strings.Repeat("é", 201), "1", "a key is a text of 1 to 200 characters"},
		"no key":          {nil, 1, "", "1", "a key is a text of 1 to 200 characters"},
		"no text":         {nil, 1, "a\xff", "1", `the key "a\xff" isn't Unicode text`},
		"large":           {nil, 1, "a", protocol.Text(strings.Repeat("x", 64<<10)), `the value of "a" has 65538 bytes as JSON, and may have 65536`},
		"too many":        {full, 16, "a", "1", `it has 16 keys and may have no more, so "a" isn't stored`},
		"instead":         {full, 16, "1", "1", ""},
		"instead, fewer":  {full, 3, "1", "1", ""},
		"gone":            {full, 3, "1", protocol.Null, ""},
		"too much":        {full, 99, "a", protocol.Text(strings.Repeat("x", 64<<10-2)), `with "a" it would have 1048631 bytes, keys and values together, and may have 1048576`},
	} {
		t.Run(name, func(t *testing.T) {
			s := hooks.NewStoring(&hooks.RecordHead{Storage: &hooks.Stored{Storage: c.from, MaxKeys: c.keys}})
			err := s.Set(c.key, c.value, false)
			if c.says != "" {
				require.ErrorContains(t, err, c.says)
				require.Empty(t, s.Left())
				return
			}
			require.NoError(t, err)
			v, err := s.Get(c.key)
			require.NoError(t, err)
			require.Equal(t, c.value.IsNull(), v == "")
			require.Len(t, s.Left(), 1)
		})
	}
}

func TestStoringUntilEnd(t *testing.T) {
	head := &hooks.RecordHead{Order: "o1", Storage: &hooks.Stored{
		Storage: (*hooks.Storage)(nil).With(hooks.Entry{Key: "bad", Damaged: true}), MaxKeys: 9,
	}}
	s := hooks.NewStoring(head)
	require.NoError(t, s.Set("table 4", "true", true))
	require.Equal(t, []hooks.Entry{{Key: "table 4", Value: "true", Until: "o1"}}, s.Left())
	taken, err := head.Storage.Take("o7", s.Left())
	require.NoError(t, err)
	require.Equal(t, protocol.OrderID("o7"), taken.Get("table 4").Until, "never another's")
	_, err = s.Get("bad")
	require.ErrorContains(t, err, `the value of "bad" is damaged`)
	require.NoError(t, s.Set("bad", "1", false))

	none := hooks.NewStoring(&hooks.RecordHead{})
	require.NoError(t, none.Set("a", "1", false))
	v, err := none.Get("a")
	require.NoError(t, err)
	require.Empty(t, v, "nothing is stored where this isn't work")
	require.Empty(t, none.Left())
}
