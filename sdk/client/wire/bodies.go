package wire

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/manytill/manytill/sdk"
)

// Call is a request over HTTP: [PushCall] or [PullCall].
type Call interface{ call() }

// PushCall is the body of POST /v1/push.
type PushCall struct {
	ClientID  sdk.ClientID   `json:"client_id"`
	Cursor    sdk.Cursor     `json:"cursor"`
	Mutations []sdk.Mutation `json:"mutations"`
}

// PullCall is GET /v1/pull: changes since Cursor, or without one a snapshot,
// whose further pages are asked for by Page.
type PullCall struct {
	ClientID sdk.ClientID
	Cursor   sdk.Cursor
	Page     string
	Wait     time.Duration
	Limit    int
}

func (PushCall) call() {}
func (PullCall) call() {}

// PushAnswer is the answer to a push: results, and changes since the cursor.
type PushAnswer struct {
	LastID  sdk.MutationID `json:"last_id"`
	Results []sdk.Result   `json:"results"`
	Changes []sdk.Change   `json:"changes"`
	Cursor  sdk.Cursor     `json:"cursor"`
	Seq     sdk.Seq        `json:"seq"`
	Head    sdk.Seq        `json:"head"`
	More    bool           `json:"more"`
}

// Answer is what a call gives: [PushAnswer], [Changes] or [Snapshot].
type Answer interface{ answer() }

func (PushAnswer) answer() {}
func (Changes) answer()    {}
func (Snapshot) answer()   {}

// DecodePull reads the answer to a pull. The error is an [Unreadable].
func DecodePull(raw []byte) (Answer, error) {
	var head struct {
		Mode string `json:"mode"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, Unreadable{Err: err}
	}
	switch head.Mode {
	case "changes":
		return answer[Changes](head.Mode, raw)
	case "snapshot":
		return answer[Snapshot](head.Mode, raw)
	}
	return nil, Unreadable{Err: fmt.Errorf("mode %.40q is neither changes nor snapshot", head.Mode)}
}

// DecodePush reads the answer to a push. The error is an [Unreadable].
func DecodePush(raw []byte) (Answer, error) { return answer[PushAnswer]("pushed", raw) }

func answer[A Answer](what string, raw []byte) (Answer, error) {
	a, err := decode[A](raw)
	if err != nil {
		return nil, Unreadable{What: what, Err: err}
	}
	return a, nil
}

// Error is the failure of a whole request: an error frame (with the ref of
// what failed) or a problem+json body. The members that it has beside code and
// message are up to the code (docs/protocol.md, "Errors").
type Error struct {
	Ref          int            `json:"-"`
	Code         sdk.Code       `json:"code"`
	Message      string         `json:"message"`
	Reason       sdk.Reason     `json:"reason,omitempty"`
	Expected     sdk.MutationID `json:"expected,omitempty"`
	Got          sdk.MutationID `json:"got,omitempty"`
	ID           sdk.MutationID `json:"id,omitempty"`
	What         string         `json:"what,omitempty"`
	Limit        int            `json:"limit,omitempty"`
	RetryAfterMS int64          `json:"retry_after_ms,omitempty"`
}

func (e Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

// RetryAfter is how long the server asked to wait; 0 if it didn't say.
func (e Error) RetryAfter() time.Duration { return time.Duration(e.RetryAfterMS) * time.Millisecond }

// UnmarshalJSON takes ref as a number (of a push); `internal` has a text
// there, a reference into the server's log, which goes to the message.
func (e *Error) UnmarshalJSON(raw []byte) error {
	type plain Error
	var body struct {
		plain
		Ref json.RawMessage `json:"ref"`
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return err
	}
	*e = Error(body.plain)
	var text string
	switch {
	case len(body.Ref) == 0, string(body.Ref) == "null":
	case json.Unmarshal(body.Ref, &text) == nil && text != "":
		e.Message += " (" + text + ")"
	default:
		return json.Unmarshal(body.Ref, &e.Ref)
	}
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (e Error) MarshalJSON() ([]byte, error) {
	type plain Error
	return json.Marshal(struct {
		plain
		Ref int `json:"ref,omitempty"`
	}{plain(e), e.Ref})
}
