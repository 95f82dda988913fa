package sdk

import (
	"errors"
	"fmt"
	"net/http"
)

// Code names what went wrong, of a whole request or of one mutation
// (protocol, "Errors").
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

// Error is the failure of a whole request. Message is safe to show; Cause is
// for the log alone. Extra holds the members that the protocol gives the code.
type Error struct {
	Code    Code
	Message string
	Extra   map[string]any
	Cause   error
}

// Errorf makes an error whose message is shown to the caller.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// With adds a member, `at` or `expected` for example, and returns e.
func (e *Error) With(key string, value any) *Error {
	if e.Extra == nil {
		e.Extra = map[string]any{}
	}
	e.Extra[key] = value
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

func (e *Error) Unwrap() error { return e.Cause }

// AsError finds the [Error] in err; anything else is internal.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Errorf(Internal, "something went wrong in the server").Because(err)
}
