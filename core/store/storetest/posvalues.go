package storetest

import (
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

func posValues(k *kit) {
	put := func(pos protocol.POSID, values map[string][]byte) error {
		return k.Store.PutPOSValues(k.ctx, pos, values)
	}
	read := func(s store.Store, pos protocol.POSID, keys ...string) map[string][]byte {
		values, err := s.POSValues(k.ctx, pos, keys...)
		k.NoError(err)
		return values
	}
	keys := func(pos protocol.POSID) []string {
		list, err := k.Store.POSKeys(k.ctx, pos)
		k.NoError(err)
		return list
	}
	k.ErrorIs(put("p1", map[string][]byte{"a": []byte(`1`)}), store.ErrNotFound)
	p1, p2 := store.POS{ID: "p1", Name: "Bar"}, store.POS{ID: "p2", Name: "Till"}
	k.NoError(k.Store.PutPOS(k.ctx, p1))
	k.NoError(k.Store.PutPOS(k.ctx, p2))
	k.Empty(read(k.Store, "p1", "a"))
	k.Empty(keys("p1"))

	mine := []byte(`{"é":"\u0001"}`)
	k.NoError(put("p1", map[string][]byte{"b": []byte(`2`), "a": mine, "never": nil}))
	mine[0] = 'x' // it stays the caller's
	k.NoError(put("p2", map[string][]byte{"a": []byte(`"other"`)}))
	want := map[string][]byte{"a": []byte(`{"é":"\u0001"}`), "b": []byte(`2`)}
	got := read(k.Store, "p1", "b", "a", "none")
	k.Equal(want, got)
	got["b"][0] = 'x'
	k.Equal(map[string][]byte{"b": []byte(`2`)}, read(k.Store, "p1", "b"))
	k.Equal([]string{"a", "b"}, keys("p1"))
	k.Equal(map[string][]byte{"a": []byte(`"other"`)}, read(k.Store, "p2", "a", "b"))

	k.NoError(put("p1", map[string][]byte{"a": nil, "b": []byte(`3`), "c": []byte(`[]`)}))
	k.Equal(map[string][]byte{"b": []byte(`3`), "c": []byte(`[]`)}, read(k.Store, "p1", "a", "b", "c"))
	if k.Reopen != nil {
		k.Store = k.Reopen(k.t)
		k.Equal([]string{"b", "c"}, keys("p1"))
		k.Equal(map[string][]byte{"b": []byte(`3`)}, read(k.Store, "p1", "b"))
	}
	p1.Deleted = true
	k.NoError(k.Store.PutPOS(k.ctx, p1))
	k.Empty(keys("p1"))
	k.ErrorIs(put("p1", map[string][]byte{"a": []byte(`1`)}), store.ErrNotFound)
	p1.Deleted = false
	k.NoError(k.Store.PutPOS(k.ctx, p1))
	k.Empty(keys("p1"), "a POS that comes back begins anew")
	k.Equal([]string{"a"}, keys("p2"))
}
