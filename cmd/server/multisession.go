package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/sdk"
)

type multiSessionCommand struct {
	Create     msCreate     `cmd:"" help:"Make a multi-session: a set of POS that see the same open orders."`
	List       msList       `cmd:"" help:"Show every multi-session."`
	Show       msShow       `cmd:"" help:"Show one with its POS."`
	Rename     msRename     `cmd:"" help:"Give it another name."`
	AddPOS     msAddPOS     `cmd:"" name:"add-pos" help:"Put POS into it. Their tills must be closed; each leaves where it was."`
	RemovePOS  msRemovePOS  `cmd:"" name:"remove-pos" help:"Take POS out of it. Their tills must be closed."`
	Activate   msActivate   `cmd:"" help:"Let its tills sync (again)."`
	Deactivate msDeactivate `cmd:"" help:"Stop its tills from syncing. They keep what they hold."`
	Delete     msDelete     `cmd:"" help:"Take it away. Its tills must be closed; its orders stay in the store."`
}

const msPath = "/v1/admin/multi-sessions"

func msURL(id sdk.MultiSessionID) string { return msPath + "/" + url.PathEscape(string(id)) }

func (o *office) allMultiSessions() ([]directory.MultiSession, error) {
	var answer struct {
		List []directory.MultiSession `json:"multi_sessions"`
	}
	err := o.do("GET", msPath, nil, &answer)
	return answer.List, err
}

// multiSession finds one by its id, or by its name if only one has it.
func (o *office) multiSession(wanted string) (directory.MultiSession, error) {
	list, err := o.allMultiSessions()
	if err != nil {
		return directory.MultiSession{}, err
	}
	var named []directory.MultiSession
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
		return directory.MultiSession{}, fmt.Errorf("there is no multi-session %q; see `manytill multi-session list`", wanted)
	}
	return directory.MultiSession{}, fmt.Errorf("%d multi-sessions are called %q; use the id from `manytill multi-session list`", len(named), wanted)
}

// patch finds one, changes it and returns what it is now.
func (o *office) patch(wanted string, change func(directory.MultiSession) directory.Patch) (directory.MultiSession, error) {
	ms, err := o.multiSession(wanted)
	if err != nil {
		return ms, err
	}
	var now directory.MultiSession
	err = o.do("PATCH", msURL(ms.ID), wirePatch(change(ms)), &now)
	return now, err
}

// wirePatch leaves out what stays.
func wirePatch(p directory.Patch) map[string]any {
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

func msRow(ms directory.MultiSession) []string {
	active := "no"
	if ms.Active {
		active = "yes"
	}
	return []string{string(ms.ID), ms.Name, active, fmt.Sprint(ms.Run), posNames(ms.POS)}
}

func posNames(ids []sdk.POSID) string {
	if len(ids) == 0 {
		return "-"
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	return strings.Join(names, ", ")
}

// with is a set of POS with more in it, each once.
func with(ids []sdk.POSID, more []string) *[]sdk.POSID {
	all := append([]sdk.POSID{}, ids...)
	for _, id := range more {
		if !slices.Contains(all, sdk.POSID(id)) {
			all = append(all, sdk.POSID(id))
		}
	}
	return &all
}

// without is a set of POS with some taken out.
func without(ids []sdk.POSID, fewer []string) *[]sdk.POSID {
	rest := []sdk.POSID{}
	for _, id := range ids {
		if !slices.Contains(fewer, string(id)) {
			rest = append(rest, id)
		}
	}
	return &rest
}
