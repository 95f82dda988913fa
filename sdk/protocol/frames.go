package protocol

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/manytill/manytill/sdk/protocol/jsonw"
)

// Version is the version of the protocol that this package is of.
const Version = 1

// ClientFrame is what a till sends through a socket.
//
//union:t
type ClientFrame interface{ clientFrame() string }

// ServerFrame is what the server sends through a socket, or (but for Pushed,
// Presence and ErrorFrame) as an event of a stream.
//
//union:t
type ServerFrame interface{ serverFrame() string }

// The frames that a till sends.
type (
	// Hello is the first frame. Without a cursor a snapshot comes.
	Hello struct {
		Protocol int      `json:"protocol"`
		Token    string   `json:"token"`
		ClientID ClientID `json:"client_id"`
		Cursor   Cursor   `json:"cursor,omitempty"`
	}
	// Push asks for mutations; Pushed with the same ref answers it.
	Push struct {
		Ref       int        `json:"ref"`
		Mutations []Mutation `json:"mutations"`
	}
	// Alive says that the link is alive.
	Alive struct{}
	// Look says which order is looked at here; null is none.
	Look struct {
		Order *OrderID `json:"order"`
	}
)

// The frames that the server sends.
type (
	// Welcome answers Hello.
	Welcome struct {
		Protocol       int           `json:"protocol"`
		ServerID       string        `json:"server_id"`
		HeartbeatS     int           `json:"heartbeat_s"`
		Run            Run           `json:"run"`
		TillOpen       bool          `json:"till_open"`
		POS            POS           `json:"pos"`
		MultiSession   *MultiSession `json:"multi_session"`
		ExtensionsETag string        `json:"extensions_etag"`
		CatalogueETag  string        `json:"catalogue_etag" shape:"optional"`
		Present        []Presence    `json:"present"`
	}
	// Presence says which order somebody looks at, at another connection; null
	// is leaving.
	Presence struct {
		Conn  string   `json:"conn"`
		User  *User    `json:"user"`
		POS   POS      `json:"pos"`
		Order *OrderID `json:"order"`
	}
	// Pushed are the results of a push.
	Pushed struct {
		Ref     int        `json:"ref"`
		LastID  MutationID `json:"last_id"`
		Results []Result   `json:"results"`
	}
	// Changes are changes up to a cursor. LastID was read at that position. More
	// of them follow at once where More says so: of folded changes, and in
	// answers, which have Head too.
	Changes struct {
		Changes []Change   `json:"changes"`
		Cursor  Cursor     `json:"cursor"`
		Seq     Seq        `json:"seq"`
		Head    Seq        `json:"head,omitempty"`
		More    bool       `json:"more,omitempty"`
		LastID  MutationID `json:"last_id" shape:"optional"`
	}
	// Snapshot is one page of the open orders; the last has the cursor. Page, in
	// answers, names the next one.
	Snapshot struct {
		Orders []Order    `json:"orders"`
		Page   string     `json:"page,omitempty"`
		More   bool       `json:"more"`
		Cursor Cursor     `json:"cursor,omitempty"`
		Seq    Seq        `json:"seq,omitempty"`
		Head   Seq        `json:"head,omitempty"`
		LastID MutationID `json:"last_id,omitempty"`
	}
	// Till says that the till, the run or the multi-session changed.
	Till struct {
		Open         bool          `json:"open"`
		Run          Run           `json:"run"`
		MultiSession *MultiSession `json:"multi_session" shape:"optional"`
	}
	// Extensions says that the server has others now than those that Welcome
	// named.
	Extensions struct {
		ETag string `json:"extensions_etag"`
	}
	// Catalogue is the same of products, customers and cashiers.
	Catalogue struct {
		ETag string `json:"catalogue_etag"`
	}
	// Heartbeat says that the link is alive, and where the server is.
	Heartbeat struct {
		Head Seq `json:"head" shape:"optional"`
	}
	// Reset says that the cursor is no good here; a snapshot follows.
	Reset struct {
		Reason Reason `json:"reason"`
	}
	// ErrorFrame says that a request failed; the socket stays. Ref is the
	// push's, 0 for none. The details stand beside the rest.
	ErrorFrame struct {
		Ref     int     `json:"ref,omitempty"`
		Code    Code    `json:"code"`
		Message string  `json:"message"`
		Details Details `json:"-" shape:"flat"`
	}
)

func (Hello) clientFrame() string { return "hello" }
func (Push) clientFrame() string  { return "push" }
func (Alive) clientFrame() string { return "hb" }
func (Look) clientFrame() string  { return "presence" }

func (Welcome) serverFrame() string    { return "welcome" }
func (Changes) serverFrame() string    { return "changes" }
func (Snapshot) serverFrame() string   { return "snapshot" }
func (Pushed) serverFrame() string     { return "pushed" }
func (Till) serverFrame() string       { return "till" }
func (Extensions) serverFrame() string { return "extensions" }
func (Catalogue) serverFrame() string  { return "catalogue" }
func (Heartbeat) serverFrame() string  { return "hb" }
func (Presence) serverFrame() string   { return "presence" }
func (Reset) serverFrame() string      { return "reset" }
func (ErrorFrame) serverFrame() string { return "error" }

// FrameName is the frame's name on the wire, and of its event in a stream.
func FrameName(f ServerFrame) string { return f.serverFrame() }

// EncodeClientFrame is a till's frame as JSON.
func EncodeClientFrame(f ClientFrame) ([]byte, error) { return encodeFrame(f.clientFrame(), f) }

// EncodeServerFrame is a server's frame as JSON.
func EncodeServerFrame(f ServerFrame) ([]byte, error) { return encodeFrame(f.serverFrame(), f) }

func encodeFrame(kind string, f any) ([]byte, error) {
	body, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("encode %s frame: %w", kind, err)
	}
	var w jsonw.Writer
	w.Open('{')
	w.Key("t")
	w.Plain(kind)
	w.Members(body)
	w.Close('}')
	return w.Bytes(), nil
}

// Failure is what the frame tells of.
func (e ErrorFrame) Failure() *Error {
	return &Error{Code: e.Code, Message: e.Message, Details: e.Details}
}

// MarshalJSON writes the details beside the rest. Of [Internal] ref is that of
// the log.
func (e ErrorFrame) MarshalJSON() ([]byte, error) {
	type plain ErrorFrame
	if _, internal := e.Details.(LogEntry); internal {
		e.Ref = 0
	}
	return flat(plain(e), e.Details)
}

// UnmarshalJSON takes ref as a number (of a push); `internal` has a text
// there, a reference into the server's log.
func (e *ErrorFrame) UnmarshalJSON(raw []byte) error {
	type plain ErrorFrame
	var body struct {
		plain
		Ref json.RawMessage `json:"ref"`
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return err
	}
	*e = ErrorFrame(body.plain)
	e.Details = readDetailsOf(e.Code, raw)
	if len(body.Ref) == 0 || body.Ref[0] == '"' {
		return nil
	}
	return json.Unmarshal(body.Ref, &e.Ref)
}

// DecodeServerFrame reads a frame that a till was sent. One of a kind that
// isn't known here is nil: it is to be ignored. The error is an [Unreadable].
func DecodeServerFrame(raw []byte) (ServerFrame, error) { return decodeFrame(raw, serverFrames) }

// DecodeClientFrame is the same of a frame that a till sent.
func DecodeClientFrame(raw []byte) (ClientFrame, error) { return decodeFrame(raw, clientFrames) }

var (
	serverFrames = map[string]func([]byte) (ServerFrame, error){
		Welcome{}.serverFrame(): readServer[Welcome], Changes{}.serverFrame(): readServer[Changes], Snapshot{}.serverFrame(): readServer[Snapshot],
		Pushed{}.serverFrame(): readServer[Pushed], Till{}.serverFrame(): readServer[Till], Extensions{}.serverFrame(): readServer[Extensions],
		Catalogue{}.serverFrame(): readServer[Catalogue], Heartbeat{}.serverFrame(): readServer[Heartbeat], Presence{}.serverFrame(): readServer[Presence],
		Reset{}.serverFrame(): readServer[Reset], ErrorFrame{}.serverFrame(): readServer[ErrorFrame],
	}
	clientFrames = map[string]func([]byte) (ClientFrame, error){
		Hello{}.clientFrame(): readClient[Hello], Push{}.clientFrame(): readClient[Push],
		Alive{}.clientFrame(): readClient[Alive], Look{}.clientFrame(): readClient[Look],
	}
)

func readServer[F ServerFrame](raw []byte) (ServerFrame, error) { return decode[F](raw) }

func readClient[F ClientFrame](raw []byte) (ClientFrame, error) { return decode[F](raw) }

func decodeFrame[F any](raw []byte, known map[string]func([]byte) (F, error)) (none F, err error) {
	var head struct {
		T *string `json:"t"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return none, Unreadable{Err: err}
	}
	if head.T == nil {
		return none, Unreadable{Err: errors.New("t is missing")}
	}
	read, is := known[*head.T]
	if !is {
		return none, nil
	}
	f, err := read(raw)
	if err != nil {
		return none, Unreadable{What: *head.T, Err: err}
	}
	return f, nil
}
