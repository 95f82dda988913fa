package oldwire

import (
	"maps"
	"slices"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// holding is what one page of an old till shows of one order.
type holding struct {
	Page int64 `json:"page"`
	// Views are what it shows at each revision that it may name, the oldest first.
	Views []view `json:"views,omitempty"`
	// Last is the highest revision that was given.
	Last int64 `json:"last"`
	// Lines are the ids of lines whose uid isn't their id.
	Lines map[string]protocol.LineID `json:"lines,omitempty"`
	// Said are the uids of lines that the page sent. A page gives none twice.
	Said []string `json:"said,omitempty"`
	// Unsure: it may show what no view says.
	Unsure bool `json:"unsure,omitempty"`
	// Tender is what the till's payment screen said last.
	Tender *tender `json:"tender,omitempty"`
}

// view is what the till shows at a revision.
type view struct {
	Revision int64 `json:"revision"`
	// Seq is the change up to which the till saw what others did.
	Seq     protocol.Seq `json:"seq"`
	Content content      `json:"content"`
	// On is the revision on which the till made it. Of a message instead: Sent is
	// what stood in it, Changed which lines were marked, Bus its id.
	On      int64    `json:"on,omitempty"`
	Sent    *content `json:"sent,omitempty"`
	Changed []string `json:"changed,omitempty"`
	Bus     int64    `json:"bus,omitempty"`
	// Told is the last message that was made when this was noted: of a view that the
	// till names, the last one under it.
	Told int64 `json:"told,omitempty"`
}

// shows are what the till may show of each line at a view: its content, or what stood
// in the message. Its user may have removed a line and told nobody yet: then the message
// brought it back.
func (v *view) shows() []*content {
	if v.Sent == nil {
		return []*content{&v.Content}
	}
	return []*content{&v.Content, v.Sent}
}

// certain reports whether the till has shown it, or will: it doesn't where it is of another page,
// or of a call's answer, which may be lost.
func (v *view) certain() bool { return v.Revision > unnamed && (v.Sent == nil || v.Bus > 0) }

// rebuilt reports whether a line is as the message brought it back.
func (v *view) rebuilt(l *line) bool {
	if v.Sent == nil {
		return false
	}
	sent, was := v.Sent.line(l.UID), v.Content.line(l.UID)
	return sent != nil && same(sent.Fields, l.Fields) && !same(was.Fields, l.Fields)
}

// A page names only revisions that it was given. Unnamed is of what it may show under
// none, or under one that is void.
const unnamed = 0

// step is how far apart the revisions of messages are, so that those of answers fit
// between.
const step = 1000

// mostViews bounds them: a till that names none of so many is read anew.
const mostViews = 20

// at is the place of the view that a till names; -1 if there is none.
func (h *holding) at(revision int64) int {
	if revision <= unnamed {
		return -1
	}
	return slices.IndexFunc(h.Views, func(v view) bool { return v.Revision == revision })
}

// madeOn is the place of the view that the till made on a revision; -1 if there is
// none.
func (h *holding) madeOn(revision int64) int {
	if revision <= unnamed {
		return -1
	}
	return slices.IndexFunc(h.Views, func(v view) bool { return v.On == revision && v.Revision > unnamed })
}

// latest is what the till shows once it has all that was sent; nil: it never had the
// order.
func (h *holding) latest() *content {
	if len(h.Views) == 0 {
		return nil
	}
	return &h.Views[len(h.Views)-1].Content
}

// next is a revision above all others. It goes by the clock, so that a database
// that was set back doesn't give one again that a till holds.
func (h *holding) next(now time.Time, by int64) int64 {
	h.Last = max(h.Last+by, now.UnixMilli())
	return h.Last
}

// accept notes that the till, which stood on view i, shows something else: what it
// just sent. Messages that are on their way will come over that. The revision is the
// answer's: one between that of view i and the next, so that the till keeps a
// higher one that it got meanwhile, and knows nothing that isn't in it. The till
// doesn't learn it where the answer isn't a success (keep): then its revision says nothing
// until it has read the order again, since a call from before may come under it.
func (h *holding) accept(i int, now content, keep bool, at time.Time) int64 {
	on := h.Views[i]
	h.Unsure = false
	revision := on.Revision
	rest := h.Views[i+1:]
	switch {
	case keep:
		revision = unnamed
	case len(rest) == 0:
		revision = h.next(at, 1)
	case revision+1 < rest[0].Revision:
		revision++
	}
	mine := view{Revision: revision, Seq: on.Seq, Content: now, On: on.Revision, Told: on.Told}
	var views []view
	for _, v := range h.Views[:i] { // the call may have come late, and the till shows one of these
		if v.Revision == unnamed && v.Told >= on.Told {
			views = append(views, v)
		}
	}
	views = append(views, mine)
	for _, v := range rest {
		if v.Sent != nil {
			v.Content = views[len(views)-1].Content.after(v.Sent, v.Changed)
		}
		views = append(views, v)
	}
	h.Views = views
	return revision
}

// repeated is the revision of a snapshot that was accepted on the same revision and
// shows the same: its answer was lost. 0 if there is none, or if the page sent something
// else meanwhile: then it is an edit that takes that back.
func (h *holding) repeated(on int64, now *content) int64 {
	for _, v := range h.Views {
		if v.Revision == unnamed && v.On == unnamed && v.Sent == nil && !v.Content.equal(now) { // see mayShow
			return 0
		}
	}
	for _, v := range h.Views {
		if v.On == on && on != unnamed && v.Content.equal(now) {
			return v.Revision
		}
	}
	return 0
}

// send notes the message told with a whole order, and which of its lines are marked.
func (h *holding) send(sent content, seq protocol.Seq, bus, told int64, mark marking, now time.Time) *view {
	v := view{Revision: h.next(now, step), Seq: seq, Sent: &sent, Bus: bus, Told: told}
	v.Changed = h.marked(&sent, mark)
	was := h.latest()
	v.Content = was.after(&sent, v.Changed)
	h.Views = append(h.Views, v)
	if len(h.Views) > mostViews {
		h.Unsure = h.Unsure || !h.Views[0].certain()
		h.Views = h.Views[1:]
	}
	return &h.Views[len(h.Views)-1]
}

// marked are the lines of a message that are marked: those that differ from what the till
// may show. That is its last view that is certain, or a later one.
func (h *holding) marked(sent *content, mark marking) (uids []string) {
	unsure := h.Unsure
	for i := len(h.Views) - 1; i >= 0; i-- {
		for _, shown := range h.Views[i].shows() {
			for _, uid := range shown.changed(sent) {
				uids = insert(uids, uid)
			}
		}
		if mark == markNew && h.Views[i].certain() {
			unsure = false
			break
		}
	}
	if mark != markAll && !unsure {
		return uids
	}
	uids = nil
	for _, l := range sent.Lines {
		uids = append(uids, l.UID)
	}
	return uids
}

// marking says which lines of a message are marked as changed.
type marking int

const (
	markNew  marking = iota // that differ from what the till may show last
	markLost                // or from anything else that it may show, since messages may be lost
	markAll
)

// void makes all revisions void: another page comes. It begins with what the browser
// stored, which may be any of what the last one showed.
func (h *holding) void(page int64) {
	h.Page, h.Said = page, nil
	for i := range h.Views {
		h.Views[i].Revision = unnamed
	}
}

// mayShow notes that the till may show something that no revision says. It may be
// older than what it may show besides: the call that says it may have come late.
func (h *holding) mayShow(now content, told int64) {
	views := []view{{Revision: unnamed, Content: now, Told: told}}
	for i, w := range h.Views {
		if last := i == len(h.Views)-1; last || w.Revision != unnamed || !w.Content.equal(&now) {
			views = append(views, w)
		}
	}
	if len(views) > mostViews {
		views, h.Unsure = slices.Delete(views, 1, 2), true
	}
	h.Views = views
}

// say notes what the page sent.
func (h *holding) say(c *content) {
	for _, l := range c.Lines {
		if !slices.Contains(h.Said, l.UID) {
			h.Said = append(h.Said, l.UID)
		}
	}
}

// seen is the change up to which a till saw an order that shows lines: that of the first
// view with these, beside which it shows only lines that no view has. 0 if there is none.
func (h *holding) seen(uids []gjson.Result) protocol.Seq {
	for _, v := range h.Views {
		has := func(uid gjson.Result) bool { return v.Content.line(uid.String()) != nil }
		news := func(uid gjson.Result) bool {
			return !slices.ContainsFunc(h.Views, func(v view) bool { return v.Seq > 0 && v.Content.line(uid.String()) != nil })
		}
		shown := 0
		other := slices.ContainsFunc(uids, func(uid gjson.Result) bool {
			if has(uid) {
				shown++
				return false
			}
			return !news(uid)
		})
		if v.Seq > 0 && !other && shown == len(v.Content.Lines) {
			return v.Seq
		}
	}
	return 0
}

// withdraw makes the revisions of messages void that the till won't get any more, if
// it hasn't got them.
func (h *holding) withdraw(bus int64) {
	for i := range h.Views {
		if h.Views[i].Bus >= bus {
			h.Views[i].Revision = unnamed
		}
	}
}

// id is that of the line with a uid.
func (h *holding) id(uid string) protocol.LineID {
	if id, known := h.Lines[uid]; known {
		return id
	}
	return protocol.LineID(uid)
}

// uid is what the till calls a line.
func (h *holding) uid(id protocol.LineID) string {
	for uid, other := range h.Lines {
		if other == id {
			return uid
		}
	}
	return string(id)
}

// name gives lines of the till other ids than their uids.
func (h *holding) name(lines map[string]protocol.LineID) {
	all := maps.Clone(h.Lines)
	if all == nil {
		all = map[string]protocol.LineID{}
	}
	maps.Copy(all, lines)
	h.Lines = all
}
