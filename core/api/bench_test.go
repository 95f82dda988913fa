package api_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// BenchmarkTap is one tap from a till's socket to its answer and to the sockets of four
// other tills, over a store in memory. The tills are part of it.
func BenchmarkTap(b *testing.B) {
	a := newAPI(b)
	server := httptest.NewServer(a)
	defer server.Close()
	var conns []net.Conn
	var all []protocol.POSID
	var tokens []string
	for i := range 5 {
		id := protocol.POSID(fmt.Sprintf("bar-%d", i))
		_, token, err := a.Directory().CreatePOS(b.Context(), id, "Bar")
		require.NoError(b, err)
		tokens, all = append(tokens, token), append(all, id)
	}
	_, err := a.Directory().CreateMultiSession(b.Context(), "Main floor", all)
	require.NoError(b, err)
	for i, token := range tokens {
		_, err := a.Directory().OpenTill(b.Context(), all[i], nil)
		require.NoError(b, err)
		conns = append(conns, dialRaw(b, strings.TrimPrefix(server.URL, "http://"), token, i))
	}
	for _, peer := range conns[1:] {
		go func() { _, _ = io.Copy(io.Discard, peer) }()
	}
	var ops strings.Builder
	ops.WriteString(`{"op":"order.create","order":"o1","set":{}}`)
	for i := range 20 {
		fmt.Fprintf(&ops, `,{"op":"line.add","order":"o1","line":"l%d","set":{"product_id":%d,"qty":1,"price_unit":4.8}}`, i, i)
	}
	tap(b, conns[0], 1, ops.String())
	b.ReportAllocs()
	for n := 2; b.Loop(); n++ {
		tap(b, conns[0], n, fmt.Sprintf(`{"op":"line.set","order":"o1","line":"l%d","set":{"qty":%d}}`, n%20, n))
	}
}

// tap pushes a mutation and reads until it is answered.
func tap(b *testing.B, till net.Conn, n int, ops string) {
	text := fmt.Appendf(nil, `{"t":"push","ref":%d,"mutations":[{"id":%d,"at":"2026-11-21T09:59:58Z","ops":[%s]}]}`, n, n, ops)
	frame := append([]byte{0x81, 0x80 | 126, byte(len(text) >> 8), byte(len(text)), 0, 0, 0, 0}, text...)
	_, err := till.Write(frame)
	require.NoError(b, err)
	var answer [8 << 10]byte
	for read := 0; !bytes.Contains(answer[:read], []byte(`"t":"pushed"`)); {
		k, err := till.Read(answer[read:])
		require.NoError(b, err)
		read += k
	}
}
