package protocol

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Lines that an extension's hooks put into an order have ids of their own,
// mt:NAME:KEY: by them everybody knows whose they are.

// FieldRemoved of an order lists the ids of lines of extensions that a till has
// removed: they don't come back.
const FieldRemoved Field = "mt_removed"

// ownPrefix is of ids that are the server's.
const ownPrefix = "mt:"

// MaxOwnName is how long the name of an extension may be that puts lines, and
// MaxOwnKey how many characters (code points) a key may have.
const (
	MaxOwnName = 38
	MaxOwnKey  = 200
)

// OwnLineID is the id of an extension's line with a key. A key that can't be part
// of an id, or would make it too long, is replaced by 22 characters of its
// SHA-256 (base64url).
func OwnLineID(extension, key string) LineID {
	id := ownPrefix + extension + ":" + key
	if key == "" || !ValidID(id) {
		sum := sha256.Sum256([]byte(key))
		id = ownPrefix + extension + ":" + base64.RawURLEncoding.EncodeToString(sum[:])[:22]
	}
	return LineID(id)
}

// IsOwnLine reports whether a line is an extension's: tills can't add it.
func IsOwnLine(id LineID) bool { return strings.HasPrefix(string(id), ownPrefix) }

// OwnerOfLine is the extension whose line it is; "" of a till's.
func OwnerOfLine(id LineID) string {
	rest, own := strings.CutPrefix(string(id), ownPrefix)
	if !own {
		return ""
	}
	name, _, _ := strings.Cut(rest, ":")
	return name
}
