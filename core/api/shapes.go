package api

import (
	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk"
)

// The shapes of bodies that are read or written by hand, for the OpenAPI
// document.
type (
	openBody struct {
		User *sdk.User `json:"user"`
	}
	posBody struct {
		ID   sdk.POSID `json:"id"`
		Name string    `json:"name"`
	}
	nameBody struct {
		Name string `json:"name"`
	}
	reasonBody struct {
		Reason string `json:"reason"`
	}
	pushShape struct {
		ClientID  sdk.ClientID   `json:"client_id" required:"true"`
		Cursor    sdk.Cursor     `json:"cursor" required:"true"`
		Mutations []sdk.Mutation `json:"mutations" required:"true"`
	}
	pushedShape struct {
		LastID  sdk.MutationID `json:"last_id"`
		Results []sdk.Result   `json:"results"`
		Changes []sdk.Change   `json:"changes"`
		Cursor  sdk.Cursor     `json:"cursor"`
		Seq     sdk.Seq        `json:"seq"`
		Head    sdk.Seq        `json:"head"`
		More    bool           `json:"more"`
	}
	// pulledShape is of mode "changes" (then it has Changes, and a cursor
	// always) or "snapshot" (then Orders; Page but on the last, which has the
	// cursor).
	pulledShape struct {
		Mode    string         `json:"mode" enum:"changes,snapshot"`
		Changes []sdk.Change   `json:"changes,omitempty"`
		Orders  []sdk.Order    `json:"orders,omitempty"`
		Page    string         `json:"page,omitempty"`
		Cursor  sdk.Cursor     `json:"cursor,omitempty"`
		Seq     sdk.Seq        `json:"seq,omitempty"`
		Head    sdk.Seq        `json:"head,omitempty"`
		More    bool           `json:"more"`
		LastID  sdk.MutationID `json:"last_id,omitempty"`
	}
	ordersShape struct {
		Orders []sdk.Order `json:"orders"`
		After  *string     `json:"after"`
	}
	catalogueShape struct {
		Products  []map[string]any `json:"products"`
		Customers []map[string]any `json:"customers"`
		Cashiers  []map[string]any `json:"cashiers"`
	}
	ticketShape struct {
		Ticket string `json:"ticket"`
	}
	statusShape struct {
		Status string `json:"status"`
		// Damaged is how many damaged places were found in the store.
		Damaged int `json:"damaged,omitempty"`
		// Stuck are multi-sessions whose tills wait for a decision that takes too long.
		Stuck []sdk.MultiSessionID `json:"stuck,omitempty"`
	}
	documentShape struct {
		OpenAPI string         `json:"openapi"`
		Paths   map[string]any `json:"paths"`
	}
	nothingShape       struct{}
	multiSessionsShape struct {
		MultiSessions []directory.MultiSession `json:"multi_sessions"`
	}
	historyShape struct {
		Changes []sdk.Change `json:"changes"`
	}
	cancelledShape struct {
		Change sdk.Change `json:"change"`
	}
	allPOSShape struct {
		POS []directory.POS `json:"pos"`
	}
	tokenShape struct {
		ID    sdk.POSID `json:"id"`
		Token string    `json:"token"`
	}
	rejectionsShape struct {
		Rejections []rejectionShape `json:"rejections"`
		After      *string          `json:"after"`
	}
	rejectionShape struct {
		ID           string             `json:"id"`
		At           string             `json:"at"`
		MultiSession sdk.MultiSessionID `json:"multi_session"`
		ClientID     sdk.ClientID       `json:"client_id"`
		By           sdk.Author         `json:"by"`
		Mutation     sdk.Mutation       `json:"mutation"`
		Code         sdk.Code           `json:"code"`
		Message      string             `json:"message"`
		Kept         []sdk.PaymentID    `json:"kept"`
		Resolved     bool               `json:"resolved,omitempty"`
	}
	connectionsShape struct {
		Connections []connection `json:"connections"`
	}
)

// extraShape is what stands beside code and message, up to the code.
type extraShape struct {
	At           string    `json:"at,omitempty"`
	Reason       string    `json:"reason,omitempty"`
	Expected     int64     `json:"expected,omitempty"`
	Got          int64     `json:"got,omitempty"`
	What         string    `json:"what,omitempty"`
	Limit        int64     `json:"limit,omitempty"`
	ID           int64     `json:"id,omitempty"`
	Protocol     *Protocol `json:"protocol,omitempty"`
	RetryAfterMS int       `json:"retry_after_ms,omitempty"`
}

// frames are what a socket carries, each way; an event stream carries those of
// the server but pushed, presence and error.
type (
	fromTill struct {
		Hello struct {
			T        string       `json:"t" enum:"hello"`
			Protocol int          `json:"protocol"`
			Token    string       `json:"token"`
			ClientID sdk.ClientID `json:"client_id"`
			Cursor   *sdk.Cursor  `json:"cursor,omitempty"`
		} `json:"hello"`
		Push struct {
			T         string         `json:"t" enum:"push"`
			Ref       int            `json:"ref"`
			Mutations []sdk.Mutation `json:"mutations"`
		} `json:"push"`
		Presence struct {
			T     string       `json:"t" enum:"presence"`
			Order *sdk.OrderID `json:"order"`
		} `json:"presence"`
	}
	fromServer struct {
		Welcome welcome `json:"welcome"`
		Changes struct {
			T       string         `json:"t" enum:"changes"`
			Changes []sdk.Change   `json:"changes"`
			Cursor  sdk.Cursor     `json:"cursor"`
			Seq     sdk.Seq        `json:"seq"`
			LastID  sdk.MutationID `json:"last_id"`
			More    bool           `json:"more,omitempty"`
		} `json:"changes"`
		Snapshot struct {
			T      string         `json:"t" enum:"snapshot"`
			Orders []sdk.Order    `json:"orders"`
			More   bool           `json:"more"`
			Cursor sdk.Cursor     `json:"cursor,omitempty"`
			Seq    sdk.Seq        `json:"seq,omitempty"`
			LastID sdk.MutationID `json:"last_id,omitempty"`
		} `json:"snapshot"`
		Pushed struct {
			T       string         `json:"t" enum:"pushed"`
			Ref     int            `json:"ref"`
			LastID  sdk.MutationID `json:"last_id"`
			Results []sdk.Result   `json:"results"`
		} `json:"pushed"`
		Till       tillFrame       `json:"till"`
		Extensions extensionsFrame `json:"extensions"`
		Catalogue  catalogueFrame  `json:"catalogue"`
		Presence   struct {
			T string `json:"t" enum:"presence"`
			multisession.Present
		} `json:"presence"`
		Heartbeat struct {
			T    string  `json:"t" enum:"hb"`
			Head sdk.Seq `json:"head"`
		} `json:"hb"`
		Reset struct {
			T      string     `json:"t" enum:"reset"`
			Reason sdk.Reason `json:"reason"`
		} `json:"reset"`
		Error struct {
			T       string   `json:"t" enum:"error"`
			Ref     int      `json:"ref,omitempty"`
			Code    sdk.Code `json:"code"`
			Message string   `json:"message"`
			extraShape
		} `json:"error"`
	}
)
