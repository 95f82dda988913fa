package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/manytill/manytill/sdk/protocol"
)

type extensionStorage struct {
	adminFlags
	extensionName
	MultiSession string  `name:"multi-session" help:"Of this multi-session alone, by id or name." placeholder:"ID"`
	Drop         *string `help:"Drop this key." placeholder:"KEY"`
}

// storageOf is what an extension has stored for one multi-session.
type storageOf struct {
	MultiSession protocol.MultiSessionID `json:"multi_session"`
	protocol.StorageResponse
}

// errWhich: a key may be there in several multi-sessions.
var errWhich = errors.New("say of which multi-session: --multi-session ID; see `manytill multi-session list`")

func (e *extensionStorage) Run(ctx context.Context, s streams) error {
	o, err := e.open(ctx, s)
	if err != nil {
		return err
	}
	o.advice = map[protocol.Code]string{protocol.NotFound: fmt.Sprintf("See `manytill extension storage %s`", e.Name)}
	var of []protocol.AdminMultiSession
	if e.MultiSession == "" {
		of, err = o.allMultiSessions()
	} else {
		of = make([]protocol.AdminMultiSession, 1)
		of[0], err = o.multiSession(e.MultiSession)
	}
	switch {
	case err != nil:
		return err
	case e.Drop == nil:
		return e.list(o, of)
	case len(of) != 1:
		return errWhich
	}
	if err := o.do("DELETE", e.path(of[0].ID, "key", *e.Drop), nil, nil); err != nil {
		return err
	}
	return o.say(map[string]string{"dropped": *e.Drop}, "%s: %s is dropped in %s", e.Name, strconv.Quote(*e.Drop), of[0].ID)
}

func (e *extensionStorage) path(ms protocol.MultiSessionID, key, value string) string {
	query := url.Values{"multi_session": {string(ms)}}
	if value != "" {
		query.Set(key, value)
	}
	return extensionsPath + "/" + url.PathEscape(e.Name) + "/storage?" + query.Encode()
}

func (e *extensionStorage) list(o *adminCall, of []protocol.AdminMultiSession) error {
	all := make([]storageOf, len(of))
	for i, ms := range of {
		var err error
		if all[i], err = e.whole(o, ms.ID); err != nil {
			return err
		}
	}
	if o.JSON {
		return o.printJSON(all)
	}
	for i, stored := range all {
		head := fmt.Sprintf("%s (%s): keys: %d, bytes: %d", of[i].Name, stored.MultiSession, stored.Keys, stored.Bytes)
		if err := o.say(nil, "%s", head); err != nil {
			return err
		}
		if stored.Keys == 0 {
			continue
		}
		rows := [][]string{{"  KEY", "BYTES", "UNTIL ORDER", "VALUE"}}
		for _, entry := range stored.Entries {
			rows = append(rows, []string{"  " + strconv.Quote(entry.Key), strconv.Itoa(entry.Bytes), string(entry.Order), shownValue(entry)})
		}
		if err := table(o.out, rows); err != nil {
			return err
		}
	}
	return nil
}

// whole is all pages of one multi-session.
func (e *extensionStorage) whole(o *adminCall, ms protocol.MultiSessionID) (all storageOf, err error) {
	all.MultiSession = ms
	for after := ""; ; {
		var page protocol.StorageResponse
		if err := o.do("GET", e.path(ms, "after", after), nil, &page); err != nil {
			return all, err
		}
		entries := append(all.Entries, page.Entries...)
		all.StorageResponse, all.Entries = page, entries
		if page.After == nil {
			return all, nil
		}
		after = *page.After
	}
}

// longestShown is how much of a text a list shows, in characters.
const longestShown = 60

func shownValue(e protocol.StoredEntry) string {
	if e.Damaged {
		return "damaged: it can't be read; drop it"
	}
	return shortened(string(e.Value))
}

func shortened(text string) string {
	if all := []rune(text); len(all) > longestShown {
		return string(all[:longestShown]) + "…"
	}
	return text
}
