package admin

import (
	"errors"
	"fmt"
	"strings"

	"github.com/manytill/manytill/sdk"
)

// Explain says in words what a server refused, and what to do about it. own is
// what a command advises in the place of what holds for POS. Any other error
// stays as it is.
func Explain(err error, own map[sdk.Code]string) error {
	var e *sdk.Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Code == sdk.TillOpen {
		return errors.New(tillsOpen(e))
	}
	if e.Code == sdk.Internal {
		return fmt.Errorf("the server failed; its log has more under ref=%v", e.Extra["ref"])
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

var advice = map[sdk.Code]string{
	sdk.Unauthorized: "Give --token or MANYTILL_ADMIN_TOKEN; the server printed the token at its first start, and `manytill admin token --new` makes another",
	sdk.Forbidden:    "This takes the admin token, not the token of a POS",
	sdk.NotFound:     "See `manytill pos list` and `manytill multi-session list`",
	sdk.Conflict:     "Choose another id, or see `manytill pos list`",
	sdk.ReadOnly:     "Free some space on the server's disk, then try again",
	sdk.Overloaded:   "Try again in a moment",
	sdk.ShuttingDown: "Try again when the server is back",
}

// tillsOpen names the tills that stand in the way, each with the command that
// closes it from here.
func tillsOpen(e *sdk.Error) string {
	ids, _ := e.Extra["pos"].([]any)
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = fmt.Sprint(id)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "a POS can't come or go while its till is open. Open now: %s. Close there, or from here:", strings.Join(names, ", "))
	for _, name := range names {
		fmt.Fprintf(&b, "\n  manytill pos close %s", name)
	}
	return b.String()
}
