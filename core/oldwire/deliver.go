package oldwire

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

// What a till is sent. One batch of messages is under way at most: the next is made
// when the till's poll says that it has the last one, so what it shows is known
// exactly, and several changes of an order are one message.

// sync is answered with all open orders, or on the channel: there messages come in
// order. A page that begins has its answer in the result.
func (v *visit) sync(m *message) (any, error) {
	k := v.till.kept
	k.Registered = true
	if m.uid != "" {
		v.want(protocol.OrderID(m.uid))
		return struct{}{}, nil
	}
	if k.All = true; !m.immediate {
		return struct{}{}, nil
	}
	withdrawn := k.Bus + 1
	if len(k.Out) > 0 {
		withdrawn = k.Out[0].ID
	}
	k.Out = nil
	return v.everything(0, withdrawn, markAll)
}

// deliver makes the next batch, unless one is under way or there is nothing new.
func (v *visit) deliver() error {
	k := v.till.kept
	if !k.Registered || len(k.Out) > 0 {
		return nil
	}
	ids, err := v.touched()
	if err != nil {
		return err
	}
	if k.All {
		bus := v.nextBus()
		message, err := v.everything(bus, bus, markLost)
		if err != nil {
			return err
		}
		text, err := encode(message)
		if err != nil {
			return err
		}
		k.Out = []note{{k.Bus, text}}
		return v.save()
	}
	wanted := k.Want
	k.Want = nil
	for _, id := range wanted {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, id := range ids {
		message, err := v.news(id, slices.Contains(wanted, id))
		if err != nil {
			return err
		}
		if message != nil {
			k.Out = append(k.Out, note{k.Bus, message})
		}
	}
	if len(k.Out)+len(wanted)+len(v.till.dirty) == 0 {
		return nil
	}
	return v.save()
}

// touched are the orders that changed since the till was told, and moves its position
// on. What can't be found any more makes it All.
func (v *visit) touched() (ids []protocol.OrderID, err error) {
	t := v.till
	for t.position != v.session.Feed.Head().Seq && !t.kept.All {
		page, err := v.session.Page(v.ctx, multisession.Position{Seq: t.position}, "", multisession.PageLimit)
		if protocol.CodeOf(err) == protocol.ResetRequired || err == nil && (page.Folded || page.Position.Seq <= t.position) {
			t.kept.All = true
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		var changes []struct {
			Orders map[protocol.OrderID]struct{} `json:"orders"`
		}
		if err := json.Unmarshal(slices.Concat([]byte("["), page.Changes, []byte("]")), &changes); err != nil {
			return nil, err
		}
		for _, c := range changes {
			for _, id := range protocol.SortedKeys(c.Orders) {
				if !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
		}
		t.position = page.Position.Seq
	}
	return ids, nil
}

// news is the message about one order; nil if the till shows it already and didn't ask.
func (v *visit) news(id protocol.OrderID, wanted bool) (json.RawMessage, error) {
	h, err := v.head(id)
	if err != nil {
		v.bridge.warn("an order can't be read and isn't sent", "pos", v.till.pos, "order", id, "error", err)
		return nil, nil
	}
	hold, err := v.holding(id)
	if err != nil {
		return nil, err
	}
	if h == nil || h.State != protocol.Open {
		if len(hold.Views) == 0 && !wanted {
			delete(v.till.holdings, id)
			return nil, nil
		}
		v.drop(id)
		v.nextBus()
		v.till.kept.Messages++
		if h == nil { // it was refused, and the till still has it
			return encode(v.answer([]any{}, id))
		}
		return encode(envelopeOf(removeOrder, map[string]any{
			"uid": id, "message_ID": v.till.kept.Messages, "run_ID": v.till.kept.Run, "finalized": h.State == protocol.Paid,
		}))
	}
	v.bridge.counted(v.session.ID, h.Run, h.Number)
	sent := v.contentOf(h, hold)
	if was := hold.latest(); was != nil && !wanted {
		if then := was.after(&sent, was.changed(&sent)); then.equal(was) {
			return nil, nil // it shows all of it that it would take
		}
	}
	mark := markNew
	if wanted {
		mark = markLost
	}
	v.till.dirty[id] = true
	v.till.kept.Messages++
	shown := hold.send(sent, h.seq, v.nextBus(), v.till.kept.Messages, mark, v.bridge.Now())
	data := v.whole(h, hold, shown)
	if !wanted {
		return encode(envelopeOf(updateOrder, data))
	}
	return encode(v.answer([]any{envelopeOf(updateOrder, data)}, id))
}

// everything is a message with all open orders. The till drops what isn't among
// them. Messages from the id withdrawn on aren't sent any more.
func (v *visit) everything(bus, withdrawn int64, mark marking) (map[string]any, error) {
	t := v.till
	pinned := v.session.Ask(v.ctx, &multisession.Pin{})
	if pinned.Err != nil {
		return nil, pinned.Err
	}
	t.kept.Messages++
	open, orders := map[protocol.OrderID]bool{}, []any{}
	for _, text := range pinned.Snapshot.Orders {
		h := &head{seq: pinned.Snapshot.Position.Seq}
		if err := json.Unmarshal(text, &h.Order); err != nil {
			return nil, err
		}
		hold, err := v.holding(h.ID)
		if err != nil {
			return nil, err
		}
		open[h.ID], t.dirty[h.ID] = true, true
		v.bridge.counted(v.session.ID, h.Run, h.Number)
		hold.withdraw(withdrawn)
		shown := hold.send(v.contentOf(h, hold), h.seq, bus, t.kept.Messages, mark, v.bridge.Now())
		orders = append(orders, envelopeOf(updateOrder, v.whole(h, hold, shown)))
	}
	keys, err := v.bridge.Store.POSKeys(v.ctx, t.pos)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if id, is := strings.CutPrefix(key, orderPrefix); is && !open[protocol.OrderID(id)] {
			v.drop(protocol.OrderID(id))
		}
	}
	t.position = pinned.Snapshot.Position.Seq
	t.kept.All, t.kept.Want = false, nil
	return v.answer(orders, ""), nil
}

// answer is the answer to a sync_all: of one order, or of all.
func (v *visit) answer(orders []any, uid protocol.OrderID) map[string]any {
	k := v.till.kept
	data := map[string]any{
		"orders": orders, "message_ID": k.Messages, "order_ID": v.number(0).Number, "uid": nil,
		"session_id": k.Session, "login_number": k.Login,
	}
	if uid != "" {
		data["uid"] = uid
	}
	return map[string]any{"action": syncAll, "session_id": k.Session, "login_number": k.Login, "data": data}
}

// nextBus is the next id on the till's channels. All tills' ids go by the clock: a
// browser may go on with the last id of another till.
func (v *visit) nextBus() int64 {
	k := v.till.kept
	k.Bus = max(k.Bus+1, v.bridge.Now().UnixMilli())
	return k.Bus
}
