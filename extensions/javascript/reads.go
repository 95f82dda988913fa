package javascript

import (
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
)

// reads are the keys that hooks looked at; few, so a list.
type reads struct{ keys []protocol.Field }

func (r *reads) add(key protocol.Field) {
	if !slices.Contains(r.keys, key) {
		r.keys = append(r.keys, key)
	}
}
