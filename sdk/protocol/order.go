package protocol

import "time"

// State is where an order is in its life. Only an open order changes.
type State string

// The states of an order.
const (
	Open      State = "open"
	Paid      State = "paid"
	Cancelled State = "cancelled"
	// Abandoned orders were open when their run ended and the server's
	// configuration says `on_run_end: abandon`.
	Abandoned State = "abandoned"
)

// Needs is a flag for the operator on an order or a payment. It stays.
type Needs string

// The flags.
const (
	// NeedsReview: somebody must look at it.
	NeedsReview Needs = "review"
	// NeedsRefund: money was taken for an order that was closed already.
	NeedsRefund Needs = "refund"
)

// Review is why an order needs a look: the words of an extension.
type Review struct {
	Extension string `json:"extension"`
	Message   string `json:"message"`
}

// ReviewsKept is how many an order keeps: the first ones, each once.
const ReviewsKept = 20

// User is who stood at the till.
type User struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// POS is a till as others see it.
type POS struct {
	ID   POSID  `json:"id"`
	Name string `json:"name"`
}

// MultiSession is a multi-session as its tills see it.
type MultiSession struct {
	ID   MultiSessionID `json:"id"`
	Name string         `json:"name"`
}

// Author is a POS and who stood at it; the user is null when nobody said.
type Author struct {
	User *User `json:"user"`
	POS  POS   `json:"pos"`
}

// MSInfo says who created and who last changed an order or a line. The server
// writes it; tills show it as "added by … changed by …".
type MSInfo struct {
	Created Author `json:"created"`
	Changed Author `json:"changed"`
}

// FieldMSInfo is the field in which [MSInfo] stands.
const FieldMSInfo Field = "ms_info"

// Fields are the values of an order or a line, the core's and the extensions'
// side by side. A cleared field is missing; in a change it is [Null].
type Fields map[Field]Value

// MSInfo decodes the field ms_info.
func (f Fields) MSInfo() (info MSInfo) {
	_ = f[FieldMSInfo].Decode(&info)
	return info
}

// Order is an order as a snapshot hands it over.
type Order struct {
	ID     OrderID  `json:"id"`
	Rev    int64    `json:"rev"`
	Number Number   `json:"number"`
	Run    Run      `json:"run"`
	State  State    `json:"state"`
	Needs  Needs    `json:"needs,omitempty"`
	Review []Review `json:"review,omitempty"`
	// Pruned: its fields and lines were dropped; see `manytill prune`.
	Pruned   bool      `json:"pruned,omitempty"`
	Fields   Fields    `json:"fields"`
	Payments []Payment `json:"payments"`
	Lines    []Line    `json:"lines"`
}

// Line is one product row of an order. Lines are sorted by N.
type Line struct {
	ID     LineID `json:"id"`
	N      int    `json:"n"`
	Fields Fields `json:"fields"`
}

// NewPayment is money as a till tells of it: taken, or given back where the
// amount is negative.
type NewPayment struct {
	ID      PaymentID `json:"id"`
	Method  string    `json:"method"`
	Amount  Value     `json:"amount" shape:"number"`
	Offline bool      `json:"offline,omitempty"`
	Ref     string    `json:"ref,omitempty"`
}

// Payment is a payment of an order. It is joined by id, never changed but for
// its flag.
type Payment struct {
	NewPayment
	Needs Needs  `json:"needs,omitempty"`
	By    *By    `json:"by,omitempty"`
	At    string `json:"at,omitempty"`
}

// By is who made a change: a POS and its user, or a part of the server.
type By struct {
	Server string `json:"server,omitempty"`
	// Reason is what an admin said who cancelled the order.
	Reason string `json:"reason,omitempty"`
	POS    *POS   `json:"pos,omitempty"`
	User   *User  `json:"user,omitempty" shape:"null"`
}

// The server's own authors of changes; of an extension ByExtension goes before
// its name.
const (
	ByRunEnd      = "run_end"
	ByAdmin       = "admin"
	ByKeptPayment = "kept_payment"
	ByExtension   = "extension:"
)

// TimeFormat is RFC 3339 in UTC with milliseconds; no clock decides anything.
const TimeFormat = "2006-01-02T15:04:05.999Z07:00"

// FormatTime writes a time as the protocol does.
func FormatTime(t time.Time) string { return t.UTC().Format(TimeFormat) }
