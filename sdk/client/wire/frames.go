package wire

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/manytill/manytill/sdk"
)

// Protocol is the version that this client speaks.
const Protocol = 1

// Frame is one of the types below.
type Frame interface{ kind() string }

// The frames that a till sends.
type (
	// Hello is the first frame. Without a cursor a snapshot comes.
	Hello struct {
		Protocol int          `json:"protocol"`
		Token    string       `json:"token"`
		ClientID sdk.ClientID `json:"client_id"`
		Cursor   sdk.Cursor   `json:"cursor,omitempty"`
	}
	// Push asks for mutations; Pushed with the same ref answers it.
	Push struct {
		Ref       int            `json:"ref"`
		Mutations []sdk.Mutation `json:"mutations"`
	}
)

// The frames that both ways know.
type (
	// Heartbeat says that the link is alive; from the server with its head.
	Heartbeat struct {
		Head sdk.Seq `json:"head,omitempty"`
	}
	// Presence says which order somebody looks at; null is leaving. Conn, POS
	// and User stand in the server's alone.
	Presence struct {
		Conn  string       `json:"conn,omitempty"`
		POS   *sdk.POS     `json:"pos,omitempty"`
		User  *sdk.User    `json:"user,omitempty"`
		Order *sdk.OrderID `json:"order"`
	}
)

// The frames that the server sends.
type (
	// Welcome answers Hello.
	Welcome struct {
		Protocol       int               `json:"protocol"`
		ServerID       string            `json:"server_id"`
		HeartbeatS     int               `json:"heartbeat_s"`
		Run            sdk.Run           `json:"run"`
		TillOpen       bool              `json:"till_open"`
		POS            sdk.POS           `json:"pos"`
		MultiSession   *sdk.MultiSession `json:"multi_session"`
		ExtensionsETag string            `json:"extensions_etag"`
		CatalogueETag  string            `json:"catalogue_etag,omitempty"`
		Present        []Presence        `json:"present"`
	}
	// Pushed are the results of a push.
	Pushed struct {
		Ref     int            `json:"ref"`
		LastID  sdk.MutationID `json:"last_id"`
		Results []sdk.Result   `json:"results"`
	}
	// Changes are changes up to a cursor. Its LastID was read at that position.
	Changes struct {
		Changes []sdk.Change   `json:"changes"`
		Cursor  sdk.Cursor     `json:"cursor"`
		Seq     sdk.Seq        `json:"seq"`
		Head    sdk.Seq        `json:"head,omitempty"`
		LastID  sdk.MutationID `json:"last_id"`
		More    bool           `json:"more,omitempty"`
	}
	// Snapshot is one page of the open orders; the last has the cursor.
	Snapshot struct {
		Orders []sdk.Order    `json:"orders"`
		Page   string         `json:"page,omitempty"`
		More   bool           `json:"more"`
		Cursor sdk.Cursor     `json:"cursor,omitempty"`
		Seq    sdk.Seq        `json:"seq,omitempty"`
		Head   sdk.Seq        `json:"head,omitempty"`
		LastID sdk.MutationID `json:"last_id,omitempty"`
	}
	// Till says that the till, the run or the multi-session changed.
	Till struct {
		Open         bool              `json:"open"`
		Run          sdk.Run           `json:"run"`
		MultiSession *sdk.MultiSession `json:"multi_session"`
	}
	// Extensions and Catalogue say that the server has others now than those
	// that Welcome named.
	Extensions struct {
		ETag string `json:"extensions_etag"`
	}
	// Catalogue is the same of products, customers and cashiers.
	Catalogue struct {
		ETag string `json:"catalogue_etag"`
	}
	// Reset says that the cursor is no good here; a snapshot follows.
	Reset struct {
		Reason sdk.Reason `json:"reason"`
	}
)

func (Hello) kind() string      { return "hello" }
func (Push) kind() string       { return "push" }
func (Heartbeat) kind() string  { return "hb" }
func (Presence) kind() string   { return "presence" }
func (Welcome) kind() string    { return "welcome" }
func (Pushed) kind() string     { return "pushed" }
func (Changes) kind() string    { return "changes" }
func (Snapshot) kind() string   { return "snapshot" }
func (Till) kind() string       { return "till" }
func (Reset) kind() string      { return "reset" }
func (Error) kind() string      { return "error" }
func (Extensions) kind() string { return "extensions" }
func (Catalogue) kind() string  { return "catalogue" }

// Encode is a frame as JSON.
func Encode(f Frame) ([]byte, error) {
	body, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("encode %s frame: %w", f.kind(), err)
	}
	head := `{"t":"` + f.kind() + `"`
	if len(body) > len("{}") {
		head += ","
	}
	return append([]byte(head), body[1:]...), nil
}

// Decode reads a frame. One of a kind that this client doesn't know is nil:
// it is to be ignored. The error is an [Unreadable].
func Decode(raw []byte) (Frame, error) {
	var head struct {
		T *string `json:"t"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, Unreadable{Err: err}
	}
	if head.T == nil {
		return nil, Unreadable{Err: errors.New("t is missing")}
	}
	read, known := readers[*head.T]
	if !known {
		return nil, nil
	}
	f, err := read(raw)
	if err != nil {
		return nil, Unreadable{What: *head.T, Err: err}
	}
	return f, nil
}

var readers = map[string]func([]byte) (Frame, error){
	"hello": read[Hello], "push": read[Push], "hb": read[Heartbeat], "presence": read[Presence],
	"welcome": read[Welcome], "pushed": read[Pushed], "changes": read[Changes], "snapshot": read[Snapshot],
	"till": read[Till], "reset": read[Reset], "error": read[Error],
	"extensions": read[Extensions], "catalogue": read[Catalogue],
}

func read[F Frame](raw []byte) (Frame, error) {
	f, err := decode[F](raw)
	return f, err
}
