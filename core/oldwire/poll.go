package oldwire

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// The channels of a till, beside database and number.
const (
	channelOrders = "pos.multi_session"
	channelAlive  = "pos.longpolling"
	pong          = "PONG"
)

// notification is one entry of a poll's answer.
type notification struct {
	ID      int64  `json:"id"`
	Channel string `json:"channel"`
	Message any    `json:"message"`
}

// listener is a poll: which till it is of, and the till's channels as it spells them.
type listener struct {
	pos           protocol.POSID
	orders, alive string
	last          int64
}

func readListener(params gjson.Result) (*listener, error) {
	l := &listener{last: counted(params.Get("last"))}
	params.Get("channels").ForEach(func(_, channel gjson.Result) bool {
		var parts []string
		if json.Unmarshal([]byte(channel.Str), &parts) != nil || len(parts) != 3 {
			return true // another module's
		}
		n := gjson.Parse(parts[2]).Int()
		if pos := posID(parts[0], n); n > 0 && (l.pos == "" || l.pos == pos) {
			switch parts[1] {
			case channelOrders:
				l.pos, l.orders = pos, channel.Str
			case channelAlive:
				l.pos, l.alive = pos, channel.Str
			}
		}
		return true
	})
	if l.pos == "" {
		return nil, protocol.Errorf(protocol.BadRequest, `channels must have one like ["DATABASE","pos.multi_session","NUMBER OF THE POS"]`)
	}
	return l, nil
}

// poll gives what is new on a till's channels, and waits for it.
func (b *Bridge) poll(r *http.Request, params gjson.Result) (any, error) {
	l, err := readListener(params)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), b.Poll)
	defer cancel()
	t, rung := b.till(l.pos), make(chan struct{}, 1)
	t.listen(rung, true)
	defer t.listen(rung, false)
	var ms protocol.MultiSessionID
	stop := func() {}
	defer func() { stop() }()
	for {
		b.hear(l.pos)
		var news []notification
		err := b.enter(context.WithoutCancel(ctx), l.pos, func(v *visit) (err error) {
			if ms != v.session.ID {
				stop()
				ms = v.session.ID
				stop = b.Hub.Bell().Listen(ms, func() { ring(rung) })
			}
			news, err = v.listen(l)
			return err
		})
		if err != nil || len(news) > 0 {
			return news, err
		}
		select {
		case <-rung:
		case <-ctx.Done():
			return []notification{}, nil
		case <-b.life.Done():
			return []notification{}, nil
		}
	}
}

// listen is what a poll is given now.
func (v *visit) listen(l *listener) ([]notification, error) {
	k := v.till.kept
	if n := len(k.Out); n > 0 && l.last >= k.Out[n-1].ID {
		k.Out = nil // it has them
	}
	k.Bus = max(k.Bus, l.last)
	if err := v.deliver(); err != nil {
		return nil, err
	}
	news := []notification{}
	for _, n := range k.Out {
		if n.ID > l.last && l.orders != "" {
			news = append(news, notification{n.ID, l.orders, n.Message})
		}
	}
	v.till.ring.Lock()
	defer v.till.ring.Unlock()
	if v.till.pongs > 0 && l.alive != "" {
		v.till.pongs = 0
		news = append(news, notification{v.nextBus(), l.alive, pong})
	}
	return news, nil
}

// ping is answered on the till's channel.
func (b *Bridge) ping(r *http.Request, params gjson.Result) (any, error) {
	number := params.Get("pos_id").Int()
	if number <= 0 {
		return nil, protocol.Errorf(protocol.BadRequest, "pos_id is missing; it must be the number of the POS in Odoo")
	}
	pos := posID(params.Get("db_name").String(), number)
	if err := b.enter(r.Context(), pos, func(*visit) error { return nil }); err != nil {
		return nil, err
	}
	b.hear(pos)
	t := b.till(pos)
	t.ring.Lock()
	t.pongs++
	t.ring.Unlock()
	b.ringFor(pos)
	return 1, nil
}

// listen adds or removes a poll that waits.
func (t *till) listen(rung chan struct{}, on bool) {
	t.ring.Lock()
	defer t.ring.Unlock()
	if t.waiting[rung] = on; !on {
		delete(t.waiting, rung)
	}
}

// ringFor has the polls of a till look again.
func (b *Bridge) ringFor(pos protocol.POSID) {
	t := b.till(pos)
	t.ring.Lock()
	defer t.ring.Unlock()
	for rung := range t.waiting {
		ring(rung)
	}
}

func ring(rung chan struct{}) {
	select {
	case rung <- struct{}{}:
	default:
	}
}
