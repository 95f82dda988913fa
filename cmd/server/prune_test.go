package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// closedOrder makes a database with one closed order.
func closedOrder(t *testing.T) (dir string) {
	dir = t.TempDir()
	ctx := context.Background()
	st, err := sqlite.Open(ctx, filepath.Join(dir, "manytill.db"), sqlite.Options{})
	require.NoError(t, err)
	require.NoError(t, st.PutMultiSession(ctx, store.MultiSession{ID: "ms-1", Name: "Floor", Active: true}, nil))
	require.NoError(t, st.Commit(ctx, &store.Batch{
		MultiSession: "ms-1", At: time.Now(),
		Changes: []store.Change{{Seq: 1, Body: []byte(`{"seq":1,"orders":{"o1":{}}}`)}},
		Orders: []store.OrderRows{{OrderRow: store.OrderRow{
			ID: "o1", Run: 1, Number: 1, State: protocol.Paid, Rev: 1, Created: 1, Seq: 1, At: time.Now(), Body: []byte(`{}`),
		}}},
	}))
	require.NoError(t, st.Close())
	return dir
}

func TestPruneSaysWhatItWillDoAndAsks(t *testing.T) {
	dir := closedOrder(t)
	config := filepath.Join(dir, "manytill.yaml")
	writeFile(t, config, goodConfig)
	prune := func(answer string, yes bool, ahead int) string {
		var out strings.Builder
		p := &pruneCommand{Older: "30d", Yes: yes, now: func() time.Time { return time.Now().AddDate(0, 0, ahead) }}
		p.Config = config
		require.NoError(t, p.Run(context.Background(), streams{in: strings.NewReader(answer), out: &out}))
		return out.String()
	}
	require.Contains(t, prune("", false, 29), "there is nothing to delete")
	out := prune("no\n", false, 31)
	require.Contains(t, out, "Closed orders unchanged since")
	require.Contains(t, out, ": 1. They will be deleted, with 1 changes of their history")
	require.Contains(t, out, "Nothing was changed")
	require.Contains(t, prune("", false, 31), "Nothing was changed", "an end of the input is no yes")
	require.Contains(t, prune("yes\n", false, 31), "Deleted 1 orders and 1 changes")
	require.Contains(t, prune("", true, 31), "there is nothing to delete")
}

// TestPruneDoubtsAClockThatIsAhead: by one that is years ahead even what was
// sold today is old.
func TestPruneDoubtsAClockThatIsAhead(t *testing.T) {
	dir := closedOrder(t)
	config := filepath.Join(dir, "manytill.yaml")
	writeFile(t, config, goodConfig)
	prune := func(ahead int, right bool) (string, error) {
		var out strings.Builder
		p := &pruneCommand{Older: "30d", Yes: true, ClockIsRight: right, now: func() time.Time { return time.Now().AddDate(0, 0, ahead) }}
		p.Config = config
		err := p.Run(context.Background(), streams{in: strings.NewReader(""), out: &out})
		return out.String(), err
	}
	today := time.Now().Format(time.DateOnly)
	for range 2 {
		_, err := prune(3000, false)
		require.ErrorContains(t, err, "this machine's clock may be ahead")
		require.ErrorContains(t, err, "the newest of that is of "+today+", and then there is nothing for 2970 days")
		require.ErrorContains(t, err, "add --clock-is-right")
	}
	_, err := prune(46, false)
	require.ErrorContains(t, err, "clock", "half of --older and a day")
	out, err := prune(3000, true)
	require.NoError(t, err)
	require.Contains(t, out, "Deleted 1 orders")
	out, err = prune(3000, false)
	require.NoError(t, err, "nothing goes")
	require.Contains(t, out, "nothing to delete")
}

// TestPruneSaysHowTheFileShrinks: a prune leaves room in the file, and says how
// to give it back.
func TestPruneSaysHowTheFileShrinks(t *testing.T) {
	dir := t.TempDir()
	config, path := filepath.Join(dir, "manytill.yaml"), filepath.Join(dir, "manytill.db")
	writeFile(t, config, goodConfig)
	ctx := context.Background()
	st, err := sqlite.Open(ctx, path, sqlite.Options{})
	require.NoError(t, err)
	require.NoError(t, st.PutMultiSession(ctx, store.MultiSession{ID: "ms-1", Name: "Floor", Active: true}, nil))
	b := &store.Batch{MultiSession: "ms-1", At: time.Now()}
	body := []byte(`{"x":"` + strings.Repeat("x", 4000) + `"}`)
	for i := range 1000 {
		seq, id := protocol.Seq(i+1), protocol.OrderID(fmt.Sprint("o", i))
		b.Changes = append(b.Changes, store.Change{Seq: seq, Body: fmt.Appendf(nil, `{"seq":%d,"orders":{%q:{}}}`, seq, id)})
		b.Orders = append(b.Orders, store.OrderRows{OrderRow: store.OrderRow{
			ID: id, Run: 1, Number: protocol.Number(i + 1), State: protocol.Paid, Created: seq, Seq: seq, At: time.Now(), Body: body,
		}})
	}
	require.NoError(t, st.Commit(ctx, b))
	require.NoError(t, st.Close())
	size := func() int64 {
		info, err := os.Stat(path)
		require.NoError(t, err)
		return info.Size()
	}
	prune := func(vacuum bool) string {
		var out strings.Builder
		p := &pruneCommand{Older: "30d", Yes: true, Vacuum: vacuum, now: func() time.Time { return time.Now().AddDate(0, 0, 31) }}
		p.Config = config
		require.NoError(t, p.Run(ctx, streams{in: strings.NewReader(""), out: &out}))
		return out.String()
	}
	before := size()
	out := prune(false)
	require.Contains(t, out, "Deleted 1000 orders")
	require.Regexp(t, `keeps its size of 4\.\d MiB, of which [34]\.\d MiB are free`, out)
	require.Contains(t, out, "--vacuum")
	require.Equal(t, before, size())
	require.Regexp(t, `shrank from 4\.\d MiB to 0\.\d MiB`, prune(true), "also when there is nothing to delete")
	require.Less(t, size(), before/4)
}
