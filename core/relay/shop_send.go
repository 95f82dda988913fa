package relay

import (
	"context"
	"fmt"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// sendNews goes once through the outlets that have news.
func (l *shopLink) sendNews(ctx context.Context) error {
	l.mu.Lock()
	var due []*outlet
	for _, o := range l.outlets {
		if o.dirty {
			o.dirty = false
			due = append(due, o)
		}
	}
	l.mu.Unlock()
	for _, o := range due {
		if err := l.sendOf(ctx, o); err != nil {
			return fmt.Errorf("multi-session %s: %w", o.ms, err)
		}
	}
	return nil
}

// sendOf sends the next piece of an outlet, unless one is under way, and then the answers
// whose changes are sent.
func (l *shopLink) sendOf(ctx context.Context, o *outlet) error {
	l.mu.Lock()
	has, acked := o.has, o.acked
	o.has, o.acked = nil, false // here, since a piece may be stored before send returns
	l.mu.Unlock()
	if has != nil {
		at, err := o.source.begin(ctx, *has, o.session.Feed.Head().Seq)
		if err != nil {
			return err
		}
		acked = true
		l.mu.Lock()
		o.at = at
		l.mu.Unlock()
		names, err := waitingIn(ctx, o.source.rejections, o.ms)
		if err == nil {
			err = l.tellRejections(protocol.RelayWaitingFrame, o.ms, names)
		}
		if err != nil {
			return err
		}
	}
	if acked {
		piece, at, err := o.source.next(ctx, o.at)
		if err != nil {
			return err
		}
		if piece != nil {
			if err := l.send(piece); err != nil {
				return err
			}
			if piece.Anew { // the copy is another one, of which nobody knows yet
				o.looked = 0
			}
		}
		l.mu.Lock()
		o.at = at
		switch {
		case piece == nil:
			o.acked = true
			o.behind = time.Time{}
		case o.behind.IsZero():
			o.behind = l.upstream.config.Now()
		}
		l.mu.Unlock()
	}
	if err := l.sendPresence(o.ms, o.session.Presence, &o.looked, false); err != nil {
		return err
	}
	return l.sendAnswers(o)
}

func (l *shopLink) sendAnswers(o *outlet) error {
	l.mu.Lock()
	sent := 0
	for sent < len(o.answers) && (o.answers[sent].frame.Error != nil || o.answers[sent].head <= o.at.seq) {
		sent++
	}
	ready := o.answers[:sent:sent]
	o.answers = o.answers[sent:]
	l.mu.Unlock()
	for _, a := range ready {
		if err := l.send(a.frame); err != nil {
			return err
		}
	}
	return nil
}
