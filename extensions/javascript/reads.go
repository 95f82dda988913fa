package javascript

import (
	"slices"

	"github.com/manytill/manytill/sdk"
)

// reads are the keys that hooks looked at; few, so a list.
type reads struct{ keys []sdk.Field }

func (r *reads) add(key sdk.Field) {
	if !slices.Contains(r.keys, key) {
		r.keys = append(r.keys, key)
	}
}
