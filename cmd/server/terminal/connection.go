package terminal

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
)

// connection is what the cashier was last told of the server: whether it is
// there, and what stands in the way.
type connection struct {
	online bool
	// linked: the client has had its link once. A client that starts is
	// offline for a moment, which is no news.
	linked  bool
	problem protocol.Code
	// away fires when the server has been away for longer than grace.
	away <-chan time.Time
	// opening: the till is to be opened as soon as the server is there.
	opening bool
	// quiet: the till has just been opened. A status that the client sends now
	// may still speak of a closed one.
	quiet bool
}

// grace is how long the link may be down before the cashier is told: a link
// that breaks and comes back is no news.
const grace = 2 * time.Second

// changed takes a new status. back means that the server was away and is back.
func (c *connection) changed(s client.Status) (back bool) {
	online := s.Transport != client.Offline
	switch c.linked = c.linked || online; {
	case online && !c.online:
		c.online = true
		return true
	case online:
		c.away = nil
	case c.linked && c.online && c.away == nil:
		c.away = time.After(grace)
	}
	return false
}

// isAway takes the status after grace and reports whether the server is still
// away.
func (c *connection) isAway(s client.Status) bool {
	c.away = nil
	if s.Transport != client.Offline {
		return false
	}
	c.online = false
	return true
}

// advice is what to tell the cashier of a problem, each problem once.
func (c *connection) advice(s client.Status) string {
	if s.Problem == c.problem || c.opening || c.quiet {
		return ""
	}
	c.problem = s.Problem
	return adviceText(s)
}

// adviceText leaves out that a server that is away takes nothing.
func adviceText(s client.Status) string {
	if s.Advice == "" || (s.Transport == client.Offline && s.Problem.HTTPStatus() == http.StatusServiceUnavailable) {
		return ""
	}
	return sentence(errors.New(s.Advice))
}

func unsent(s client.Status) string {
	if s.Unsent == 0 {
		return ""
	}
	return fmt.Sprintf(" Sending %s.", count(s.Unsent, "change", "changes"))
}

// statusText is the answer to the command status.
func statusText(s client.Status, zone *time.Location) string {
	var b strings.Builder
	if s.Transport == client.Offline {
		fmt.Fprintf(&b, "Working alone%s: the server can't be reached.\n", since(s.Since, zone))
	} else {
		fmt.Fprintf(&b, "Connected%s (%s), run %d.\n", since(s.Since, zone), s.Transport, s.Run)
	}
	fmt.Fprintf(&b, "Not sent yet: %d.", s.Unsent)
	if s.Waiting > 0 {
		fmt.Fprintf(&b, " Waiting for another till's order: %d.", s.Waiting)
	}
	if s.TillKnown && !s.TillOpen {
		b.WriteString(" The till is closed; till open opens it.")
	}
	b.WriteByte('\n')
	if text := adviceText(s); text != "" {
		b.WriteString(text + "\n")
	}
	return b.String()
}

func since(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return " since " + t.In(zone).Format(time.TimeOnly)
}

// refused reports whether the server was reached and refused the call.
func refused(err error) bool {
	return protocol.CodeOf(err) != ""
}

// unreachable is the error of a till call: the server's own words if it was
// reached.
func unreachable(err error, what string) error {
	if refused(err) {
		return err
	}
	return fmt.Errorf("the server can't be reached, so the till can't be %s now; try again when it is back", what)
}

// sentence is an error as a sentence: a capital letter and a full stop.
func sentence(err error) string {
	text := withoutCode(err)
	if text == "" {
		return text
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}

// withoutCode is an error's text without the code that programs read.
func withoutCode(err error) string {
	var e *protocol.Error
	if errors.As(err, &e) {
		switch e.Code {
		case protocol.Unauthorized:
			return "the server doesn't know this token: ask the operator for a new one (manytill pos token), and start again with --token and the same --data. What is unsent is kept"
		case protocol.Forbidden:
			return "this is no till's token; use the token of a POS (manytill pos token)"
		}
		return e.Text()
	}
	return err.Error()
}
