package cases

import (
	"fmt"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

// check finds what is well written and can't be played.
func (c *Case) check() error {
	if len(c.When) == 0 {
		return c.wrong([]any{"when"}, "when is missing or empty: say what a till does, like  when: [{till: A, set: {note: hello}}]")
	}
	if err := c.ids([]any{"given", "lines"}, c.Given.Lines); err != nil {
		return err
	}
	for i := range c.When {
		if err := c.When[i].check(); err != nil {
			return c.wrong([]any{"when", i}, "%v", err)
		}
		if c.When[i].Add != nil {
			if err := c.ids([]any{"when"}, []map[string]any{c.When[i].Add}); err != nil {
				return c.wrong([]any{"when", i, "add"}, "a line that is added needs an id: {id: l1, …}")
			}
		}
	}
	if c.Then == nil {
		return nil
	}
	if err := c.ids([]any{"then", "lines"}, c.Then.Lines); err != nil {
		return err
	}
	for id, o := range c.Then.Orders {
		if err := c.ids([]any{"then", "orders", id, "lines"}, o.Lines); err != nil {
			return err
		}
	}
	return nil
}

func (c *Case) ids(path []any, lines []map[string]any) error {
	for i, line := range lines {
		if _, err := lineID(line); err != nil {
			return c.wrong(append(path, i), "%v", err)
		}
	}
	return nil
}

// lineID is the id under which a line stands in a file.
func lineID(line map[string]any) (protocol.LineID, error) {
	id, is := line["id"].(string)
	if !is || !protocol.ValidID(id) {
		return "", fmt.Errorf("a line needs an id, a text like l1, beside its fields")
	}
	return protocol.LineID(id), nil
}

// actions are what a step may do, and whether it does.
func (s *step) actions() (named []string) {
	for _, a := range []struct {
		name string
		does bool
	}{
		{"create", s.Create != nil},
		{"set", s.Set != nil},
		{"inc", s.Inc != nil},
		{"add", s.Add != nil},
		{"remove", s.Remove},
		{"move", s.Move != ""},
		{"pay", s.Pay != nil},
		{"close", s.Close != ""},
		{"offline", s.Offline},
		{"online", s.Online},
		{"restart", s.Restart},
		{"effect", s.Effect != nil},
	} {
		if a.does {
			named = append(named, a.name)
		}
	}
	return named
}

func (s *step) check() error {
	named := s.actions()
	switch {
	case len(named) == 0:
		return fmt.Errorf("this step does nothing: a till may create, set, inc, add, remove, move, pay, close, go offline or online; restart and effect are steps without a till")
	case len(named) > 1:
		return fmt.Errorf("one step does one thing, and this does %s: make steps of them", strings.Join(named, " and "))
	}
	does := named[0]
	ofLine := does == "inc" || does == "remove" || does == "move"
	switch {
	case s.Till == "" && does != "restart" && does != "effect":
		return fmt.Errorf("which till does it? Say till: A")
	case s.Till != "" && !protocol.ValidID(s.Till):
		return fmt.Errorf("till %q: a till's name is made of letters, digits, dots, dashes, colons and underscores", s.Till)
	case ofLine && s.Line == "":
		return fmt.Errorf("%s is of a line: say line: l1", does)
	case s.Line != "" && !ofLine && does != "set":
		return fmt.Errorf("%s isn't of a line: take line out", does)
	case does == "close" && s.Close != string(protocol.Paid) && s.Close != string(protocol.Cancelled):
		return fmt.Errorf("close is paid or cancelled, not %q", s.Close)
	case does == "effect" && (s.Effect.Name == "" || s.Effect.Result == nil):
		return fmt.Errorf("an effect's outcome needs its name, key and result")
	}
	return nil
}
