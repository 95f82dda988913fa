package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/manytill/manytill/sdk/protocol/jsonw"
)

// Code names what went wrong, of a whole request or of one mutation
// (protocol, "Errors").
//
//shape:open
type Code string

// Codes of a whole request.
const (
	BadRequest      Code = "bad_request"
	Unauthorized    Code = "unauthorized"
	Forbidden       Code = "forbidden"
	NotFound        Code = "not_found" // of a mutation too
	TillClosed      Code = "till_closed"
	NoMultiSession  Code = "no_multi_session"
	TillOpen        Code = "till_open"
	ClientTaken     Code = "client_taken"
	Conflict        Code = "conflict"
	IDGap           Code = "id_gap"
	ResetRequired   Code = "reset_required"
	TooLarge        Code = "too_large"
	IDReused        Code = "id_reused"
	UpgradeRequired Code = "upgrade_required"
	RateLimited     Code = "rate_limited"
	ReadOnly        Code = "read_only"
	Overloaded      Code = "overloaded"
	ShuttingDown    Code = "shutting_down"
	Internal        Code = "internal"
)

// Codes of a rejected mutation.
const (
	Invalid         Code = "invalid"
	UnknownOp       Code = "unknown_op"
	Exists          Code = "exists"
	Gone            Code = "gone"
	OrderClosed     Code = "order_closed"
	StaleBase       Code = "stale_base"
	Vetoed          Code = "vetoed"
	LimitReached    Code = "limit"
	ForbiddenAction Code = "forbidden_action"
)

// Reason says why a client must reset; the first that holds, in this order.
//
//shape:open
type Reason string

// The reasons of reset_required.
const (
	OtherServer       Reason = "other_server"
	OtherMultiSession Reason = "other_multi_session"
	EpochChanged      Reason = "epoch_changed"
	CursorAhead       Reason = "cursor_ahead"
	Diverged          Reason = "diverged"
	CursorExpired     Reason = "cursor_expired"
)

var statuses = map[Code]int{
	BadRequest: http.StatusBadRequest, Unauthorized: http.StatusUnauthorized,
	Forbidden: http.StatusForbidden, NotFound: http.StatusNotFound,
	TillClosed: http.StatusConflict, NoMultiSession: http.StatusConflict,
	TillOpen: http.StatusConflict, ClientTaken: http.StatusConflict,
	Conflict: http.StatusConflict, IDGap: http.StatusConflict,
	ResetRequired: http.StatusGone, TooLarge: http.StatusRequestEntityTooLarge,
	IDReused: http.StatusUnprocessableEntity, UpgradeRequired: http.StatusUpgradeRequired,
	RateLimited: http.StatusTooManyRequests, ReadOnly: http.StatusServiceUnavailable,
	Overloaded: http.StatusServiceUnavailable, ShuttingDown: http.StatusServiceUnavailable,
	Internal: http.StatusInternalServerError,
}

// ErrorCodes are the codes of a whole request, sorted.
func ErrorCodes() []Code { return SortedKeys(statuses) }

// HTTPStatus is the status that goes with a code of a whole request.
func (c Code) HTTPStatus() int {
	if status, ok := statuses[c]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// Error is the failure of a whole request. Find it with [errors.As]. Message
// is safe to show; Cause is for the log alone.
type Error struct {
	Code    Code
	Message string
	// Details are what the protocol gives the code besides; nil for none.
	Details Details
	Cause   error
}

// Details stand beside code and message of a failure, flat: one of the types
// below, by its code.
type Details interface{ details() }

type (
	// Place is of [BadRequest]: a path into the body.
	Place struct {
		At string `json:"at"`
	}
	// TokenProblem is of [Unauthorized], where more is known.
	TokenProblem struct {
		Reason string `json:"reason"`
	}
	// OpenTills is of [TillOpen]: these must close first.
	OpenTills struct {
		POS []POSID `json:"pos"`
	}
	// Gap is of [IDGap].
	Gap struct {
		Expected MutationID `json:"expected"`
		Got      MutationID `json:"got"`
	}
	// Resetting is of [ResetRequired].
	Resetting struct {
		Reason Reason `json:"reason"`
	}
	// TooMuch is of [TooLarge].
	TooMuch struct {
		What  string `json:"what"`
		Limit int64  `json:"limit"`
	}
	// UsedID is of [IDReused].
	UsedID struct {
		ID MutationID `json:"id"`
	}
	// Spoken is of [UpgradeRequired]: the versions that the server speaks.
	Spoken struct {
		Protocol Versions `json:"protocol"`
	}
	// Pause is of [RateLimited], [ReadOnly], [Overloaded] and [ShuttingDown].
	Pause struct {
		RetryAfterMS int64 `json:"retry_after_ms"`
	}
	// LogEntry is of [Internal]: Ref stands in the server's log, too.
	LogEntry struct {
		Ref string `json:"ref"`
	}
)

func (Place) details()        {}
func (TokenProblem) details() {}
func (OpenTills) details()    {}
func (Gap) details()          {}
func (Resetting) details()    {}
func (TooMuch) details()      {}
func (UsedID) details()       {}
func (Spoken) details()       {}
func (Pause) details()        {}
func (LogEntry) details()     {}

// detailsOf reads the details of each code that has some.
var detailsOf = map[Code]func(raw []byte) (Details, error){
	BadRequest: readDetails[Place], Unauthorized: readDetails[TokenProblem], TillOpen: readDetails[OpenTills],
	IDGap: readDetails[Gap], ResetRequired: readDetails[Resetting], TooLarge: readDetails[TooMuch], IDReused: readDetails[UsedID],
	UpgradeRequired: readDetails[Spoken], RateLimited: readDetails[Pause], ReadOnly: readDetails[Pause],
	Overloaded: readDetails[Pause], ShuttingDown: readDetails[Pause], Internal: readDetails[LogEntry],
}

func readDetails[D Details](raw []byte) (Details, error) {
	var d D
	if err := json.Unmarshal(raw, &d); err != nil || reflect.ValueOf(d).IsZero() {
		return nil, err
	}
	return d, nil
}

// Errorf makes an error whose message is shown to the caller.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// With adds the details and returns e.
func (e *Error) With(details Details) *Error {
	e.Details = details
	return e
}

// Because adds what the log should know, and returns e.
func (e *Error) Because(cause error) *Error {
	e.Cause = cause
	return e
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Cause)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Reason is why the client must reset; "" for any other failure.
func (e *Error) Reason() Reason {
	reset, _ := e.Details.(Resetting)
	return reset.Reason
}

// Text is the message and, of [Internal], where it stands in the server's log.
func (e *Error) Text() string {
	if entry, is := e.Details.(LogEntry); is {
		return e.Message + " (" + entry.Ref + ")"
	}
	return e.Message
}

// RetryAfter is how long the server asks to wait; 0 if it didn't say.
func (e *Error) RetryAfter() time.Duration {
	pause, _ := e.Details.(Pause)
	return time.Duration(pause.RetryAfterMS) * time.Millisecond
}

// AsError finds the [Error] in err; anything else is internal.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Errorf(Internal, "something went wrong in the server").Because(err)
}

// ReasonOf is why the client must reset, of the [Error] in err; "" for any
// other failure.
func ReasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason()
	}
	return ""
}

// CodeOf is the code of the [Error] in err; "" where there is none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Problem is how a failure is written (RFC 9457): the body of an answer of the
// type application/problem+json. The details stand beside the rest.
type Problem struct {
	Type    string  `json:"type" shape:"optional"`
	Title   string  `json:"title" shape:"optional"`
	Status  int     `json:"status" shape:"optional"`
	Code    Code    `json:"code"`
	Message string  `json:"message"`
	Details Details `json:"-" shape:"flat"`
}

// Problem is the failure as it is written.
func (e *Error) Problem() *Problem {
	status := e.Code.HTTPStatus()
	return &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Code: e.Code, Message: e.Message, Details: e.Details,
	}
}

// Failure is what was written.
func (p *Problem) Failure() *Error {
	return &Error{Code: p.Code, Message: p.Message, Details: p.Details}
}

// MarshalJSON writes the details beside the rest.
func (p *Problem) MarshalJSON() ([]byte, error) {
	type plain Problem
	return flat((*plain)(p), p.Details)
}

// UnmarshalJSON reads the details that the code has. What of them can't be read
// is left out: the code says enough.
func (p *Problem) UnmarshalJSON(raw []byte) error {
	type plain Problem
	if err := json.Unmarshal(raw, (*plain)(p)); err != nil {
		return err
	}
	p.Details = readDetailsOf(p.Code, raw)
	return nil
}

func readDetailsOf(code Code, raw []byte) Details {
	if read, has := detailsOf[code]; has {
		if d, err := read(raw); err == nil {
			return d
		}
	}
	return nil
}

// flat writes the members of several values as one object.
func flat(parts ...any) ([]byte, error) {
	var w jsonw.Writer
	w.Open('{')
	for _, part := range parts {
		if part == nil {
			continue
		}
		raw, err := json.Marshal(part)
		if err != nil {
			return nil, err
		}
		w.Members(raw)
	}
	w.Close('}')
	return w.Bytes(), nil
}
