package sdk

// Mutation is a wish: what a POS asks for. All its ops happen or none.
type Mutation struct {
	ID   MutationID `json:"id"`
	User *User      `json:"user,omitempty"`
	// At is when it was tapped, RFC 3339. It only informs.
	At  string `json:"at,omitempty"`
	Ops []Op   `json:"ops"`
}

// OpKind is what an op does.
type OpKind string

// The ops of the protocol ("Ops").
const (
	OrderCreate OpKind = "order.create"
	OrderSet    OpKind = "order.set"
	OrderPay    OpKind = "order.pay"
	OrderClose  OpKind = "order.close"
	LineAdd     OpKind = "line.add"
	LineSet     OpKind = "line.set"
	LineInc     OpKind = "line.inc"
	LineRemove  OpKind = "line.remove"
	LineMove    OpKind = "line.move"
)

// Op is one step of a mutation. Which members count is up to its kind:
//
//	order.create  Order, Set?
//	order.set     Order, Set, Base?
//	order.pay     Order, Payment
//	order.close   Order, State, Base?
//	line.add      Order, Line, Set
//	line.set      Order, Line, Set, Base?
//	line.inc      Order, Line, Field, By
//	line.remove   Order, Line
//	line.move     Order, Lines, To
type Op struct {
	Op      OpKind   `json:"op"`
	Order   OrderID  `json:"order"`
	Line    LineID   `json:"line,omitempty"`
	Set     Fields   `json:"set,omitzero"`
	Field   Field    `json:"field,omitempty"`
	By      Value    `json:"by,omitempty"`
	Payment *Payment `json:"payment,omitempty"`
	State   State    `json:"state,omitempty"`
	Lines   []LineID `json:"lines,omitempty"`
	To      OrderID  `json:"to,omitempty"`
	// Base is the seq up to which the sender had seen everything when the
	// user decided; nil says nothing.
	Base *Seq `json:"base,omitempty"`
}

// Status is what became of a mutation.
type Status string

// The statuses of a result.
const (
	Applied   Status = "applied"
	Duplicate Status = "duplicate"
	Rejected  Status = "rejected"
)

// Result is the one outcome of a mutation. A Code means rejected, whatever
// the status says.
type Result struct {
	ID      MutationID       `json:"id"`
	Status  Status           `json:"status"`
	Seq     Seq              `json:"seq,omitempty"`
	Orders  map[OrderID]Head `json:"orders,omitempty"`
	Ignored []string         `json:"ignored,omitempty"`
	// Why says of ignored fields whose value was at fault what it must be.
	Why  map[string]string `json:"why,omitempty"`
	Kept []PaymentID       `json:"kept,omitempty"`
	// Review is what extensions said of it that a person should look at.
	Review []Review `json:"review,omitempty"`
	*Rejection
}

// Head is what a result says of each order that its mutation touched.
type Head struct {
	Number Number `json:"number"`
	Rev    int64  `json:"rev"`
}

// Rejection says why a mutation was refused, for ever. Which of the members
// behind Message are there is up to the code (protocol, "Errors").
type Rejection struct {
	Code    Code    `json:"code"`
	Message string  `json:"message"`
	At      string  `json:"at,omitempty"`
	Order   OrderID `json:"order,omitempty"`
	Line    LineID  `json:"line,omitempty"`
	Field   Field   `json:"field,omitempty"`
	Now     Fields  `json:"now,omitempty"`
	By      *By     `json:"by,omitempty"`
	// Seq is when the line went or the order was closed. On the wire it is
	// the result's seq, unless a payment was kept: then that change's.
	Seq       Seq     `json:"-"`
	State     State   `json:"state,omitempty"`
	MovedTo   OrderID `json:"moved_to,omitempty"`
	Extension string  `json:"extension,omitempty"`
	Limit     int     `json:"limit,omitempty"`
	// Ref is of an [Internal] one: it stands in the server's log, too.
	Ref string `json:"ref,omitempty"`
}
