package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

type multiSessionCommand struct {
	Create     msCreate     `cmd:"" help:"Make a multi-session: a set of POS that see the same open orders."`
	List       msList       `cmd:"" help:"Show every multi-session."`
	Show       msShow       `cmd:"" help:"Show one with its POS."`
	Rename     msRename     `cmd:"" help:"Give it another name."`
	AddPOS     msAddPOS     `cmd:"" name:"add-pos" help:"Add POS to it. Their tills must be closed; each leaves its old multi-session."`
	RemovePOS  msRemovePOS  `cmd:"" name:"remove-pos" help:"Remove POS from it. Their tills must be closed."`
	Activate   msActivate   `cmd:"" help:"Let its tills sync (again)."`
	Deactivate msDeactivate `cmd:"" help:"Stop its tills from syncing. They keep their queues."`
	Delete     msDelete     `cmd:"" help:"Delete it. Its tills must be closed; its orders stay in the store."`
}

const msPath = "/v1/admin/multi-sessions"

func msURL(id protocol.MultiSessionID) string { return msPath + "/" + url.PathEscape(string(id)) }

func (o *adminCall) allMultiSessions() ([]protocol.AdminMultiSession, error) {
	var answer struct {
		List []protocol.AdminMultiSession `json:"multi_sessions"`
	}
	err := o.do("GET", msPath, nil, &answer)
	return answer.List, err
}

// multiSession finds one by its id, or by its name if only one has it.
func (o *adminCall) multiSession(wanted string) (protocol.AdminMultiSession, error) {
	list, err := o.allMultiSessions()
	if err != nil {
		return protocol.AdminMultiSession{}, err
	}
	var named []protocol.AdminMultiSession
	for _, ms := range list {
		if string(ms.ID) == wanted {
			return ms, nil
		}
		if strings.EqualFold(ms.Name, wanted) {
			named = append(named, ms)
		}
	}
	switch len(named) {
	case 1:
		return named[0], nil
	case 0:
		return protocol.AdminMultiSession{}, fmt.Errorf("there is no multi-session %q; see `manytill multi-session list`", wanted)
	}
	return protocol.AdminMultiSession{}, fmt.Errorf("%d multi-sessions are called %q; use the id from `manytill multi-session list`", len(named), wanted)
}

// patch changes a multi-session and returns its new state.
func (o *adminCall) patch(wanted string, change func(protocol.AdminMultiSession) protocol.MultiSessionRequest) (protocol.AdminMultiSession, error) {
	ms, err := o.multiSession(wanted)
	if err != nil {
		return ms, err
	}
	var now protocol.AdminMultiSession
	err = o.do("PATCH", msURL(ms.ID), wirePatch(change(ms)), &now)
	return now, err
}

// wirePatch has only the members that change.
func wirePatch(p protocol.MultiSessionRequest) map[string]any {
	body := map[string]any{}
	if p.Name != nil {
		body["name"] = *p.Name
	}
	if p.Active != nil {
		body["active"] = *p.Active
	}
	if p.POS != nil {
		body["pos"] = *p.POS
	}
	return body
}

func msRow(ms protocol.AdminMultiSession) []string {
	active := "no"
	if ms.Active {
		active = "yes"
	}
	return []string{string(ms.ID), ms.Name, active, fmt.Sprint(ms.Run), posNames(ms.POS)}
}

func posNames(ids []protocol.POSID) string {
	if len(ids) == 0 {
		return "-"
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	return strings.Join(names, ", ")
}

// with adds POS to a set, each once.
func with(ids []protocol.POSID, more []string) *[]protocol.POSID {
	all := append([]protocol.POSID{}, ids...)
	for _, id := range more {
		if !slices.Contains(all, protocol.POSID(id)) {
			all = append(all, protocol.POSID(id))
		}
	}
	return &all
}

// without removes POS from a set.
func without(ids []protocol.POSID, fewer []string) *[]protocol.POSID {
	rest := []protocol.POSID{}
	for _, id := range ids {
		if !slices.Contains(fewer, string(id)) {
			rest = append(rest, id)
		}
	}
	return &rest
}

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
	var made protocol.AdminMultiSession
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

// msOne is the argument of commands for one multi-session.
type msOne struct {
	adminFlags
	MultiSession string `arg:"" help:"Its id or its name."`
}

// find signs in and finds the multi-session.
func (m *msOne) find(ctx context.Context, s streams) (*adminCall, protocol.AdminMultiSession, error) {
	o, err := m.open(ctx, s)
	if err != nil {
		return nil, protocol.AdminMultiSession{}, err
	}
	ms, err := o.multiSession(m.MultiSession)
	return o, ms, err
}

type msShow struct{ msOne }

func (m *msShow) Run(ctx context.Context, s streams) error {
	o, ms, err := m.find(ctx, s)
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
	return table(o.out, posRows(slices.DeleteFunc(all, func(p protocol.AdminPOS) bool { return !slices.Contains(ms.POS, p.ID) })))
}

type msRename struct {
	msOne
	Name string `arg:""`
}

func (m *msRename) Run(ctx context.Context, s streams) error {
	return m.change(ctx, s, func(protocol.AdminMultiSession) protocol.MultiSessionRequest {
		return protocol.MultiSessionRequest{Name: &m.Name}
	},
		func(ms protocol.AdminMultiSession) string {
			return fmt.Sprintf("Multi-session %s is called %s now.", ms.ID, ms.Name)
		})
}

// change patches the named multi-session and prints its new state.
func (m *msOne) change(ctx context.Context, s streams, what func(protocol.AdminMultiSession) protocol.MultiSessionRequest, words func(protocol.AdminMultiSession) string) error {
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

func sayPOS(ms protocol.AdminMultiSession) string {
	return fmt.Sprintf("Multi-session %s (%s) has POS: %s", ms.ID, ms.Name, posNames(ms.POS))
}

type msAddPOS struct{ msSome }

func (m *msAddPOS) Run(ctx context.Context, s streams) error {
	return m.change(ctx, s, func(ms protocol.AdminMultiSession) protocol.MultiSessionRequest {
		return protocol.MultiSessionRequest{POS: with(ms.POS, m.POS)}
	}, sayPOS)
}

type msRemovePOS struct{ msSome }

func (m *msRemovePOS) Run(ctx context.Context, s streams) error {
	return m.change(ctx, s, func(ms protocol.AdminMultiSession) protocol.MultiSessionRequest {
		return protocol.MultiSessionRequest{POS: without(ms.POS, m.POS)}
	}, sayPOS)
}

type msActivate struct{ msOne }

func (m *msActivate) Run(ctx context.Context, s streams) error {
	return m.activate(ctx, s, true, "Multi-session %s (%s) is active: its tills sync.")
}

type msDeactivate struct{ msOne }

func (m *msDeactivate) Run(ctx context.Context, s streams) error {
	return m.activate(ctx, s, false, "Multi-session %s (%s) is inactive: its tills work alone and keep their queues.")
}

func (m *msOne) activate(ctx context.Context, s streams, active bool, words string) error {
	return m.change(ctx, s, func(protocol.AdminMultiSession) protocol.MultiSessionRequest {
		return protocol.MultiSessionRequest{Active: &active}
	},
		func(ms protocol.AdminMultiSession) string { return fmt.Sprintf(words, ms.ID, ms.Name) })
}

type msDelete struct{ msOne }

func (m *msDelete) Run(ctx context.Context, s streams) error {
	o, ms, err := m.find(ctx, s)
	if err != nil {
		return err
	}
	if err := o.do("DELETE", msURL(ms.ID), nil, nil); err != nil {
		return err
	}
	return o.say(map[string]protocol.MultiSessionID{"deleted": ms.ID}, "Multi-session %s (%s) is deleted; its orders stay in the store.", ms.ID, ms.Name)
}
