package machine

import "time"

const (
	leastPause = 500 * time.Millisecond
	mostPause  = 2 * time.Second  // while nobody answers: trying costs a server nothing that isn't there
	longPause  = 30 * time.Second // when the server refuses
	stable     = 5 * time.Second  // a socket that lasted so long was worth opening
)

// pacing is how long to wait before something is tried again.
type pacing struct {
	*step
	// tries are the pauses since something was answered, and garbled those
	// since what came could be read.
	tries, garbled int
	// cameBack is when the socket was opened anew for a reset, and returns how
	// often in a row.
	cameBack time.Time
	returns  int
}

// pause is longer each time, by chance within.
func (p *pacing) pause(most time.Duration, tries int) time.Duration {
	ceiling := most
	if tries < 6 {
		ceiling = min(most, 2*leastPause<<tries)
	}
	return leastPause + time.Duration(p.cfg.Random()*float64(ceiling-leastPause))
}

// short is for a server that isn't there.
func (p *pacing) short() time.Duration { return p.next(mostPause) }

// refused is for one that refuses.
func (p *pacing) refused() time.Duration { return p.next(longPause) }

func (p *pacing) next(most time.Duration) time.Duration {
	d := p.pause(most, p.tries)
	p.tries++
	return d
}

// answered: the server said something.
func (p *pacing) answered() { p.tries = 0 }

// unreadable is for one that sends what can't be read.
func (p *pacing) unreadable() time.Duration {
	d := p.pause(longPause, p.garbled)
	p.garbled++
	return d
}

// readable: orders could be read. It is false if that is no news.
func (p *pacing) readable() bool {
	was := p.garbled > 0
	p.garbled = 0
	return was
}

// restart: somebody wants it to be tried now.
func (p *pacing) restart() { p.tries, p.garbled = 0, min(p.garbled, 1) }

// reopen is for a socket that is opened anew for a reset: at once, but not
// again and again.
func (p *pacing) reopen() (pause time.Duration) {
	if p.now.Sub(p.cameBack) >= stable {
		p.returns = 0
	}
	if p.returns > 0 {
		pause = p.pause(longPause, p.returns)
	}
	p.cameBack = p.now.Add(pause)
	p.returns++
	return pause
}
