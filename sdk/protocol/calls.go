package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// The bodies of the calls that a till makes.
type (
	// Info answers GET /v1/info: what anyone may know of a server.
	Info struct {
		Server         string         `json:"server"`
		Version        string         `json:"version"`
		ServerID       string         `json:"server_id"`
		Protocol       Versions       `json:"protocol"`
		Extensions     []ExtensionTag `json:"extensions"`
		ExtensionsETag string         `json:"extensions_etag"`
		Limits         Limits         `json:"limits"`
		Currency       Currency       `json:"currency"`
		// TimeZone is the shop's, like Europe/Vienna; "" is that of the device.
		TimeZone      string `json:"time_zone"`
		CatalogueETag string `json:"catalogue_etag"`
		Time          string `json:"time"`
	}
	// Versions are those of the protocol that a server speaks.
	Versions struct {
		Min int `json:"min"`
		Max int `json:"max"`
	}
	// Limits are what a client must keep to.
	Limits struct {
		BodyBytes int64 `json:"body_bytes"`
		Mutations int   `json:"mutations"`
		Ops       int   `json:"ops"`
	}
	// CatalogueResponse answers GET /v1/catalogue. What a row holds is up to
	// the operator's files.
	CatalogueResponse struct {
		Products  []map[string]Value `json:"products"`
		Customers []map[string]Value `json:"customers"`
		Cashiers  []map[string]Value `json:"cashiers"`
	}
	// OpenTillRequest is the body of POST /v1/till/open.
	OpenTillRequest struct {
		User *User `json:"user,omitempty" shape:"null"`
	}
	// OpenTillResponse answers it. MultiSession is null outside an active one.
	OpenTillResponse struct {
		MultiSession *MultiSession `json:"multi_session"`
		POS          POS           `json:"pos"`
		Run          Run           `json:"run"`
	}
	// CloseTillResponse answers POST /v1/till/close.
	CloseTillResponse struct {
		RunEnded   bool        `json:"run_ended"`
		OpenOrders []OpenOrder `json:"open_orders"`
	}
	// OpenOrder is an order that a closing till leaves open.
	OpenOrder struct {
		Order  OrderID `json:"order"`
		Number Number  `json:"number"`
		Run    Run     `json:"run"`
	}
	// PushRequest is the body of POST /v1/push.
	PushRequest struct {
		ClientID  ClientID   `json:"client_id"`
		Cursor    Cursor     `json:"cursor"`
		Mutations []Mutation `json:"mutations"`
	}
	// PushResponse answers it: results, and changes since the cursor.
	PushResponse struct {
		LastID  MutationID `json:"last_id"`
		Results []Result   `json:"results"`
		Changes []Change   `json:"changes"`
		Cursor  Cursor     `json:"cursor"`
		Seq     Seq        `json:"seq"`
		Head    Seq        `json:"head"`
		More    bool       `json:"more"`
	}
	// OrdersResponse is a page of orders by run and number. After asks for the
	// next page; null is the end.
	OrdersResponse struct {
		Orders []Order `json:"orders"`
		After  *string `json:"after"`
	}
	// TicketResponse answers POST /v1/ticket.
	TicketResponse struct {
		Ticket string `json:"ticket"`
	}
	// StatusResponse answers GET /healthz and GET /readyz.
	StatusResponse struct {
		Status string `json:"status"`
		// Damaged is how many damaged places were found in the store.
		Damaged int `json:"damaged,omitempty"`
		// Stuck are multi-sessions whose tills wait for a decision that takes
		// too long.
		Stuck []MultiSessionID `json:"stuck,omitempty"`
		// Degraded says in words what doesn't work as it should, though tills can work.
		Degraded []string `json:"degraded,omitempty"`
	}
	// Nothing answers calls that have nothing to say.
	Nothing struct{}
)

// PullResponse answers GET /v1/pull: [Changes] or a page of a [Snapshot].
//
//union:mode
type PullResponse interface{ mode() string }

func (Changes) mode() string  { return "changes" }
func (Snapshot) mode() string { return "snapshot" }

// PullRequest is GET /v1/pull: changes since Cursor, or without one a snapshot,
// whose further pages are asked for by Page.
type PullRequest struct {
	ClientID ClientID
	Cursor   Cursor
	Page     string
	Wait     time.Duration
	Limit    int
}

// Request is a call that a client's machine makes: [PushRequest] or
// [PullRequest].
type Request interface{ request() }

func (PushRequest) request() {}
func (PullRequest) request() {}

// Response is what it gives: [PushResponse], [Changes] or [Snapshot].
type Response interface{ response() }

func (PushResponse) response() {}
func (Changes) response()      {}
func (Snapshot) response()     {}

// DecodePull reads the answer to a pull. The error is an [Unreadable].
func DecodePull(raw []byte) (Response, error) {
	var head struct {
		Mode *string `json:"mode"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, Unreadable{Err: err}
	}
	switch {
	case head.Mode == nil:
		return nil, Unreadable{Err: errors.New("mode is missing")}
	case *head.Mode == Changes{}.mode():
		return response[Changes](*head.Mode, raw)
	case *head.Mode == Snapshot{}.mode():
		return response[Snapshot](*head.Mode, raw)
	}
	return nil, Unreadable{Err: fmt.Errorf("mode %.40q is neither changes nor snapshot", *head.Mode)}
}

// DecodePush reads the answer to a push. The error is an [Unreadable].
func DecodePush(raw []byte) (Response, error) { return response[PushResponse]("pushed", raw) }

func response[R Response](what string, raw []byte) (Response, error) {
	r, err := decode[R](raw)
	if err != nil {
		return nil, Unreadable{What: what, Err: err}
	}
	return r, nil
}

// What is around changes, orders and results in answers and frames is written
// around their JSON, which was made once for all readers: of the values only
// what isn't a list counts.

// ChangesFrameHead is what stands before the changes in their frame.
func ChangesFrameHead() []byte {
	var w Writer
	w.Open('{')
	w.Key("t")
	w.Plain(Changes{}.serverFrame())
	w.Key("changes")
	w.Open('[')
	return w.Bytes()
}

// AppendFrameTail writes what stands behind them. Folded changes say whether
// more of them follow.
func (c *Changes) AppendFrameTail(b []byte, folded bool) []byte {
	w := NewWriter(b)
	w.Close(']')
	w.position(c.Cursor, c.Seq)
	w.lastID(c.LastID)
	if folded {
		w.Key("more")
		w.Bool(c.More)
	}
	w.Close('}')
	return w.Bytes()
}

// AppendPull writes the answer to a pull; changes are with commas between.
func (c *Changes) AppendPull(b, changes []byte) []byte {
	w := NewWriter(b)
	w.Open('{')
	w.Key("mode")
	w.Plain(c.mode())
	w.changes(c, changes)
	w.lastID(c.LastID)
	w.Close('}')
	return w.Bytes()
}

// AppendPush writes the answer to a push.
func (c *Changes) AppendPush(b []byte, results [][]byte, changes []byte) []byte {
	w := NewWriter(b)
	w.Open('{')
	w.lastID(c.LastID)
	w.results(results)
	w.changes(c, changes)
	w.Close('}')
	return w.Bytes()
}

func (w *Writer) changes(c *Changes, changes []byte) {
	w.Key("changes")
	w.Open('[')
	w.Raw(changes)
	w.Close(']')
	w.position(c.Cursor, c.Seq)
	w.Key("head")
	w.Int(int64(c.Head))
	w.Key("more")
	w.Bool(c.More)
}

func (w *Writer) position(cursor Cursor, seq Seq) {
	w.Key("cursor")
	w.Plain(string(cursor))
	w.Key("seq")
	w.Int(int64(seq))
}

func (w *Writer) lastID(id MutationID) {
	w.Key("last_id")
	w.Int(int64(id))
}

func (w *Writer) results(results [][]byte) {
	w.list("results", results)
}

func (w *Writer) list(key string, items [][]byte) {
	w.Key(key)
	w.Open('[')
	for _, item := range items {
		w.Raw(item)
	}
	w.Close(']')
}

// AppendPushed writes the frame that answers a push; ref is its JSON.
func AppendPushed(b, ref []byte, last MutationID, results [][]byte) []byte {
	w := NewWriter(b)
	w.Open('{')
	w.Key("t")
	w.Plain(Pushed{}.serverFrame())
	w.Key("ref")
	w.Raw(ref)
	w.lastID(last)
	w.results(results)
	w.Close('}')
	return w.Bytes()
}

// AppendFrame writes the frame of a page.
func (s *Snapshot) AppendFrame(b []byte, orders [][]byte) []byte {
	w := NewWriter(b)
	w.Open('{')
	w.Key("t")
	w.Plain(s.serverFrame())
	w.list("orders", orders)
	w.Key("more")
	w.Bool(s.More)
	if !s.More {
		w.position(s.Cursor, s.Seq)
		w.lastID(s.LastID)
	}
	w.Close('}')
	return w.Bytes()
}

// AppendPull writes a page as a pull answers it.
func (s *Snapshot) AppendPull(b []byte, orders [][]byte) []byte {
	w := NewWriter(b)
	w.Open('{')
	w.Key("mode")
	w.Plain(s.mode())
	w.list("orders", orders)
	w.text("page", s.Page)
	w.Key("more")
	w.Bool(s.More)
	if !s.More {
		w.position(s.Cursor, s.Seq)
		w.Key("head")
		w.Int(int64(s.Head))
		w.lastID(s.LastID)
	}
	w.Close('}')
	return w.Bytes()
}

// AppendOrders writes an [OrdersResponse].
func AppendOrders(b []byte, orders [][]byte, after *string) []byte {
	return appendListPage(b, "orders", orders, after)
}

// AppendHistory writes a [HistoryResponse]; changes are JSON.
func AppendHistory(b []byte, changes [][]byte, after *string) []byte {
	return appendListPage(b, "changes", changes, after)
}

func appendListPage(b []byte, key string, list [][]byte, after *string) []byte {
	w := NewWriter(b)
	w.Open('{')
	w.list(key, list)
	w.Key("after")
	if after == nil {
		w.RawString(string(Null))
	} else {
		w.Text(*after)
	}
	w.Close('}')
	return w.Bytes()
}

// AppendCancelled writes a [CancelResponse]; change is JSON.
func AppendCancelled(b, change []byte) []byte {
	w := NewWriter(b)
	w.Open('{')
	w.Key("change")
	w.Raw(change)
	w.Close('}')
	return w.Bytes()
}

// AppendErrorFrame writes an [ErrorFrame]; ref is the JSON of what failed, if
// it had one.
func AppendErrorFrame(b, ref []byte, e *Error) []byte {
	w := NewWriter(b)
	w.Open('{')
	w.Key("t")
	w.Plain(ErrorFrame{}.serverFrame())
	details := e.Details
	if len(ref) > 0 {
		w.Key("ref")
		w.Raw(ref)
		if _, internal := details.(LogEntry); internal {
			details = nil
		}
	}
	w.Key("code")
	w.Plain(string(e.Code))
	w.Key("message")
	w.Text(e.Message)
	if raw, err := json.Marshal(details); err == nil && details != nil {
		w.Members(raw)
	}
	w.Close('}')
	return w.Bytes()
}
