package journal_test

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client/internal/journal"
)

// FuzzReplay: whatever is in a queue's file, in lines of a right checksum too, what is
// found stands before the first line that isn't whole, and is the same once it is rewritten.
func FuzzReplay(f *testing.F) {
	var file []byte
	for _, batch := range batches(8) {
		line, err := journal.Line(batch)
		require.NoError(f, err)
		file = append(file, line...)
		f.Add(line[9:len(line)-1], true)
	}
	f.Add(file, false)
	f.Add(file[:len(file)-7], false)
	f.Add(append(bytes.Clone(file[20:]), file...), false)
	f.Fuzz(func(t *testing.T, raw []byte, body bool) {
		if body {
			raw = fmt.Appendf(nil, "%08x %s\n", crc32.Checksum(raw, crc32.MakeTable(crc32.Castagnoli)), raw)
		}
		s, good, rest := journal.Replay(raw)
		require.LessOrEqual(t, good, len(raw))
		before, all, more := journal.Replay(raw[:good])
		require.Equal(t, good, all)
		require.False(t, more)
		require.Equal(t, records(s), records(before))
		if good == len(raw) {
			require.False(t, rest)
		}
		again, _, _ := journal.Replay([]byte(records(s)))
		require.Equal(t, records(s), records(again))
	})
}
