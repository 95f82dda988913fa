package pluginpb_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/stretchr/testify/require"
)

func pair(t *testing.T, reads, writes int) (a, b *pluginpb.Stream) {
	x, y := net.Pipe()
	a, b = pluginpb.NewStream(x, reads, writes), pluginpb.NewStream(y, reads, writes)
	t.Cleanup(func() { _, _ = a.Close(), b.Close() })
	return a, b
}

// What is sent is received, by its call's number, whatever its size and
// whoever else sends.
func TestStream(t *testing.T) {
	a, b := pair(t, 1<<20, 1<<20)
	sizes := []int{0, 1, 300, 70_000, 900_000}
	var sending sync.WaitGroup
	for call, size := range sizes {
		sending.Go(func() {
			request := &pluginpb.RunRequest{Records: []*pluginpb.Record{{Line: strings.Repeat("x", size)}}}
			if err := a.Send(uint64(call), request); err != nil {
				t.Error(err)
			}
		})
	}
	sending.Go(func() { _ = a.Fail(1<<63, strings.Repeat("why", 10_000)) })
	seen := map[uint64]int{}
	for range len(sizes) + 1 {
		var request pluginpb.RunRequest
		call, failure, err := b.Receive(&request)
		require.NoError(t, err)
		if failure != nil {
			require.Equal(t, uint64(1<<63), call)
			require.Less(t, len(failure.Error()), 3000)
			continue
		}
		seen[call] = len(request.Records[0].Line)
	}
	sending.Wait()
	for call, size := range sizes {
		require.Equal(t, size, seen[uint64(call)])
	}
}

// A message that is too large isn't begun, and isn't read.
func TestStreamTooLarge(t *testing.T) {
	large := &pluginpb.RunRequest{Records: []*pluginpb.Record{{Line: strings.Repeat("x", 2000)}}}
	a, _ := pair(t, 1000, 1000)
	var unwritable *pluginpb.UnwritableError
	require.ErrorAs(t, a.Send(1, large), &unwritable)
	require.ErrorAs(t, a.Send(1, &pluginpb.RunRequest{Records: []*pluginpb.Record{{Line: "\xff"}}}), &unwritable)

	x, y := net.Pipe()
	defer x.Close()
	reader := pluginpb.NewStream(y, 1000, 1000)
	go func() { _ = pluginpb.NewStream(x, 1000, 5000).Send(1, large) }()
	_, _, err := reader.Receive(new(pluginpb.RunRequest))
	var tooLarge *pluginpb.TooLargeError
	require.ErrorAs(t, err, &tooLarge)
	require.NoError(t, reader.Close())
}

// What isn't a frame is an error, and never more.
func FuzzStream(f *testing.F) {
	frame := func(size uint32, kind byte, body string) []byte {
		b := binary.BigEndian.AppendUint32(nil, size)
		return append(append(binary.BigEndian.AppendUint64(b, 7), kind), body...)
	}
	for _, seed := range [][]byte{
		frame(0, 0, ""), frame(3, 0, "\xff\xff\xff"), frame(3, 1, "why"), frame(3, 9, "abc"), frame(1<<31, 0, "a"), frame(9, 0, "short"), {1, 2},
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		x, y := net.Pipe()
		go func() {
			_, _ = bytes.NewReader(raw).WriteTo(x)
			_ = x.Close()
		}()
		s := pluginpb.NewStream(y, 1<<16, 1<<16)
		defer s.Close()
		for n := 0; ; n++ {
			_, failure, err := s.Receive(new(pluginpb.RunResponse))
			if err != nil {
				require.NotEmpty(t, fmt.Sprint(err))
				return
			}
			if failure != nil {
				require.LessOrEqual(t, len(failure.Error()), 3*len(raw)+3)
			}
			require.Less(t, n, len(raw)+1)
		}
	})
}
