package main

import (
	"context"
	"net/url"
	"strconv"

	"github.com/manytill/manytill/sdk/protocol"
)

type effectsCommand struct {
	List    effectsList    `cmd:"" help:"Show what extensions want done after changes, and how far that is."`
	Retry   effectRetry    `cmd:"" help:"Do an effect again now, also one that is over or held."`
	Drop    effectDrop     `cmd:"" help:"Do an effect no more. Its order is told."`
	Release effectsRelease `cmd:"" help:"Let all effects go on that a restored backup holds."`
}

const effectsPath = "/v1/admin/effects"

type effectsList struct {
	adminFlags
	State        string `enum:",waiting,held,answered,done,given_up,dropped" default:"" help:"Only those that are: waiting, held, answered, done, given_up or dropped."`
	MultiSession string `name:"multi-session" help:"Only those of this multi-session, by id or name." placeholder:"ID"`
	Extension    string `help:"Only those of this extension." placeholder:"NAME"`
	Order        string `help:"Only those of this order." placeholder:"ID"`
	All          bool   `help:"Show those that are over, too."`
}

func (e *effectsList) Run(ctx context.Context, s streams) error {
	o, err := e.open(ctx, s)
	if err != nil {
		return err
	}
	query := url.Values{}
	for key, value := range map[string]string{"extension": e.Extension, "order": e.Order} {
		if value != "" {
			query.Set(key, value)
		}
	}
	if e.MultiSession != "" {
		ms, err := o.multiSession(e.MultiSession)
		if err != nil {
			return err
		}
		query.Set("multi_session", string(ms.ID))
	}
	switch {
	case e.State != "":
		query.Set("state", e.State)
	case !e.All:
		for _, state := range protocol.EffectStates {
			if state != protocol.EffectDone && state != protocol.EffectDropped {
				query.Add("state", string(state))
			}
		}
	}
	all := protocol.EffectsResponse{Effects: []protocol.AdminEffect{}}
	for {
		var page protocol.EffectsResponse
		if err := o.do("GET", effectsPath+"?"+query.Encode(), nil, &page); err != nil {
			return err
		}
		all.Effects = append(all.Effects, page.Effects...)
		if page.After == nil {
			break
		}
		query.Set("after", *page.After)
	}
	if o.JSON {
		return o.printJSON(all.Effects)
	}
	if len(all.Effects) == 0 {
		return o.say(nil, "No such effects. Those that are over are shown with --all.")
	}
	rows := [][]string{{"ID", "STATE", "EXTENSION", "NAME", "KEY", "ORDER", "SINCE", "TRIES", "LAST ERROR"}}
	for _, f := range all.Effects {
		rows = append(rows, []string{
			f.ID, string(f.State), f.Extension, f.Name, strconv.Quote(f.Key), string(f.Order), f.At, strconv.Itoa(f.Tries), shortened(f.LastError),
		})
	}
	return table(o.out, rows)
}

// effectID is an argument.
type effectID struct {
	ID string `arg:"" help:"Its id, as effects list shows it."`
}

type effectRetry struct {
	adminFlags
	effectID
}

func (e *effectRetry) Run(ctx context.Context, s streams) error {
	return e.change(ctx, s, e.ID, "retry", "is done again")
}

type effectDrop struct {
	adminFlags
	effectID
}

func (e *effectDrop) Run(ctx context.Context, s streams) error {
	return e.change(ctx, s, e.ID, "drop", "is dropped")
}

func (f adminFlags) change(ctx context.Context, s streams, id, what, said string) error {
	o, err := f.open(ctx, s)
	if err != nil {
		return err
	}
	o.advice = map[protocol.Code]string{protocol.NotFound: "See `manytill effects list --all`", protocol.Conflict: "See `manytill effects list --all`"}
	var effect protocol.AdminEffect
	if err := o.do("POST", effectsPath+"/"+url.PathEscape(id)+"/"+what, nil, &effect); err != nil {
		return err
	}
	return o.say(effect, "%s %s of order %s %s", effect.Extension, effect.Name, effect.Order, said)
}

type effectsRelease struct{ adminFlags }

func (e *effectsRelease) Run(ctx context.Context, s streams) error {
	o, err := e.open(ctx, s)
	if err != nil {
		return err
	}
	var released protocol.ReleasedResponse
	if err := o.do("POST", effectsPath+"/release", nil, &released); err != nil {
		return err
	}
	return o.say(released, "released: %d", released.Released)
}
