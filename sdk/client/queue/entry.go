package queue

import (
	"time"

	"github.com/manytill/manytill/sdk"
)

// Entry is a mutation of this client and what is known of it. It is replaced,
// never changed.
type Entry struct {
	Mutation sdk.Mutation `json:"mutation"`
	// Result is the outcome, from the server's answer or, without heads, from
	// the mutation's own change; nil while it isn't known.
	Result *sdk.Result `json:"result,omitempty"`
	// Settled is when the outcome became known.
	Settled time.Time `json:"settled,omitzero"`
	// Anew: it was pushed anew to a restored server.
	Anew bool `json:"anew,omitempty"`
	// Waiting: it was pushed anew and answered not_found; another till holds
	// its order or line, and will bring it.
	Waiting bool `json:"waiting,omitempty"`
	// Foreign: the server knows another mutation by this id.
	Foreign bool `json:"foreign,omitempty"`
	// Blank: it is larger than the server takes, so an empty one is pushed to
	// use up its id.
	Blank bool `json:"blank,omitempty"`
}

// ID is the mutation's id.
func (e *Entry) ID() sdk.MutationID { return e.Mutation.ID }

// Decided reports whether the outcome is known.
func (e *Entry) Decided() bool { return e.Result != nil }

// Rejected reports whether it was refused for ever.
func (e *Entry) Rejected() bool { return e.Result != nil && Refused(*e.Result) }

// Refused reports whether a result means rejected: a code does, whatever the
// status says.
func Refused(r sdk.Result) bool {
	return r.Status == sdk.Rejected || (r.Rejection != nil && r.Code != "")
}

// Aside is a queue that belongs to another server or multi-session. It is kept
// for a person to see and never mixed in.
type Aside struct {
	ClientID     sdk.ClientID   `json:"client_id"`
	ServerID     string         `json:"server_id,omitempty"`
	MultiSession string         `json:"multi_session,omitempty"`
	Reason       string         `json:"reason"`
	At           time.Time      `json:"at"`
	Mutations    []sdk.Mutation `json:"mutations"`
}
