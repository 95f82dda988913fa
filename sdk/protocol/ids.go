package protocol

// The ids of the protocol. Each is 1 to 64 of `A-Z a-z 0-9 . _ - :`, see
// [ValidID]. They are types of their own so that none can stand for another.
type (
	// MultiSessionID names a set of POS that see the same open orders.
	MultiSessionID string
	// POSID names one till. It survives restarts.
	POSID string
	// ClientID names one durable queue of mutations.
	ClientID string
	// OrderID is made by a client and unique in its multi-session for ever.
	OrderID string
	// LineID is made by a client and unique in its order for ever.
	LineID string
	// PaymentID is made by a client and unique in its order for ever.
	PaymentID string
	// Field names a field of an order or an orderline.
	//
	//shape:any
	Field string
)

// MaxIDLength is the longest id, in bytes.
const MaxIDLength = 64

// ValidID reports whether s can be an id: 1 to 64 of `A-Z a-z 0-9 . _ - :`
// (protocol, "Data").
func ValidID[S ~string](s S) bool {
	if len(s) == 0 || len(s) > MaxIDLength {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !idByte(s[i]) {
			return false
		}
	}
	return true
}

func idByte(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return c == '.' || c == '_' || c == '-' || c == ':'
}

// Seq numbers the changes of one multi-session: 1, 2, 3 … without holes.
// 0 is the position before the first change.
type Seq int64

// Run counts the runs of a multi-session: 0 before the first till opens.
type Run int64

// Number is what people call an order; unique is (run, number). 0 is "New".
type Number int64

// MutationID numbers a client's mutations: 1, 2, 3 … without holes.
type MutationID int64

// MaxMutationID is 2⁵³−1, the largest integer that every client can hold.
const MaxMutationID MutationID = 1<<53 - 1

// Cursor is opaque to clients: "I have everything up to here". At most 512 of
// `A-Z a-z 0-9 - _ .`.
type Cursor string

// MaxCursorLength is the longest cursor, in bytes.
const MaxCursorLength = 512

// Valid reports whether c could have come from a server.
func (c Cursor) Valid() bool {
	if len(c) == 0 || len(c) > MaxCursorLength {
		return false
	}
	for i := 0; i < len(c); i++ {
		if !idByte(c[i]) || c[i] == ':' {
			return false
		}
	}
	return true
}
