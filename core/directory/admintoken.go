package directory

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/manytill/manytill/core/store"
)

// ShortestAdminToken is how many characters an admin token has at least.
const ShortestAdminToken = 12

// AdminToken is what an operator gave as the admin token, without the blanks
// and line ends around it; "" is none. It is an error if it can't be one.
func AdminToken(given string) (string, error) {
	token := strings.TrimSpace(given)
	switch n := len(token); {
	case n == 0:
		return "", nil
	case n < ShortestAdminToken:
		return "", fmt.Errorf("it has %d characters; an admin token has at least %d, so that nobody guesses it", n, ShortestAdminToken)
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", fmt.Errorf("an admin token is letters, digits and signs of ASCII, without blanks inside")
	}
	return token, nil
}

// EnsureAdmin makes wanted (or, if it is empty, a new one) the admin token of
// an empty database. It returns the token if it made one.
func (d *Directory) EnsureAdmin(ctx context.Context, wanted string) (made string, err error) {
	release, bad := d.turns.take(ctx, "admin token")
	if bad != nil {
		return "", bad
	}
	defer release()
	has, err := d.store.HasAdmin(ctx)
	if err != nil || has {
		return "", err
	}
	if wanted == "" {
		return NewAdmin(ctx, d.store)
	}
	return wanted, putAdmin(ctx, d.store, wanted)
}

// NewAdmin makes a new admin token of a store that nobody else uses now; the
// old one stops.
func NewAdmin(ctx context.Context, s store.Tokens) (token string, err error) {
	token = newToken("mta_")
	return token, putAdmin(ctx, s, token)
}

func putAdmin(ctx context.Context, s store.Tokens, token string) error {
	return s.PutToken(ctx, store.Owner{Admin: true}, sha256.Sum256([]byte(token)))
}
