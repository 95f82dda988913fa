package protocol

import "encoding/json"

// RelayID names a shop's server at the server of its chain: 1 to 32 of
// `A-Z a-z 0-9 . _ -`.
type RelayID string

// MaxRelayID is the longest one, in bytes: with a multi-session's id behind it, it must
// be an id.
const MaxRelayID = 32

// Valid reports whether id can be one.
func (id RelayID) Valid() bool {
	if !ValidID(id) || len(id) > MaxRelayID {
		return false
	}
	for _, c := range []byte(id) {
		if c == ':' {
			return false
		}
	}
	return true
}

// RelayVersion is that of the link between a shop's server and its chain's. Servers
// with other versions don't link.
const RelayVersion = 1

// The calls and frames of a link (docs/relay.md). The shop opens it: a WebSocket at
// /v1/relay, with the relay's token.
type (
	// RelayHello is the shop's first frame.
	RelayHello struct {
		T        string `json:"t"`
		Relay    int    `json:"relay"` // RelayVersion
		Version  string `json:"version"`
		ServerID string `json:"server_id"`
		Epoch    string `json:"epoch"`
	}
	// RelayWelcome is the chain's answer.
	RelayWelcome struct {
		T        string  `json:"t"`
		Relay    int     `json:"relay"`
		Version  string  `json:"version"`
		ServerID string  `json:"server_id"`
		ID       RelayID `json:"id"`
		Name     string  `json:"name"`
	}
	// RelayOffers are all multi-sessions of the shop. It comes after the welcome, and
	// again whenever one of them is another.
	RelayOffers struct {
		T             string       `json:"t"`
		MultiSessions []RelayOffer `json:"multi_sessions"`
	}
	// RelayOffer is one of them.
	RelayOffer struct {
		ID     MultiSessionID `json:"id"`
		Name   string         `json:"name"`
		Active bool           `json:"active"`
	}
	// RelayPositions are how far the chain's copies of offered multi-sessions are.
	RelayPositions struct {
		T         string          `json:"t"`
		Positions []RelayPosition `json:"positions"`
	}
	// RelayPosition is one of them. Tag is of the change at Seq, in hex; "" if the copy
	// doesn't have that change.
	RelayPosition struct {
		MultiSession MultiSessionID `json:"multi_session"`
		Seq          Seq            `json:"seq"`
		Tag          string         `json:"tag"`
		RelayProgress
	}
	// RelayProgress is stored with a copy: what it is a copy of, and what it lacks.
	RelayProgress struct {
		// Epoch is that of the shop's database; "" if nothing was copied yet.
		Epoch string `json:"epoch"`
		// Rejection is the last one that was copied.
		Rejection int64 `json:"rejection"`
		// Listed and Since are set while the copy has changes whose orders it lacks: the
		// last order of the list under way, and the seq since which orders are sent whole.
		Listed *RelayPlace `json:"listed,omitempty"`
		Since  *Seq        `json:"since,omitempty"`
	}
	// RelayPlace is a place in the list of orders by run and number.
	RelayPlace struct {
		Run    Run    `json:"run"`
		Number Number `json:"number"`
	}
	// RelayPiece is the next piece of a multi-session, from the shop. The chain stores it
	// in one transaction and answers with RelayStored; until then no other piece of the
	// same multi-session comes.
	RelayPiece struct {
		T            string         `json:"t"`
		MultiSession MultiSessionID `json:"multi_session"`
		// After is where the copy stands. With Anew, what the copy has is dropped, and its
		// log begins behind After.
		After Seq  `json:"after"`
		Anew  bool `json:"anew,omitempty"`
		// Changes follow After without holes, as tills get them.
		Changes []json.RawMessage `json:"changes,omitempty" shape:"Change"`
		Orders  []RelayOrder      `json:"orders,omitempty"`
		Run     Run               `json:"run"`
		RunOpen bool              `json:"run_open"`
		// Rejections are of the shop's inbox.
		Rejections []RejectedMutation `json:"rejections,omitempty"`
		// Progress is the copy's with this piece; Head is the shop's seq now.
		Progress RelayProgress `json:"progress"`
		Head     Seq           `json:"head"`
	}
	// RelayOrder is an order as it is stored; its bodies are the server's own.
	RelayOrder struct {
		ID       OrderID         `json:"id"`
		Run      Run             `json:"run"`
		Number   Number          `json:"number"`
		State    State           `json:"state"`
		Rev      int64           `json:"rev"`
		Created  Seq             `json:"created"`
		Seq      Seq             `json:"seq"`
		At       int64           `json:"at"` // milliseconds since 1970
		Body     json.RawMessage `json:"body" shape:"Value"`
		Lines    []RelayRow      `json:"lines,omitempty"`
		Payments []RelayRow      `json:"payments,omitempty"`
	}
	// RelayRow is a line or a payment of it.
	RelayRow struct {
		ID   string          `json:"id"`
		N    int             `json:"n"`
		Seq  Seq             `json:"seq"`
		Body json.RawMessage `json:"body" shape:"Value"`
	}
	// RelayStored says that all up to Seq is on the chain's disk.
	RelayStored struct {
		T            string         `json:"t"`
		MultiSession MultiSessionID `json:"multi_session"`
		Seq          Seq            `json:"seq"`
	}
	// RelayTills are all of the chain's tills in a multi-session that are open.
	RelayTills struct {
		T            string         `json:"t"`
		MultiSession MultiSessionID `json:"multi_session"`
		Tills        []RelayTill    `json:"tills"`
	}
	// RelayTill is one of them.
	RelayTill struct {
		POS  POS   `json:"pos"`
		User *User `json:"user"`
	}
	// RelayPush asks the shop to decide mutations of a till of the chain. Pushes are
	// decided in order.
	RelayPush struct {
		T            string            `json:"t"`
		Ref          int64             `json:"ref"`
		MultiSession MultiSessionID    `json:"multi_session"`
		ClientID     ClientID          `json:"client_id"`
		POS          POS               `json:"pos"`
		Mutations    []json.RawMessage `json:"mutations" shape:"Mutation"`
	}
	// RelayPushed answers it, after all changes up to the one that the last of its
	// mutations made. Error is a whole push's failure.
	RelayPushed struct {
		T       string            `json:"t"`
		Ref     int64             `json:"ref"`
		LastID  MutationID        `json:"last_id"`
		Results []json.RawMessage `json:"results,omitempty" shape:"Result"`
		Error   *Problem          `json:"error,omitempty"`
	}
	// RelayPresence says who looks at which order of a multi-session at the sender's end,
	// or (null) at none any more. With All, nobody else there looks at any.
	RelayPresence struct {
		T            string         `json:"t"`
		MultiSession MultiSessionID `json:"multi_session"`
		All          bool           `json:"all,omitempty"`
		Present      []Presence     `json:"present"`
	}
	// RelayRejections are rejected mutations of a multi-session: as "waiting", some that
	// are in the sender's inbox; as "resolved", those that aren't any more.
	RelayRejections struct {
		T            string           `json:"t"`
		MultiSession MultiSessionID   `json:"multi_session"`
		Rejections   []RelayRejection `json:"rejections"`
	}
	// RelayRejection names one at both ends.
	RelayRejection struct {
		ClientID ClientID   `json:"client_id"`
		ID       MutationID `json:"id"`
	}
	// RelayHeads says from time to time how far the shop is, and that the link is alive.
	RelayHeads struct {
		T     string                 `json:"t"`
		Heads map[MultiSessionID]Seq `json:"heads"`
	}
	// RelayFailure is the last frame of a link that can't go on.
	RelayFailure struct {
		T       string `json:"t"`
		Code    Code   `json:"code"`
		Message string `json:"message"`
	}
)

// What T of these frames is.
const (
	RelayHelloFrame     = "hello"
	RelayWelcomeFrame   = "welcome"
	RelayOffersFrame    = "offers"
	RelayPositionsFrame = "positions"
	RelayPieceFrame     = "piece"
	RelayStoredFrame    = "stored"
	RelayTillsFrame     = "tills"
	RelayPushFrame      = "push"
	RelayPushedFrame    = "pushed"
	RelayPresenceFrame  = "presence"
	RelayWaitingFrame   = "waiting"
	RelayResolvedFrame  = "resolved"
	RelayHeadsFrame     = "hb"
	RelayFailureFrame   = "error"
)

// The bodies of the admin's calls about relays.
type (
	// AdminRelay is a shop's server as the operator of its chain sees it.
	AdminRelay struct {
		ID   RelayID `json:"id"`
		Name string  `json:"name"`
		// Connected: the link is up. Since is when it came up or was last seen; null if it
		// never was.
		Connected bool    `json:"connected"`
		Since     *string `json:"since"`
		Version   string  `json:"version,omitempty"`
		// Elsewhere: another server of the chain's database has the link, and knows what its
		// copies lack.
		Elsewhere bool `json:"elsewhere,omitempty"`
		// Problem is why the last link ended that couldn't go on.
		Problem       string      `json:"problem,omitempty"`
		MultiSessions []AdminCopy `json:"multi_sessions"`
	}
	// AdminCopy is the copy of a multi-session, at the chain or as the shop sees it. Seq is
	// where it stands, Behind how many changes it lacks, null where that isn't known. BehindMS
	// is for how many milliseconds it may have lacked some. Whole is false while orders are
	// being copied.
	AdminCopy struct {
		ID       MultiSessionID `json:"id"`
		Name     string         `json:"name"`
		Seq      Seq            `json:"seq"`
		Behind   *Seq           `json:"behind"`
		BehindMS int64          `json:"behind_ms"`
		Whole    bool           `json:"whole"`
	}
	// RelaysResponse lists them.
	RelaysResponse struct {
		Relays []AdminRelay `json:"relays"`
	}
	// CreateRelayRequest makes one; without a name it has its id's.
	CreateRelayRequest struct {
		ID   RelayID `json:"id"`
		Name string  `json:"name,omitempty"`
	}
	// RelayTokenResponse has a relay's new token, which is shown this once.
	RelayTokenResponse struct {
		ID    RelayID `json:"id"`
		Name  string  `json:"name,omitempty"`
		Token string  `json:"token"`
	}
	// UpstreamResponse says how a shop's server stands with its chain's; URL is "" where
	// it has none.
	UpstreamResponse struct {
		URL       string  `json:"url"`
		Connected bool    `json:"connected"`
		Since     *string `json:"since"` // when that began
		// Problem is why there is no link, and what to do.
		Problem       string      `json:"problem,omitempty"`
		Name          string      `json:"name,omitempty"` // this shop's, at the chain
		MultiSessions []AdminCopy `json:"multi_sessions"`
	}
)
