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

func (p *Proxy) keep(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away {
		p.refused++
		return false
	}
	p.conns[c] = struct{}{}
	return true
}

func (p *Proxy) serve(c net.Conn) {
	defer c.Close()
	if !p.keep(c) {
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
			p.thawed()
			if _, err := c.Write(buffer[:n]); err != nil {
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
		p.thawed()
		if _, err := server.Write(buffer[:n]); err != nil {
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
