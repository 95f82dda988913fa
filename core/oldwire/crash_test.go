package oldwire_test

import (
	"context"

	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/sdk/protocol"
)

// snapshots keeps the store as it was before and after each write of the bridge's.
type snapshots struct {
	*mem.Store
	all *[]*mem.Store
}

func (s snapshots) PutPOSValues(ctx context.Context, pos protocol.POSID, values map[string][]byte) error {
	*s.all = append(*s.all, s.Clone())
	err := s.Store.PutPOSValues(ctx, pos, values)
	*s.all = append(*s.all, s.Clone())
	return err
}
