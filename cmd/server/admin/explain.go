package admin

import (
	"errors"
	"fmt"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

// Explain adds to a server's refusal what to do about it: the advice in own, by
// code, or else the advice that all commands share. Other errors are returned
// unchanged.
func Explain(err error, own map[protocol.Code]string) error {
	var e *protocol.Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Code == protocol.TillOpen {
		return errors.New(tillsOpen(e))
	}
	if e.Code == protocol.Internal {
		entry, _ := e.Details.(protocol.LogEntry)
		return fmt.Errorf("the server failed; look for ref=%s in its log", entry.Ref)
	}
	todo, known := own[e.Code]
	if !known {
		todo = advice[e.Code]
	}
	if todo != "" {
		return fmt.Errorf("%s. %s", strings.TrimRight(e.Message, "."), todo)
	}
	return errors.New(e.Message)
}

var advice = map[protocol.Code]string{
	protocol.Unauthorized: "Give --token or MANYTILL_ADMIN_TOKEN; the server printed the token at its first start, and `manytill admin token --new` makes another",
	protocol.Forbidden:    "This takes the admin token, not the token of a POS",
	protocol.NotFound:     "See `manytill pos list` and `manytill multi-session list`",
	protocol.Conflict:     "Choose another id, or see `manytill pos list`",
	protocol.ReadOnly:     "Free some space on the server's disk, then try again",
	protocol.Overloaded:   "Try again in a moment",
	protocol.ShuttingDown: "Try again when the server is back",
}

// tillsOpen names the open tills, each with the command that closes it.
func tillsOpen(e *protocol.Error) string {
	open, _ := e.Details.(protocol.OpenTills)
	names := make([]string, len(open.POS))
	for i, id := range open.POS {
		names[i] = string(id)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "a POS can't be moved or deleted while its till is open. Open now: %s. Close them there, or from here:", strings.Join(names, ", "))
	for _, name := range names {
		fmt.Fprintf(&b, "\n  manytill pos close %s", name)
	}
	return b.String()
}
