// Package journal keeps a client's queue in a file.
//
// It owns the file format, the lock that keeps a second process out, recovery
// after a crash, and compaction. It doesn't own what the records mean: that is
// sdk/client/internal/queue, whose Store it implements.
//
// The directory holds `queue`, one batch a line: a CRC-32C of the rest in
// eight hexadecimal digits, a space, and a JSON array of records. Appending is
// one write, and with sync an fsync. A last line that is torn, by a crash or a
// full disk, is cut off when the file is opened: nobody was told that it is
// durable. Should something be damaged before that, what stands before it is
// used and the whole file is kept beside as `queue.damaged-TIME`. `queue.lock`
// is locked while the file is open.
//
// A Journal is used by one goroutine at a time; it starts none.
//
// Start reading with [Open].
package journal
