package api

import (
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
	name, err := t.tickets.give(c.r.Context(), c.caller.Token, c.caller.POS.ID)
	if protocol.CodeOf(err) == protocol.RateLimited {
		t.refusedOf(c.caller.POS.ID, refusedTicket, "ticket refused: this POS took too many")
	}
	if err != nil {
		return err
	}
	return c.answer(protocol.TicketResponse{Ticket: name})
}
