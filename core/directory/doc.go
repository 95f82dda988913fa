// Package directory keeps who may call: multi-sessions, POS, their tokens and
// tills.
//
// It owns the rules of the admin calls and of opening
// and closing tills. It owns no order; a till of an active multi-session opens
// and closes in its room, where the runs are counted.
//
// Writes of one POS or multi-session go one after the other, so that no POS
// moves while its till opens; a multi-session that is stuck keeps nobody else
// waiting. Reads go through a cache that the writes keep true; this process is
// the only one that writes. It starts no goroutine. Start reading with
// [Directory.Authenticate].
package directory
