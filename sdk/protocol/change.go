package protocol

// Change is a fact: accepted, stored, numbered. A change of the server's own
// has no ClientID and ID. A folded one stands for all of From…Seq.
type Change struct {
	Seq      Seq        `json:"seq"`
	At       string     `json:"at" shape:"optional"`
	ClientID ClientID   `json:"client_id,omitempty"`
	ID       MutationID `json:"id,omitempty"`
	TappedAt string     `json:"tapped_at,omitempty"`
	By       *By        `json:"by,omitempty"`
	Folded   bool       `json:"folded,omitempty"`
	From     Seq        `json:"from,omitempty"`

	Orders map[OrderID]OrderChange `json:"orders"`
}

// OrderChange is what a change did to one order. Set, Lines and Payments are
// there only if they changed; values are absolute and null clears.
type OrderChange struct {
	Rev      int64                 `json:"rev"`
	Number   Number                `json:"number"`
	Run      Run                   `json:"run"`
	State    State                 `json:"state"`
	Needs    Needs                 `json:"needs,omitempty"`
	Review   []Review              `json:"review,omitempty"`
	Set      Fields                `json:"set,omitempty"`
	Lines    map[LineID]LineChange `json:"lines,omitempty"`
	Payments []Payment             `json:"payments,omitempty"`
}

// LineChange is what a change did to one line: new values, or it is gone from
// here, removed or moved.
type LineChange struct {
	N       int     `json:"n"`
	Set     Fields  `json:"set,omitempty"`
	Removed bool    `json:"removed,omitempty"`
	MovedTo OrderID `json:"moved_to,omitempty"`
}
