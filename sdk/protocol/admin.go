package protocol

import "encoding/json"

// The bodies of the admin's calls.
type (
	// AdminMultiSession is a multi-session as the operator sees it.
	AdminMultiSession struct {
		ID     MultiSessionID `json:"id"`
		Name   string         `json:"name"`
		Active bool           `json:"active"`
		POS    []POSID        `json:"pos"`
		Run    Run            `json:"run"`
		// Relay is of a copy: the shop's server that is its home.
		Relay *RelayID `json:"relay,omitempty"`
	}
	// MultiSessionsResponse lists them.
	MultiSessionsResponse struct {
		MultiSessions []AdminMultiSession `json:"multi_sessions"`
	}
	// MultiSessionRequest makes or changes one; what is missing stays as it is.
	MultiSessionRequest struct {
		Name   *string  `json:"name,omitempty"`
		Active *bool    `json:"active,omitempty"`
		POS    *[]POSID `json:"pos,omitempty"`
	}
	// HistoryResponse is a page of the changes of one order.
	HistoryResponse struct {
		Changes []Change `json:"changes"`
		After   *string  `json:"after"`
	}
	// CancelRequest voids an open order in the admin's name.
	CancelRequest struct {
		Reason string `json:"reason,omitempty"`
	}
	// CancelResponse has the change that did it.
	CancelResponse struct {
		Change Change `json:"change"`
	}

	// AdminPOS is a POS as the operator sees it.
	AdminPOS struct {
		ID           POSID           `json:"id"`
		Name         string          `json:"name"`
		MultiSession *MultiSessionID `json:"multi_session"`
		TillOpen     bool            `json:"till_open"`
		User         *User           `json:"user"`
		LastSeen     *string         `json:"last_seen"`
	}
	// POSResponse lists them.
	POSResponse struct {
		POS []AdminPOS `json:"pos"`
	}
	// CreatePOSRequest makes one; without a name it has its id's.
	CreatePOSRequest struct {
		ID   POSID  `json:"id"`
		Name string `json:"name,omitempty"`
	}
	// RenamePOSRequest changes its name.
	RenamePOSRequest struct {
		Name string `json:"name,omitempty"`
	}
	// TokenResponse has a new token, which is shown this once. Name is there
	// where the POS was just made.
	TokenResponse struct {
		ID    POSID  `json:"id"`
		Name  string `json:"name,omitempty"`
		Token string `json:"token"`
	}

	// RejectedMutation is a rejected mutation in the operator's inbox.
	RejectedMutation struct {
		ID           string         `json:"id"`
		At           string         `json:"at"`
		MultiSession MultiSessionID `json:"multi_session"`
		ClientID     ClientID       `json:"client_id"`
		By           Author         `json:"by"`
		// Mutation is as the till sent it, whatever was wrong with it.
		Mutation json.RawMessage `json:"mutation" shape:"Mutation"`
		Code     Code            `json:"code"`
		Message  string          `json:"message"`
		Kept     []PaymentID     `json:"kept"`
		Resolved bool            `json:"resolved,omitempty"`
	}
	// RejectionsResponse is a page of them. After asks for the next page; null
	// is the end.
	RejectionsResponse struct {
		Rejections []RejectedMutation `json:"rejections"`
		After      *string            `json:"after"`
	}

	// Connection is an open socket, stream or long poll.
	Connection struct {
		POS          POS            `json:"pos"`
		User         *User          `json:"user"`
		Transport    string         `json:"transport"`
		ClientID     ClientID       `json:"client_id"`
		Seq          Seq            `json:"seq"`
		Lag          Seq            `json:"lag"`
		Since        string         `json:"since"`
		MultiSession MultiSessionID `json:"multi_session"`
	}
	// ConnectionsResponse lists them.
	ConnectionsResponse struct {
		Connections []Connection `json:"connections"`
	}

	// Node is one of the servers that work on one database.
	Node struct {
		// Name is made at each start; At is where it is, HOST:PORT.
		Name string `json:"name"`
		At   string `json:"at"`
		// Extensions are those that it runs, in their order, and More how many more.
		Extensions []NodeExtension `json:"extensions"`
		More       int             `json:"more,omitempty"`
		// Schema is a hash of the fields that it knows.
		Schema string `json:"schema"`
		// Differs says what it runs otherwise than the server that answers; "" if
		// nothing.
		Differs string `json:"differs,omitempty"`
	}
	// NodeExtension is an extension of a node; Sum is of its files and settings.
	NodeExtension struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		Sum     string `json:"sum"`
	}
	// NodesResponse lists the nodes, the one that answers first; none where it is the
	// only one that may be. Trouble says why they don't hear of each other at once; ""
	// if they do.
	NodesResponse struct {
		Nodes   []Node `json:"nodes"`
		Trouble string `json:"trouble,omitempty"`
	}

	// ExtensionsResponse is what runs and what is switched off, and the fields
	// that are synced.
	ExtensionsResponse struct {
		Extensions []ExtensionStatus `json:"extensions"`
		Disabled   []ExtensionTag    `json:"disabled"`
		Schema     *Schema           `json:"schema" shape:"Schema"`
	}
	// SwitchExtensionRequest enables or disables one, for good.
	SwitchExtensionRequest struct {
		Enabled bool `json:"enabled"`
	}

	// TraceRequest notes an extension's runs for so many seconds.
	TraceRequest struct {
		Seconds int `json:"seconds"`
	}
	// TraceResponse are the last runs of an extension, the eldest first. Until is
	// when the trace ends, or has ended; null: there is none.
	TraceResponse struct {
		On    bool           `json:"on"`
		Until *string        `json:"until"`
		Runs  []ExtensionRun `json:"runs"`
	}

	// StorageResponse is what an extension has stored for a multi-session: how many
	// keys, how many bytes, and a page of them, by key. After is for the next page.
	StorageResponse struct {
		Keys    int           `json:"keys"`
		Bytes   int           `json:"bytes"`
		Entries []StoredEntry `json:"entries"`
		After   *string       `json:"after"`
	}
	// StoredEntry is one key. Bytes are the key's and the value's. With Order the
	// entry goes when that order ends. A Damaged value can't be read, and is null.
	StoredEntry struct {
		Key     string  `json:"key"`
		Bytes   int     `json:"bytes"`
		Value   Value   `json:"value"`
		Order   OrderID `json:"order,omitempty"`
		Damaged bool    `json:"damaged,omitempty"`
	}

	// AdminEffect is what an extension wants done after a commit, and how far that
	// is. Tries have failed, the last with LastError; the next one is at Next, null
	// where none is to come. Result is the outcome; null where there is none yet.
	AdminEffect struct {
		ID           string         `json:"id"`
		MultiSession MultiSessionID `json:"multi_session"`
		Extension    string         `json:"extension"`
		Order        OrderID        `json:"order"`
		Name         string         `json:"name"`
		Key          string         `json:"key"`
		State        EffectState    `json:"state"`
		Tries        int            `json:"tries"`
		LastError    string         `json:"last_error"`
		At           string         `json:"at"`
		Next         *string        `json:"next"`
		Data         Value          `json:"data"`
		Result       Value          `json:"result"`
	}
	// EffectsResponse is a page of them, in the order in which they were asked for.
	// After asks for the next page; null is the end.
	EffectsResponse struct {
		Effects []AdminEffect `json:"effects"`
		After   *string       `json:"after"`
	}
	// ReleasedResponse says how many effects were held and go on.
	ReleasedResponse struct {
		Released int `json:"released"`
	}

	// StatsResponse is the last hour, oldest first; the newest bucket isn't
	// over yet.
	StatsResponse struct {
		BucketSeconds int           `json:"bucket_seconds"`
		Buckets       []StatsBucket `json:"buckets"`
	}
	// StatsBucket is what happened in some seconds from At on. The latencies are
	// of pushes, from their arrival to being on disk; null where there were none.
	StatsBucket struct {
		At        string   `json:"at"`
		Seconds   float64  `json:"seconds"`
		Mutations uint64   `json:"mutations"`
		Rejected  uint64   `json:"rejected"`
		P50       *float64 `json:"p50_ms"`
		P99       *float64 `json:"p99_ms"`
	}

	// BackupRequest begins a backup; without a name it gets one of its time.
	BackupRequest struct {
		Name string `json:"name,omitempty"`
	}
	// BackupsResponse is the folder of backups, newest first. Failed is the last
	// one, if it failed.
	BackupsResponse struct {
		Folder  string         `json:"folder"`
		Running *BackupRunning `json:"running"`
		Failed  *BackupFailure `json:"failed"`
		Backups []BackupFile   `json:"backups"`
	}
	// BackupRunning is one under way: Pages of Of are done; an Of of 0 isn't
	// known yet.
	BackupRunning struct {
		Name  string `json:"name"`
		At    string `json:"at"`
		Pages int    `json:"pages"`
		Of    int    `json:"of"`
	}
	// BackupFailure is one that failed.
	BackupFailure struct {
		Name    string `json:"name"`
		At      string `json:"at"`
		Message string `json:"message"`
	}
	// BackupFile is one that is there.
	BackupFile struct {
		Name  string `json:"name"`
		Bytes int64  `json:"bytes"`
		At    string `json:"at"`
	}
)

// EffectState is how far an effect is: held is of a restored backup, until the
// operator releases it; answered has an outcome that its order hasn't taken yet.
type EffectState string

// The states of effects.
const (
	EffectWaiting  EffectState = "waiting"
	EffectHeld     EffectState = "held"
	EffectAnswered EffectState = "answered"
	EffectDone     EffectState = "done"
	EffectGivenUp  EffectState = "given_up"
	EffectDropped  EffectState = "dropped"
)

// EffectStates are all of them.
var EffectStates = []EffectState{EffectWaiting, EffectHeld, EffectAnswered, EffectDone, EffectGivenUp, EffectDropped}
