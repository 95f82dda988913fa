// Package runner runs a vendor's Go hooks over one record: which hook is called
// with what, what of the record a hook may read and has read, and what of an
// export isn't taken. It checks a vendor's structs before that.
//
// It owns the order of the three hooks and the memory of an order's lines.
// Which records are run, and what becomes of a result, is the server's
// (extensions); how records come into the plugin's process is sdk/plugin's.
// It starts no goroutine; a [Set] is for many at once.
//
// Start reading with [Set.Run].
package runner
