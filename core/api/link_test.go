package api_test

import (
	"net"
	"testing"
	"time"

	"github.com/manytill/manytill/core/api"
	"github.com/stretchr/testify/require"
)

// A socket that was written to long ago still takes what can be written at once.
func TestTimeOfAnEarlierWrite(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	client, err := net.Dial("tcp", listener.Addr().String())
	require.NoError(t, err)
	defer client.Close()
	server, err := listener.Accept()
	require.NoError(t, err)
	defer server.Close()
	link := api.NewLink(server)
	const within = 50 * time.Millisecond
	require.NoError(t, link.Write([]byte("a"), within))
	timer := time.NewTimer(2 * within) // the time of the first write must be over
	<-timer.C
	n, err := link.TryWrite([]byte("bc"))
	require.NoError(t, err)
	require.Equal(t, 2, n)
	got := make([]byte, 3)
	for read := 0; read < len(got); {
		n, err := client.Read(got[read:])
		require.NoError(t, err)
		read += n
	}
	require.Equal(t, "abc", string(got))
}
