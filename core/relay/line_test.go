package relay_test

import (
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// line is the line between a shop and its chain, which may be cut.
type line struct {
	listener net.Listener
	to       string

	mu    sync.Mutex
	conns map[net.Conn]bool
	down  bool
	// most gives how many bytes the next connection carries, both ways, before it is cut;
	// nil is no limit.
	most func() int
}

func newLine(t *testing.T, to string) *line {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	n := &line{listener: l, to: to, conns: map[net.Conn]bool{}}
	go n.accept()
	t.Cleanup(func() {
		_ = l.Close()
		n.cut(true)
	})
	return n
}

func (n *line) url() string { return "http://" + n.listener.Addr().String() }

// cut ends every connection; down also refuses others.
func (n *line) cut(down bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = down
	for c := range n.conns {
		_ = c.Close()
	}
	clear(n.conns)
}

// limit cuts each connection after so many bytes.
func (n *line) limit(most func() int) {
	n.mu.Lock()
	n.most = most
	n.mu.Unlock()
	n.cut(false)
}

func (n *line) accept() {
	for {
		c, err := n.listener.Accept()
		if err != nil {
			return
		}
		go n.carry(c)
	}
}

func (n *line) carry(from net.Conn) {
	defer from.Close()
	to, err := net.Dial("tcp", n.to)
	if err != nil {
		return
	}
	defer to.Close()
	n.mu.Lock()
	down, left := n.down, -1
	if n.most != nil {
		left = n.most()
	}
	if !down {
		n.conns[from], n.conns[to] = true, true
	}
	n.mu.Unlock()
	if down {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { n.copy(to, from, &left); _ = to.Close() })
	both.Go(func() { n.copy(from, to, &left); _ = from.Close() })
	both.Wait()
}

// copy ends both connections when nothing is left.
func (n *line) copy(to, from net.Conn, left *int) {
	piece := make([]byte, 4096)
	for {
		read, err := from.Read(piece)
		n.mu.Lock()
		over := *left >= 0 && read >= *left
		if over {
			read = *left
		}
		if *left >= 0 {
			*left -= read
		}
		n.mu.Unlock()
		if _, bad := to.Write(piece[:read]); err != nil || bad != nil {
			return
		}
		if over {
			_, _ = to.Close(), from.Close()
			return
		}
	}
}
