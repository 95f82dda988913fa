// Package decimal has the exact decimals of the protocol: at most 15
// significant digits, so that a client with binary floats shows and returns
// them unchanged.
//
// It owns arithmetic, rounding and the JSON of numbers. It starts no goroutine
// and holds no lock. Start reading with [Decimal].
package decimal
