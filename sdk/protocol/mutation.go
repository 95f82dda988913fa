package protocol

// Mutation is a wish: what a POS asks for. All its ops happen or none.
type Mutation struct {
	ID   MutationID `json:"id"`
	User *User      `json:"user,omitempty" shape:"null"`
	// At is when it was tapped, RFC 3339. It only informs.
	At  string `json:"at,omitempty"`
	Ops Ops    `json:"ops"`
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
