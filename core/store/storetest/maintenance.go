package storetest

import (
	"context"
	"path/filepath"
	"strings"
	"sync"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

func identity(k *kit) {
	id, err := k.Store.Identity(k.ctx)
	k.NoError(err)
	k.NotEmpty(id.ServerID)
	k.NotEmpty(id.Epoch)
	again, err := k.Store.Identity(k.ctx)
	k.NoError(err)
	k.Equal(id, again)
	k.NoError(k.Store.Check(k.ctx))
}

func knownFields(k *kit) {
	fields, err := k.Store.KnownFields(k.ctx)
	k.NoError(err)
	k.Nil(fields)
	for _, text := range []string{`{"order":{}}`, `{"order":{"note":{}}}`} {
		k.NoError(k.Store.PutKnownFields(k.ctx, []byte(text)))
		fields, err = k.Store.KnownFields(k.ctx)
		k.NoError(err)
		k.Equal(text, string(fields))
	}
}

func reopen(k *kit) {
	if k.Reopen == nil {
		k.t.Skip("this store can't be opened again")
	}
	f := k.newMultiSession("main")
	one := f.tap(newOrder(1, newLine(1, `{}`)), newOrder(2))[0]
	f.tap(closed(one))
	k.NoError(k.Store.PutToken(k.ctx, store.Owner{POS: "main-bar"}, [32]byte{1}))
	id, err := k.Store.Identity(k.ctx)
	k.NoError(err)
	before := f.load()
	k.Store = k.Reopen(k.t)
	again, err := k.Store.Identity(k.ctx)
	k.NoError(err)
	k.Equal(id, again, "a restart is no new epoch")
	k.Equal(before, f.load())
	k.Len(f.read("o1"), 1)
	k.Len(f.changes(0, 10), 2)
	owner, err := k.Store.TokenOwner(k.ctx, [32]byte{1})
	k.NoError(err)
	k.Equal(protocol.POSID("main-bar"), owner.POS)
	c, err := k.Store.Client(k.ctx, f.client)
	k.NoError(err)
	k.Equal(protocol.MutationID(2), c.LastID)
	f.tap(later(f.load().Open[0]), newOrder(3))
	k.Len(f.load().Open, 2)
}

// backup copies while somebody writes: the copy is of one moment.
func backup(k *kit) {
	if k.OpenBackup == nil {
		k.t.Skip("this store's copies can't be opened")
	}
	f := k.newMultiSession("main")
	f.tap(newOrder(1), newOrder(2))
	ctx, stop := context.WithCancel(k.ctx)
	var writer sync.WaitGroup
	writer.Go(func() {
		rows := f.load().Open
		for ctx.Err() == nil {
			b := f.batch(later(rows[0]), later(rows[1]))
			if k.Store.Commit(k.ctx, b) != nil {
				return
			}
			rows = b.Orders
			f.head++
			f.last++
		}
	})
	path := filepath.Join(k.t.TempDir(), "copy")
	var done, of []int
	err := k.Store.Backup(k.ctx, path, func(d, all int) { done, of = append(done, d), append(of, all) })
	stop()
	writer.Wait()
	k.NoError(err)
	k.IsNonDecreasing(done)
	k.Equal(of[len(of)-1], done[len(done)-1], "the last call of progress says that all is copied")
	k.Error(k.Store.Backup(k.ctx, path, nil), "a file that exists isn't overwritten")
	copied, err := k.OpenBackup(k.t, path).Load(k.ctx, "main")
	k.NoError(err)
	k.LessOrEqual(copied.Head, f.head)
	k.GreaterOrEqual(copied.Head, protocol.Seq(1))
	k.Len(copied.Open, 2)
	for _, o := range copied.Open {
		k.Equal(copied.Head, o.Seq)
	}
	k.Equal(f.head, f.load().Head, "the store itself went on")
}

func fullDisk(k *kit) {
	if k.Fill == nil {
		k.t.Skip("the disk of this store can't be filled")
	}
	f := k.newMultiSession("main")
	f.tap(newOrder(1))
	before := f.load()
	k.Fill(true)
	failed := f.batch(newOrder(2, newLine(1, `{"pad":"`+strings.Repeat("x", 1<<20)+`"}`)))
	k.ErrorIs(k.Store.Commit(k.ctx, failed), store.ErrReadOnly)
	k.ErrorIs(k.Store.Check(k.ctx), store.ErrReadOnly)
	k.Equal(before, f.load(), "reading goes on, and nothing was written")
	k.Empty(f.read("o2"))
	k.ErrorIs(k.Store.Commit(k.ctx, failed), store.ErrReadOnly, "and again")
	k.Fill(false)
	k.NoError(k.Store.Check(k.ctx), "it ends by itself when there is room")
	f.tap(newOrder(2))
	k.Len(f.load().Open, 2)
}
