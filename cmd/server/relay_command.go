package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

type relayCommand struct {
	Add    relayAdd    `cmd:"" help:"Let a shop's server link with this one. Prints its token, which isn't shown again."`
	List   relayList   `cmd:"" help:"Show every shop's server, and how far its copies are behind."`
	Token  relayToken  `cmd:"" help:"Make a new token; the old one stops working at once."`
	Remove relayRemove `cmd:"" help:"Take a shop's server away. The copies of its orders stay."`
}

const relaysPath = "/v1/admin/relays"

func relayURL(id string) string { return relaysPath + "/" + url.PathEscape(id) }

var relayAdvice = map[protocol.Code]string{
	protocol.NotFound: "See the relays with: manytill relay list",
	protocol.Conflict: "See the relays with: manytill relay list. A new token is made with: manytill relay token ID",
}

type relayAdd struct {
	adminFlags
	ID   string `arg:"" help:"A short id, like shop-12: 1 to 32 of A-Z a-z 0-9 . _ -. It can't be changed later."`
	Name string `arg:"" optional:"" help:"The name that people see; the id if left out."`
}

func (r *relayAdd) Run(ctx context.Context, s streams) error {
	o, err := r.open(ctx, s)
	if err != nil {
		return err
	}
	o.advice = relayAdvice
	var made protocol.RelayTokenResponse
	if err := o.do(http.MethodPost, relaysPath, protocol.CreateRelayRequest{ID: protocol.RelayID(r.ID), Name: r.Name}, &made); err != nil {
		return err
	}
	return o.say(made, "Relay %s (%s) is made. Its token, shown this once: %s\nWrite it into a file at the shop, and into the configuration of the shop's server:\nupstream:\n  url: %s\n  token_file: FILE",
		made.ID, made.Name, made.Token, r.Server)
}

type relayToken struct {
	adminFlags
	ID string `arg:""`
}

func (r *relayToken) Run(ctx context.Context, s streams) error {
	o, err := r.open(ctx, s)
	if err != nil {
		return err
	}
	o.advice = relayAdvice
	var made protocol.RelayTokenResponse
	if err := o.do(http.MethodPost, relayURL(r.ID)+"/token", nil, &made); err != nil {
		return err
	}
	return o.say(made, "The new token of relay %s, shown this once: %s\nThe old one has stopped working. Write the new one into upstream.token_file at the shop; its server needs no restart.", made.ID, made.Token)
}

type relayRemove struct {
	adminFlags
	ID string `arg:""`
}

func (r *relayRemove) Run(ctx context.Context, s streams) error {
	o, err := r.open(ctx, s)
	if err != nil {
		return err
	}
	o.advice = relayAdvice
	if err := o.do(http.MethodDelete, relayURL(r.ID), nil, nil); err != nil {
		return err
	}
	return o.say(map[string]string{"removed": r.ID}, "Relay %s is removed, and its token with it. The copies of its orders stay.", r.ID)
}

type relayList struct{ adminFlags }

func (r *relayList) Run(ctx context.Context, s streams) error {
	o, err := r.open(ctx, s)
	if err != nil {
		return err
	}
	var all protocol.RelaysResponse
	if err := o.do(http.MethodGet, relaysPath, nil, &all); err != nil {
		return err
	}
	if o.JSON {
		return o.printJSON(all)
	}
	if len(all.Relays) == 0 {
		return o.say(nil, "There is no relay yet. Make one with: manytill relay add shop-1 \"Shop 1\"")
	}
	return table(o.out, relayRows(all.Relays))
}

func relayRows(relays []protocol.AdminRelay) [][]string {
	rows := [][]string{{"RELAY", "NAME", "LINK", "MULTI-SESSION", "CHANGE", "BEHIND", "PROBLEM"}}
	for _, shop := range relays {
		link := "never up"
		switch {
		case shop.Connected:
			link = "up"
		case shop.Since != nil:
			link = "down since " + *shop.Since
		}
		if len(shop.MultiSessions) == 0 {
			rows = append(rows, []string{string(shop.ID), shop.Name, link, "-", "-", "-", shop.Problem})
		}
		for _, ms := range shop.MultiSessions {
			rows = append(rows, []string{string(shop.ID), shop.Name, link, string(ms.ID), strconv.FormatInt(int64(ms.Seq), 10), behind(ms), shop.Problem})
		}
	}
	return rows
}

// behind says how far a copy is behind.
func behind(c protocol.AdminCopy) string {
	took := (time.Duration(c.BehindMS) * time.Millisecond).Round(time.Second)
	switch {
	case c.Behind == nil:
		return fmt.Sprintf("unknown for %s", took)
	case *c.Behind == 0 && c.Whole:
		return "0"
	}
	return fmt.Sprintf("%d changes, for %s", *c.Behind, took)
}
