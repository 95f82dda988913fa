package main

import (
	"context"
	"net/url"

	"github.com/manytill/manytill/sdk/protocol"
)

type posCommand struct {
	Create posCreate `cmd:"" help:"Make a POS. Prints its token, which isn't shown again."`
	List   posList   `cmd:"" help:"Show every POS, its multi-session and its till."`
	Rename posRename `cmd:"" help:"Give a POS another name."`
	Token  posToken  `cmd:"" help:"Make a new token; the old one stops working at once."`
	Close  posClose  `cmd:"" help:"Close the till of a POS remotely, for a lost tablet."`
	Delete posDelete `cmd:"" help:"Delete a POS. Its till must be closed."`
}

const posPath = "/v1/admin/pos"

func posURL(id string) string { return posPath + "/" + url.PathEscape(id) }

// posAndToken is the answer to creating a POS or renewing its token.
type posAndToken struct {
	ID    protocol.POSID `json:"id"`
	Name  string         `json:"name,omitempty"`
	Token string         `json:"token"`
}

type posCreate struct {
	adminFlags
	ID   string `arg:"" help:"A short id, like bar or till-1. It can't be changed later."`
	Name string `arg:"" optional:"" help:"The name that people see; the id if left out."`
}

func (p *posCreate) Run(ctx context.Context, s streams) error {
	o, err := p.open(ctx, s)
	if err != nil {
		return err
	}
	body := map[string]string{"id": p.ID}
	if p.Name != "" {
		body["name"] = p.Name
	}
	var made posAndToken
	if err := o.do("POST", posPath, body, &made); err != nil {
		return err
	}
	return o.say(made, "POS %s (%s) is made. Its token, shown this once: %s\nPut it into a multi-session with: manytill multi-session add-pos MULTI-SESSION %s",
		made.ID, made.Name, made.Token, made.ID)
}

type posList struct{ adminFlags }

func (p *posList) Run(ctx context.Context, s streams) error {
	o, err := p.open(ctx, s)
	if err != nil {
		return err
	}
	list, err := o.allPOS()
	if err != nil {
		return err
	}
	if o.JSON {
		return o.printJSON(map[string]any{"pos": list})
	}
	if len(list) == 0 {
		return o.say(nil, "There is no POS yet. Make one with: manytill pos create bar Bar")
	}
	return table(o.out, posRows(list))
}

func (o *adminCall) allPOS() ([]protocol.AdminPOS, error) {
	var answer struct {
		POS []protocol.AdminPOS `json:"pos"`
	}
	err := o.do("GET", posPath, nil, &answer)
	return answer.POS, err
}

func posRows(list []protocol.AdminPOS) [][]string {
	rows := [][]string{{"POS", "NAME", "MULTI-SESSION", "TILL", "USER", "LAST SEEN"}}
	for _, p := range list {
		row := []string{string(p.ID), p.Name, "-", "closed", "-", "never"}
		if p.MultiSession != nil {
			row[2] = string(*p.MultiSession)
		}
		if p.TillOpen {
			row[3] = "open"
		}
		if p.User != nil {
			row[4] = p.User.Name
		}
		if p.LastSeen != nil {
			row[5] = *p.LastSeen
		}
		rows = append(rows, row)
	}
	return rows
}

type posRename struct {
	adminFlags
	ID   string `arg:""`
	Name string `arg:""`
}

func (p *posRename) Run(ctx context.Context, s streams) error {
	o, err := p.open(ctx, s)
	if err != nil {
		return err
	}
	var now protocol.AdminPOS
	if err := o.do("PATCH", posURL(p.ID), map[string]string{"name": p.Name}, &now); err != nil {
		return err
	}
	return o.say(now, "POS %s is called %s now.", now.ID, now.Name)
}

type posToken struct {
	adminFlags
	ID string `arg:""`
}

func (p *posToken) Run(ctx context.Context, s streams) error {
	o, err := p.open(ctx, s)
	if err != nil {
		return err
	}
	var made posAndToken
	if err := o.do("POST", posURL(p.ID)+"/token", nil, &made); err != nil {
		return err
	}
	return o.say(made, "The new token of %s, shown this once: %s\nThe old one has stopped working. What the till hasn't sent yet is kept there.", made.ID, made.Token)
}

type posClose struct {
	adminFlags
	ID string `arg:""`
}

func (p *posClose) Run(ctx context.Context, s streams) error {
	o, err := p.open(ctx, s)
	if err != nil {
		return err
	}
	var closed protocol.CloseTillResponse
	if err := o.do("POST", posURL(p.ID)+"/close", nil, &closed); err != nil {
		return err
	}
	if closed.RunEnded {
		return o.say(closed, "The till of %s is closed; it was the last one, so the run has ended. Orders open until then: %d", p.ID, len(closed.OpenOrders))
	}
	return o.say(closed, "The till of %s is closed. Orders still open: %d", p.ID, len(closed.OpenOrders))
}

type posDelete struct {
	adminFlags
	ID string `arg:""`
}

func (p *posDelete) Run(ctx context.Context, s streams) error {
	o, err := p.open(ctx, s)
	if err != nil {
		return err
	}
	if err := o.do("DELETE", posURL(p.ID), nil, nil); err != nil {
		return err
	}
	return o.say(map[string]string{"deleted": p.ID}, "POS %s is deleted, and its token with it.", p.ID)
}
