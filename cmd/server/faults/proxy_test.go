package faults_test

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// proxy is a bad network before a server.
type proxy struct {
	listener net.Listener
	target   string

	mu     sync.Mutex
	conns  map[net.Conn]bool
	down   bool              // nothing connects
	frozen chan struct{}     // half open: closed when it thaws; nil is thawed
	delay  time.Duration     // at most, of every piece
	double bool              // what is sent is sent on a second connection too
	piece  int               // an answer is cut after so many bytes; 0 is never
	lost   map[net.Conn]bool // of these bytes vanish, though they stay open
	hole   bool              // links can be opened, and all bytes of them vanish
	answer string            // to every request, instead of the server's
	tries  int               // connections, since somebody set it to 0
	tried  chan struct{}     // has an entry after one
}

func newProxy(t testing.TB, target string) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{listener: l, target: target, conns: map[net.Conn]bool{}, lost: map[net.Conn]bool{}, tried: make(chan struct{}, 1)}
	go p.accept()
	t.Cleanup(func() {
		l.Close()
		p.set(func() { p.down = true })
		p.thaw()
		p.cut()
	})
	return p
}

func (p *proxy) url() string { return "http://" + p.listener.Addr().String() }

func (p *proxy) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// cut breaks every connection.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
	clear(p.conns)
}

// lose lets everything vanish on the links that are open; others can be opened.
func (p *proxy) lose() {
	p.set(func() {
		for c := range p.conns {
			p.lost[c] = true
		}
	})
}

// freeze lets nothing through, and tells nobody.
func (p *proxy) freeze() { p.set(func() { p.frozen = make(chan struct{}) }) }

func (p *proxy) thaw() {
	p.set(func() {
		if p.frozen != nil {
			close(p.frozen)
			p.frozen = nil
		}
	})
}

// await waits for so many connections since tries was 0.
func (p *proxy) await(ctx context.Context, tries int) {
	for {
		p.mu.Lock()
		enough := p.tries >= tries
		p.mu.Unlock()
		if enough || ctx.Err() != nil {
			return
		}
		select {
		case <-p.tried:
		case <-ctx.Done():
		}
	}
}

func (p *proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.set(func() { p.tries++ })
		select {
		case p.tried <- struct{}{}:
		default:
		}
		go p.carry(c)
	}
}

// keep registers a connection; false if the network is down.
func (p *proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		if p.down {
			c.Close()
			continue
		}
		p.conns[c] = true
		if p.hole {
			p.lost[c] = true
		}
	}
	return !p.down
}

func (p *proxy) carry(from net.Conn) {
	defer from.Close()
	p.mu.Lock()
	target, double, answer := p.target, p.double, p.answer
	p.mu.Unlock()
	if answer != "" {
		_, _ = from.Read(make([]byte, 4096))
		_, _ = io.WriteString(from, answer)
		return
	}
	to, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer to.Close()
	if !p.keep(from, to) {
		return
	}
	var up io.Writer = to
	if double {
		if twin, err := net.Dial("tcp", target); err == nil && p.keep(twin) {
			defer twin.Close()
			go io.Copy(io.Discard, twin)
			up = io.MultiWriter(to, twin)
		}
	}
	var both sync.WaitGroup
	both.Go(func() { p.copy(up, from); to.Close() })
	both.Go(func() { p.copy(from, to); from.Close() })
	both.Wait()
}

func (p *proxy) copy(to io.Writer, from io.Reader) {
	piece := make([]byte, 2048)
	for {
		n, err := from.Read(piece)
		if n > 0 {
			p.mu.Lock()
			delay, frozen := p.delay, p.frozen
			vanish := p.lost[from.(net.Conn)]
			if p.piece > 0 && n > p.piece {
				n, err = p.piece, io.ErrUnexpectedEOF
			}
			p.mu.Unlock()
			if vanish {
				continue
			}
			if frozen != nil {
				<-frozen
			}
			if delay > 0 {
				time.Sleep(rand.N(delay))
			}
			if _, bad := to.Write(piece[:n]); bad != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
