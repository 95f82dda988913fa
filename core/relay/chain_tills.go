package relay

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

func (l *chainLink) tillsChanged(at protocol.MultiSessionID, anew bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one := l.copies[at]; one != nil {
		one.changed, one.anew = true, one.anew || anew
		kick(l.news)
	}
}

// watch tells the shop which tills are open here, and that the link is alive.
func (l *chainLink) watch(ctx context.Context) {
	beating, seeing := time.NewTicker(beat), time.NewTicker(seenEach)
	defer beating.Stop()
	defer seeing.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-l.over:
			return
		case <-beating.C:
			err = l.send(protocol.RelayHeads{T: protocol.RelayHeadsFrame})
		case <-seeing.C:
			l.chain.seen(ctx, l)
		case <-l.news:
			err = l.tellAllNews(ctx)
		}
		if err != nil {
			l.fail(err)
		}
	}
}

func (l *chainLink) tellAllNews(ctx context.Context) error {
	type due struct {
		at   protocol.MultiSessionID
		one  *chainCopy
		anew bool
	}
	var all []due
	l.mu.Lock()
	for at, one := range l.copies {
		if one.changed {
			all = append(all, due{at, one, one.anew})
			one.changed, one.anew = false, false
		}
	}
	l.mu.Unlock()
	var errs []error
	for _, d := range all {
		errs = append(errs, l.tellNews(ctx, d.at, d.one, d.anew))
	}
	return errors.Join(errs...)
}

// tellNews tells the shop the tills that are open here in a copy, who looks at what, and,
// once, which rejections wait.
func (l *chainLink) tellNews(ctx context.Context, at protocol.MultiSessionID, one *chainCopy, anew bool) error {
	session, leave, err := l.chain.hub.Enter(ctx, one.id)
	if err != nil {
		return err
	}
	defer leave()
	tills := l.tills(ctx, session)
	if anew || !reflect.DeepEqual(tills, one.tills) {
		one.tills = tills
		err = l.send(protocol.RelayTills{T: protocol.RelayTillsFrame, MultiSession: at, Tills: tills})
	}
	if err == nil {
		err = l.sendPresence(at, one, session.Presence)
	}
	if err != nil || one.waiting {
		return err
	}
	one.waiting = true
	names, err := waitingIn(ctx, l.chain.config.Store, one.id)
	if err != nil {
		return err
	}
	return l.tellRejections(protocol.RelayWaitingFrame, at, names)
}

// tills are those of this server that are open in a copy.
func (l *chainLink) tills(ctx context.Context, session *multisession.Session) []protocol.RelayTill {
	open := session.Feed.State().Tills
	tills := []protocol.RelayTill{}
	for _, pos := range protocol.SortedKeys(open) {
		named := l.chain.directory.WithCurrentName(ctx, protocol.POS{ID: pos, Name: string(pos)})
		tills = append(tills, protocol.RelayTill{POS: named, User: open[pos]})
	}
	return tills
}
