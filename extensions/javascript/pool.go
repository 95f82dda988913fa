package javascript

import (
	goruntime "runtime"
	"sync"
)

// pool keeps the runtimes that wait for a call. A runtime is good for many
// calls, but not for ever: what code leaves behind in it goes with it.
type pool struct {
	mu     sync.Mutex
	free   []*runtime
	closed bool
}

// maxIdle runtimes wait at most.
var maxIdle = 2 * goruntime.GOMAXPROCS(0)

func (p *pool) take() *runtime {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == 0 {
		return nil
	}
	last := len(p.free) - 1
	r := p.free[last]
	p.free[last] = nil
	p.free = p.free[:last]
	return r
}

func (p *pool) give(r *runtime) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed && len(p.free) < maxIdle {
		p.free = append(p.free, r)
	}
}

// empty throws away those that wait.
func (p *pool) empty() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = nil
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed, p.free = true, nil
}
