package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/sdk"
)

var msHeads = []string{"ID", "NAME", "ACTIVE", "RUN", "POS"}

type msCreate struct {
	adminFlags
	Name string   `arg:"" help:"The name that people see."`
	POS  []string `arg:"" optional:"" name:"pos" help:"Ids of POS to put into it."`
}

func (m *msCreate) Run(ctx context.Context, s streams) error {
	o, err := m.open(ctx, s)
	if err != nil {
		return err
	}
	var made directory.MultiSession
	body := map[string]any{"name": m.Name, "pos": with(nil, m.POS)}
	if err := o.do("POST", msPath, body, &made); err != nil {
		return err
	}
	return o.say(made, "Multi-session %s (%s) is made, with POS: %s", made.ID, made.Name, posNames(made.POS))
}

type msList struct{ adminFlags }

func (m *msList) Run(ctx context.Context, s streams) error {
	o, err := m.open(ctx, s)
	if err != nil {
		return err
	}
	list, err := o.allMultiSessions()
	if err != nil {
		return err
	}
	if o.JSON {
		return o.printJSON(map[string]any{"multi_sessions": list})
	}
	if len(list) == 0 {
		return o.say(nil, "There is no multi-session yet. Make one with: manytill multi-session create \"Main floor\"")
	}
	rows := [][]string{msHeads}
	for _, ms := range list {
		rows = append(rows, msRow(ms))
	}
	return table(o.out, rows)
}

// msOne is what names one multi-session.
type msOne struct {
	adminFlags
	MultiSession string `arg:"" help:"Its id or its name."`
}

type msShow struct{ msOne }

func (m *msShow) Run(ctx context.Context, s streams) error {
	o, err := m.open(ctx, s)
	if err != nil {
		return err
	}
	ms, err := o.multiSession(m.MultiSession)
	if err != nil {
		return err
	}
	if o.JSON {
		return o.printJSON(ms)
	}
	all, err := o.allPOS()
	if err != nil {
		return err
	}
	if err := table(o.out, [][]string{msHeads, msRow(ms)}); err != nil || len(ms.POS) == 0 {
		return err
	}
	fmt.Fprintln(o.out)
	return table(o.out, posRows(slices.DeleteFunc(all, func(p directory.POS) bool { return !slices.Contains(ms.POS, p.ID) })))
}

type msRename struct {
	msOne
	Name string `arg:""`
}

func (m *msRename) Run(ctx context.Context, s streams) error {
	return m.change(ctx, s, func(directory.MultiSession) directory.Patch { return directory.Patch{Name: &m.Name} },
		func(ms directory.MultiSession) string {
			return fmt.Sprintf("Multi-session %s is called %s now.", ms.ID, ms.Name)
		})
}

// change patches the one that is named and says what it is then.
func (m *msOne) change(ctx context.Context, s streams, what func(directory.MultiSession) directory.Patch, words func(directory.MultiSession) string) error {
	o, err := m.open(ctx, s)
	if err != nil {
		return err
	}
	now, err := o.patch(m.MultiSession, what)
	if err != nil {
		return err
	}
	return o.say(now, "%s", words(now))
}

type msSome struct {
	msOne
	POS []string `arg:"" name:"pos" help:"Ids of POS."`
}

func sayPOS(ms directory.MultiSession) string {
	return fmt.Sprintf("Multi-session %s (%s) has POS: %s", ms.ID, ms.Name, posNames(ms.POS))
}

type msAddPOS struct{ msSome }

func (m *msAddPOS) Run(ctx context.Context, s streams) error {
	return m.change(ctx, s, func(ms directory.MultiSession) directory.Patch {
		return directory.Patch{POS: with(ms.POS, m.POS)}
	}, sayPOS)
}

type msRemovePOS struct{ msSome }

func (m *msRemovePOS) Run(ctx context.Context, s streams) error {
	return m.change(ctx, s, func(ms directory.MultiSession) directory.Patch {
		return directory.Patch{POS: without(ms.POS, m.POS)}
	}, sayPOS)
}

type msActivate struct{ msOne }

func (m *msActivate) Run(ctx context.Context, s streams) error {
	return m.activate(ctx, s, true, "Multi-session %s (%s) is active: its tills sync.")
}

type msDeactivate struct{ msOne }

func (m *msDeactivate) Run(ctx context.Context, s streams) error {
	return m.activate(ctx, s, false, "Multi-session %s (%s) is inactive: its tills work alone and keep what they hold.")
}

func (m *msOne) activate(ctx context.Context, s streams, active bool, words string) error {
	return m.change(ctx, s, func(directory.MultiSession) directory.Patch { return directory.Patch{Active: &active} },
		func(ms directory.MultiSession) string { return fmt.Sprintf(words, ms.ID, ms.Name) })
}

type msDelete struct{ msOne }

func (m *msDelete) Run(ctx context.Context, s streams) error {
	o, err := m.open(ctx, s)
	if err != nil {
		return err
	}
	ms, err := o.multiSession(m.MultiSession)
	if err != nil {
		return err
	}
	if err := o.do("DELETE", msURL(ms.ID), nil, nil); err != nil {
		return err
	}
	return o.say(map[string]sdk.MultiSessionID{"deleted": ms.ID}, "Multi-session %s (%s) is gone; its orders stay in the store.", ms.ID, ms.Name)
}
