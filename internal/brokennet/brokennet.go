// Package brokennet is a network between a program and a server of its, such as a
// database, that tests break.
package brokennet

import (
	"bytes"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Proxy is such a network.
type Proxy struct {
	listener net.Listener
	to       string

	mu      sync.Mutex
	away    bool
	refused int    // connections while it was away
	swallow string // see LoseAnswer
	lost    chan struct{}
	frozen  chan struct{} // closed when it thaws; nil is thawed
	most    func() int    // see Limit
	conns   map[net.Conn]struct{}
}

// Through starts a proxy before a server, and returns the server's URL through it.
func Through(t testing.TB, server string) (*Proxy, string) {
	t.Helper()
	u, err := url.Parse(server)
	require.NoError(t, err)
	p := &Proxy{to: u.Host, conns: map[net.Conn]struct{}{}}
	p.listener, err = net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = p.listener.Close()
		p.Thaw()
		p.Cut(true)
	})
	go p.accept()
	u.Host = p.listener.Addr().String()
	return p, u.String()
}

// Cut breaks every connection. While away is true, new ones are broken, too.
func (p *Proxy) Cut(away bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = away
	for c := range p.conns {
		_ = c.Close()
	}
	clear(p.conns)
}

// Limit has each connection break after so many bytes, both ways together; nil is no
// limit. Those that are open are broken.
func (p *Proxy) Limit(most func() int) {
	p.mu.Lock()
	p.most = most
	p.mu.Unlock()
	p.Cut(false)
}

// Refused counts the connections that were broken since the network was away.
func (p *Proxy) Refused() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refused
}

// Freeze lets nothing through, and tells nobody: connections stay open.
func (p *Proxy) Freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = make(chan struct{})
}

// Thaw ends that. What was sent meanwhile arrives.
func (p *Proxy) Thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.frozen != nil {
		close(p.frozen)
		p.frozen = nil
	}
}

// thawed waits until the network isn't frozen.
func (p *Proxy) thawed() {
	p.mu.Lock()
	frozen := p.frozen
	p.mu.Unlock()
	if frozen != nil {
		<-frozen
	}
}

// LoseAnswer hands the next thing sent that has a text in it on to the server,
// waits for the answer, and breaks the connection in place of handing it back. The
// channel is closed then.
func (p *Proxy) LoseAnswer(to string) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.swallow, p.lost = to, make(chan struct{})
	return p.lost
}

func (p *Proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.serve(c)
	}
}

// keep registers a connection. left is how many bytes it may carry, -1 any number.
func (p *Proxy) keep(c net.Conn) (left int, kept bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away {
		p.refused++
		return 0, false
	}
	p.conns[c] = struct{}{}
	if p.most != nil {
		return p.most(), true
	}
	return -1, true
}

// pass hands a piece on, or what of it may still be carried; false ends the connection.
func (p *Proxy) pass(to net.Conn, piece []byte, left *int) bool {
	p.thawed()
	p.mu.Lock()
	over := *left >= 0 && len(piece) >= *left
	if over {
		piece = piece[:*left]
	}
	if *left >= 0 {
		*left -= len(piece)
	}
	p.mu.Unlock()
	_, err := to.Write(piece)
	return err == nil && !over
}

func (p *Proxy) serve(c net.Conn) {
	defer c.Close()
	left, kept := p.keep(c)
	if !kept {
		return
	}
	server, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer server.Close()
	answers := make(chan struct{}) // closed when the next answer is to be lost
	go func() {
		defer c.Close()
		buffer := make([]byte, 64<<10)
		for {
			n, err := server.Read(buffer)
			if err != nil {
				return
			}
			select {
			case <-answers:
				close(p.lost)
				return
			default:
			}
			if !p.pass(c, buffer[:n], &left) {
				return
			}
		}
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := c.Read(buffer)
		if err != nil {
			return
		}
		if p.isToLose(buffer[:n]) {
			close(answers)
		}
		if !p.pass(server, buffer[:n], &left) {
			return
		}
	}
}

func (p *Proxy) isToLose(sent []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.swallow == "" || !bytes.Contains(sent, []byte(p.swallow)) {
		return false
	}
	p.swallow = ""
	return true
}
