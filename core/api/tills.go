package api

import (
	"strings"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/sdk/protocol"
)

// tillCalls open and close tills, and give tickets.
type tillCalls struct {
	*observer
	directory *directory.Directory
	intake    *intake
	tickets   *tickets
}

func (t *tillCalls) open(c *call) error {
	body, err := t.intake.object(c)
	if err != nil {
		return err
	}
	who, err := user(body.Get("user"))
	if err != nil {
		return err
	}
	opened, err := t.directory.OpenTill(c.r.Context(), c.caller.POS.ID, who)
	if err != nil {
		return err
	}
	return c.answer(opened)
}

func (t *tillCalls) close(c *call) error {
	closed, err := t.directory.CloseTill(c.r.Context(), c.caller.POS.ID)
	if err != nil {
		return err
	}
	return c.answer(closed)
}

func (t *tillCalls) ticket(c *call) error {
	token := strings.TrimSpace(c.r.Header.Get("Authorization")[len("Bearer "):])
	name, err := t.tickets.give(token, c.caller.POS.ID)
	if err != nil {
		t.refusedOf(c.caller.POS.ID, refusedTicket, "ticket refused: this POS took too many")
		return err
	}
	return c.answer(protocol.TicketResponse{Ticket: name})
}
