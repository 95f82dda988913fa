package journal_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	_ "github.com/manytill/manytill/internal/seeds"
	"github.com/manytill/manytill/sdk/client/internal/journal"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/protocol"
)

func open(t testing.TB, dir string) (*journal.Journal, *queue.State) {
	t.Helper()
	j, err := journal.Open(dir)
	require.NoError(t, err)
	t.Cleanup(func() { _ = j.Close() })
	s, err := j.Load()
	require.NoError(t, err)
	return j, s
}

func entry(id int) queue.Record {
	return queue.Record{Entry: &queue.Entry{Mutation: protocol.Mutation{ID: protocol.MutationID(id), Ops: protocol.Ops{protocol.LineInc{
		Order: "o1", Line: "l1", Field: "qty", By: "1",
	}}}}}
}

func batches(n int) [][]queue.Record {
	all := [][]queue.Record{{{Client: "c1"}}}
	for i := 1; i <= n; i++ {
		switch i % 4 {
		case 0:
			all = append(all, []queue.Record{{Snapshot: &protocol.Snapshot{Cursor: "e.5", Seq: 5, Orders: []protocol.Order{{ID: "o1", State: protocol.Open}}}}})
		case 1:
			all = append(all, []queue.Record{{Changes: &protocol.Changes{Cursor: "e.9", Seq: protocol.Seq(9 + i), LastID: 1}}})
		default:
			all = append(all, []queue.Record{entry(2 * i), entry(2*i + 1)})
		}
	}
	return all
}

func records(s *queue.State) string {
	line, _ := journal.Line(s.Records())
	return string(line)
}

// A crash may cut the file anywhere: what is found is a prefix of batches.
func TestCrashAtEveryByteRecoversToAPrefix(t *testing.T) {
	var file []byte
	want := map[string]int{records(queue.NewState()): 0}
	state := queue.NewState()
	ends := []int{0}
	for i, batch := range batches(10) {
		line, err := journal.Line(batch)
		require.NoError(t, err)
		file = append(file, line...)
		ends = append(ends, len(file))
		state.Apply(batch...)
		want[records(state)] = i + 1
	}
	for cut := range len(file) + 1 {
		s, good, rest := journal.Replay(file[:cut])
		require.False(t, rest)
		n, known := want[records(s)]
		require.True(t, known, "cut at %d", cut)
		require.Equal(t, ends[n], good, "cut at %d", cut)
	}
}

// Any byte may be wrong, too: what stands before it is found, and damage
// before the end isn't taken for a torn end.
func TestFlippedByte(t *testing.T) {
	var file []byte
	var starts []int
	for _, batch := range batches(6) {
		line, err := journal.Line(batch)
		require.NoError(t, err)
		starts = append(starts, len(file))
		file = append(file, line...)
	}
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(file)-1).Draw(t, "at")
		bad := append([]byte(nil), file...)
		bad[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		_, good, rest := journal.Replay(bad)
		require.LessOrEqual(t, good, at)
		if at < starts[len(starts)-2] {
			require.True(t, rest)
		}
	})
}

func TestTornEndIsCutOffAndWritingGoesOn(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir)
	require.NoError(t, j.Append([]queue.Record{{Client: "c1"}}, true))
	require.NoError(t, j.Append([]queue.Record{entry(1)}, true))
	require.NoError(t, j.Close())
	path := filepath.Join(dir, "queue")
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteString(`0badf00d [{"entry":{"muta`)
	require.NoError(t, err)
	require.NoError(t, file.Close())

	j, s := open(t, dir)
	require.Len(t, s.Entries, 1)
	require.Empty(t, j.Damaged())
	require.NoError(t, j.Append([]queue.Record{entry(2)}, true))
	require.NoError(t, j.Close())
	_, s = open(t, dir)
	require.Len(t, s.Entries, 2)
	require.EqualValues(t, 3, s.Next)
}

func TestDamageBeforeTheEndIsKept(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir)
	for _, batch := range batches(5) {
		require.NoError(t, j.Append(batch, false))
	}
	require.NoError(t, j.Close())
	path := filepath.Join(dir, "queue")
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	raw[len(raw)/2] ^= 1
	require.NoError(t, os.WriteFile(path, raw, 0o600))

	j, s := open(t, dir)
	require.EqualValues(t, "c1", s.ClientID)
	kept, err := os.ReadFile(j.Damaged())
	require.NoError(t, err)
	require.Equal(t, raw, kept)
}

func TestTwoProcessesDontShareAQueue(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir)
	_, err := journal.Open(dir)
	require.ErrorIs(t, err, journal.ErrLocked)
	require.NoError(t, j.Close())
	open(t, dir)
}

func TestRewriteKeepsTheState(t *testing.T) {
	dir := t.TempDir()
	j, s := open(t, dir)
	for _, batch := range batches(20) {
		require.NoError(t, j.Append(batch, false))
		s.Apply(batch...)
	}
	require.NoError(t, j.Rewrite(s))
	require.NoError(t, j.Append([]queue.Record{entry(100)}, true))
	s.Apply(entry(100))
	require.NoError(t, j.Close())
	_, again := open(t, dir)
	require.Equal(t, records(s), records(again))
}

func BenchmarkAppend(b *testing.B) {
	for _, sync := range []bool{false, true} {
		name := "buffered"
		if sync {
			name = "fsync"
		}
		b.Run(name, func(b *testing.B) {
			j, _ := open(b, b.TempDir())
			for i := 0; b.Loop(); i++ {
				require.NoError(b, j.Append([]queue.Record{entry(i + 1)}, sync))
			}
		})
	}
}
