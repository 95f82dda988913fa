package goplugin

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/pluginpb"
)

// A call costs more than the records in it. So while calls are under way,
// what multi-sessions ask for meanwhile gathers, and goes together in the
// next one; nobody waits for others to come.
const (
	// callsUnderWay: the plugin works on one while the next is written.
	callsUnderWay = 2
	// A plugin that took a third of the time that an asker has gets no more
	// than one asker's records at once, for a while: nobody waits for another's
	// slow hook.
	slowShare = 3
	slowFor   = time.Second
	// recordsTogether at most.
	recordsTogether = 128
)

var (
	// errUnsent: the process ended before the records went to it.
	errUnsent = errors.New("it ended before it was asked")
	// errTogether: the process was at others' records too when it failed.
	errTogether = errors.New("failed together with others")
)

// ask is one asker's batch, and where its answer goes.
type ask struct {
	ctx      context.Context
	deadline time.Time
	batch    *extensions.Batch
	answered chan answer

	reading sync.Mutex // held while the batch is read: the asker waits for that
	left    bool       // the asker is gone, and its batch not to be read
	sent    bool       // it isn't waiting for other calls to end
	others  bool       // it was sent together with others
}

// hold keeps the asker from leaving; false if it left.
func (a *ask) hold() bool {
	a.reading.Lock()
	if a.left {
		a.reading.Unlock()
	}
	return !a.left
}

// leave reports whether the batch was sent, and with no other.
func (a *ask) leave() (sent, alone bool) {
	a.reading.Lock()
	defer a.reading.Unlock()
	a.left = true
	return a.sent, !a.others
}

type answer struct {
	results []hooks.Result
	err     error
}

func (a *ask) answer(results []hooks.Result, err error) { a.answered <- answer{results, err} }

// gatherer collects what is asked of one process. Safe for concurrent use.
type gatherer struct {
	mu       sync.Mutex
	waiting  []*ask
	underWay int
	slow     time.Time // until then each goes alone
	inside   int       // calls that the process is at
	began    int       // calls so far
}

// enter begins a call. What it returns ends it, and reports whether the process
// was at no other call meanwhile.
func (g *gatherer) enter() (leave func() (alone bool)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside++
	g.began++
	alone, began := g.inside == 1, g.began
	return func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.inside--
		return alone && g.began == began
	}
}

// add sends an ask, or lets it wait for a call to end.
func (p *process) add(a *ask, alone bool) {
	g := &p.gather
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case alone, time.Now().Before(g.slow):
		go p.send([]*ask{a})
	case g.underWay < callsUnderWay:
		g.underWay++
		go p.work([]*ask{a})
	default:
		g.waiting = append(g.waiting, a)
	}
}

// work sends what is due, and then what came meanwhile.
func (p *process) work(due []*ask) {
	for len(due) > 0 {
		due = p.gather.next(p.send(due))
	}
}

// next takes what waits; without any the call's place is free.
func (g *gatherer) next(slow bool) (due []*ask) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if slow {
		g.slow = time.Now().Add(slowFor)
	}
	records, n := 0, 0
	for n < len(g.waiting) && (n == 0 || records+len(g.waiting[n].batch.Records) <= recordsTogether) {
		records += len(g.waiting[n].batch.Records)
		n++
	}
	due = append(due, g.waiting[:n]...)
	g.waiting = append(g.waiting[:0], g.waiting[n:]...)
	if n == 0 {
		g.underWay--
	}
	return due
}

// send is one call of the plugin for all askers that still wait. The call may
// go on for Grace after the last one's deadline, and what is answered then is
// thrown away. A plugin that is even later hangs or is frozen, and is killed.
// It reports whether the plugin was slow.
func (p *process) send(due []*ask) (slow bool) {
	waiting := due[:0:0]
	deadline, limit := time.Time{}, time.Duration(0)
	for _, a := range due {
		switch {
		case a.ctx.Err() != nil, !a.hold(): // it was told already
		case p.ending():
			a.reading.Unlock()
			a.answer(nil, errUnsent)
		default:
			a.sent = true
			waiting = append(waiting, a)
			limit = max(limit, a.batch.Limit)
			if a.deadline.After(deadline) {
				deadline = a.deadline
			}
		}
	}
	if len(waiting) == 0 {
		return false
	}
	began := time.Now()
	// Not an asker's context: one that goes away is no reason to kill.
	patient, cancel := context.WithDeadline(context.Background(), deadline.Add(p.o.Grace))
	defer cancel()
	request := p.words.request(waiting)
	request.Within, request.Limit = int64(within(deadline.Sub(began))), int64(limit)
	for _, a := range waiting {
		a.others = len(waiting) > 1
		a.reading.Unlock()
	}
	leave := p.gather.enter()
	response, err := p.run(patient, request)
	alone, took := leave(), time.Since(began)
	if err == nil && !response.GetLinesWanted() && len(response.GetResults()) != len(request.Records) {
		err = fmt.Errorf("killed: it answered for %d of %d records", len(response.GetResults()), len(request.Records))
		p.kill(err)
	} else if err != nil {
		err = p.broken(err, took)
	}
	if err == nil && response.GetLinesWanted() {
		p.words.wanted.Store(true)
		err = errUnsent // once more, with lines
	}
	if err != nil && (!alone || len(waiting) > 1) && !errors.Is(err, errUnsent) {
		err = fmt.Errorf("%w: %w", errTogether, err)
	}
	share(waiting, response, err)
	return took > deadline.Sub(began)/slowShare
}

// within is what hooks get of a time, so that what they say of its end is
// there in time.
func within(all time.Duration) time.Duration { return all - min(all/10, 10*time.Millisecond) }

// share gives each asker its part of an answer.
func share(waiting []*ask, response *pluginpb.RunResponse, err error) {
	all := response.GetResults()
	for _, a := range waiting {
		if err != nil {
			a.answer(nil, err)
			continue
		}
		n := len(a.batch.Records)
		results := make([]hooks.Result, n)
		for i, r := range all[:n] {
			results[i] = resultOf(r)
		}
		all = all[n:]
		a.answer(results, nil)
	}
}
