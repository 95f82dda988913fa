package relay

import (
	"context"
	"errors"
	"reflect"
	"time"

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
			err = l.tellTills(ctx)
		}
		if err != nil {
			l.fail(err)
		}
	}
}

func (l *chainLink) tellTills(ctx context.Context) error {
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
		tills, err := l.tills(ctx, d.one.id)
		if err == nil && (d.anew || !reflect.DeepEqual(tills, d.one.tills)) {
			d.one.tills = tills
			err = l.send(protocol.RelayTills{T: protocol.RelayTillsFrame, MultiSession: d.at, Tills: tills})
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// tills are those of this server that are open in a copy.
func (l *chainLink) tills(ctx context.Context, id protocol.MultiSessionID) ([]protocol.RelayTill, error) {
	session, leave, err := l.chain.hub.Enter(ctx, id)
	if err != nil {
		return nil, err
	}
	defer leave()
	open := session.Feed.State().Tills
	tills := []protocol.RelayTill{}
	for _, pos := range protocol.SortedKeys(open) {
		named := l.chain.directory.WithCurrentName(ctx, protocol.POS{ID: pos, Name: string(pos)})
		tills = append(tills, protocol.RelayTill{POS: named, User: open[pos]})
	}
	return tills, nil
}
