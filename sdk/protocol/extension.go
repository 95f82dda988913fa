package protocol

// ExtensionState is how an extension does.
type ExtensionState string

// The states of an extension.
const (
	Running   ExtensionState = "running"
	Suspended ExtensionState = "suspended" // failed too often; tried again later
	Failed    ExtensionState = "failed"    // its last call failed
	Down      ExtensionState = "down"      // its process stays ended
)

// ExtensionStatus is an extension as the operator sees it.
type ExtensionStatus struct {
	Name    string           `json:"name"`
	Version string           `json:"version"`
	State   ExtensionState   `json:"state"`
	Fields  ExtensionFields  `json:"fields"`
	Calls   uint64           `json:"calls"`
	Errors  []ExtensionError `json:"errors"`
	TimeMS  float64          `json:"time_ms"`
	Notes   []string         `json:"notes"`
	// Stores: its manifest declares storage.
	Stores bool `json:"stores,omitempty"`
	// Signer is who signed the pack that it was added from, and "nobody" where
	// nobody did; without one it came from no pack.
	Signer string `json:"signer,omitempty"`
	// SuspendedUntil is when a suspended one is tried again. SkippedOrders
	// are those that it fails on again and again: they alone are left out.
	SuspendedUntil string    `json:"suspended_until,omitempty"`
	SkippedOrders  []OrderID `json:"skipped_orders,omitempty"`
	// Shadow is a new version that runs beside it without effect.
	Shadow *ExtensionShadow `json:"shadow,omitempty"`
	// For metrics: failures by hook ("" is the call as a whole, "suspended" a
	// record that wasn't handed over), and exported values that weren't taken.
	Failures map[string]uint64 `json:"-"`
	Dropped  uint64            `json:"-"`
}

// ExtensionFields are the names of what it owns.
type ExtensionFields struct {
	Order     []Field `json:"order"`
	Orderline []Field `json:"orderline"`
}

// ExtensionError is something that went wrong in a hook, Count times: First
// and At are the first and the last time, Order and Line the last place.
type ExtensionError struct {
	At      string  `json:"at"`
	First   string  `json:"first_at"`
	Count   uint64  `json:"count"`
	Hook    string  `json:"hook"`
	Order   OrderID `json:"order"`
	Line    LineID  `json:"line"`
	Message string  `json:"message"`
}

// ExtensionTag names an enabled extension.
type ExtensionTag struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Difference is one key whose value differs; null is none.
type Difference struct {
	Key    string `json:"key"`
	Before Value  `json:"before"`
	After  Value  `json:"after"`
}

// ExtensionRun is one run of an extension's hooks over one record: In is what the
// change did before them, Out what they made of it. End is taken, failed, vetoed,
// not_taken (of a value) or slow. Run is all that the hooks saw and gave, as
// `extension replay` reads it.
type ExtensionRun struct {
	Seq     int64        `json:"seq"`
	At      string       `json:"at"`
	TookMS  float64      `json:"took_ms"`
	LimitMS float64      `json:"limit_ms"`
	Model   Model        `json:"model"`
	Order   OrderID      `json:"order"`
	Line    LineID       `json:"line,omitempty"`
	Number  Number       `json:"number"`
	State   State        `json:"state"`
	End     string       `json:"end"`
	Hook    string       `json:"hook,omitempty"`
	Message string       `json:"message,omitempty"`
	In      []Difference `json:"in"`
	Out     []Difference `json:"out"`
	Notes   []string     `json:"notes"`
	Run     Value        `json:"run"`
}

// ExtensionShadow is a new version of an extension that runs beside the old one, on
// the same records and without effect: on how many records since when, how many
// would have become others, how many it couldn't be run on, and how many found no
// room to wait (Dropped). Found are the last of those that differ, the newest last.
type ExtensionShadow struct {
	Version string             `json:"version"`
	Since   string             `json:"since"`
	Runs    uint64             `json:"runs"`
	Differ  uint64             `json:"differ"`
	NotRun  uint64             `json:"not_run"`
	Dropped uint64             `json:"dropped"`
	TimeMS  float64            `json:"time_ms"`
	Found   []ShadowDifference `json:"found"`
}

// ShadowDifference is a record that would have become another: Was is how the old
// version's run ended, Is how the new one's did (taken, failed or vetoed).
type ShadowDifference struct {
	At          string       `json:"at"`
	Order       OrderID      `json:"order"`
	Number      Number       `json:"number"`
	Line        LineID       `json:"line,omitempty"`
	Was         string       `json:"was"`
	Is          string       `json:"is"`
	Message     string       `json:"message,omitempty"`
	Differences []Difference `json:"differences"`
}
