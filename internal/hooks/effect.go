package hooks

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// Effect is what a hook wants done after the commit: once for ever under its
// extension, order, name and key.
type Effect struct {
	Name, Key string
	Data      protocol.Value // JSON, at most EffectBytes
}

// What an effect may be: the key's length in characters, the data's in bytes, and
// how many an order may have of all extensions.
const (
	EffectKeyMost = 200
	EffectBytes   = 64 << 10
	EffectsMost   = 1000
)

// EffectAddress names an effect for ever.
type EffectAddress struct {
	MultiSession protocol.MultiSessionID
	Extension    string
	Order        protocol.OrderID
	Name, Key    string
}

// ID is the effect's idempotency key, of 43 characters: a hash of the server's
// id and the address. Not of the epoch: what a till pushes anew after a restore
// gets the id that it had.
func (a EffectAddress) ID(serverID string) string {
	h := sha256.New()
	for _, part := range []string{serverID, string(a.MultiSession), a.Extension, string(a.Order), a.Name, a.Key} {
		_, _ = h.Write([]byte(part))
		_, _ = h.Write([]byte{0})
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// EffectSpec is an effect that a manifest describes.
type EffectSpec struct {
	// WholeMultiSession: effects are done one after another for the whole
	// multi-session, not for each order.
	WholeMultiSession bool
	// Timeout of one try.
	Timeout time.Duration
	// Of JavaScript, whose effect is an HTTPS call that the server makes: {NAME}
	// in URL and the headers' values is the operator's setting of that name.
	URL, Method string
	Headers     map[string]string
}

// Outcome is what became of an effect, as its order's model is told it.
type Outcome struct {
	Name, Key string
	Result    protocol.Value // JSON
}
