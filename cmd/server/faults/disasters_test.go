package faults_test

import (
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/sdk/protocol"
)

// disaster is what can happen of the disaster that was drawn.
func (w *simulation) disaster() []choice {
	switch w.faults.disaster {
	case "restore", "rawcopy":
		return []choice{{"backup", 9, w.backup}, {"restore", 8, w.restore}}
	case "clone":
		return []choice{{"clone", 4, w.clone}}
	case "move":
		return []choice{{"move", 2, w.move}}
	case "replace":
		return []choice{{"replace", 1, w.replace}}
	}
	return nil
}

func (w *simulation) backup() { w.backups = append(w.backups, w.server.store.Clone()) }

// restore begins the server anew with a backup: as the restore command does,
// or as a copied file. What was decided since is the tills' to bring again.
// Earlier backups are gone then: who restores one of before a restore undoes
// what the tills did meanwhile and no longer hold.
func (w *simulation) restore() {
	if len(w.backups) == 0 {
		w.idle = true
		return
	}
	backup := pick(w.dice, w.backups)
	w.backups = nil
	w.restores++
	for _, ms := range floors {
		w.server.snapshot(ms) // it learns of commits whose answer was lost, and so does the witness
	}
	w.witness.look()
	w.server.store = backup
	if w.faults.disaster == "restore" {
		w.server.store = backup.Restored(w.id("EPOCH"))
	}
	w.crash("a backup is restored: " + w.faults.disaster)
	w.server.forget()
	w.witness.restored()
}

// replace puts another server with an empty database at the same address, once: queues
// are put aside there.
func (w *simulation) replace() {
	if w.server.serverID() != firstServer {
		w.idle = true
		return
	}
	w.server.store = mem.NewAs(store.Identity{ServerID: "MEMSERVER2", Epoch: w.id("EPOCH")})
	w.server.register()
	w.crash("another server is at the address")
	w.server.forget()
	w.witness.restored()
}

// clone starts a second till on a copy of a till's storage, on the same POS or on
// another. A third one on the same would be too much: what two of them hold and the
// third made foreign goes to a new client_id from both.
func (w *simulation) clone() {
	if len(w.tills) > 3 {
		w.idle = true
		return
	}
	from := pick(w.dice, w.tills)
	t := &till{
		w: w, name: w.id("clone"), pos: from.pos, user: from.user, polls: from.polls, script: from.script, store: from.store.copied(),
	}
	if w.dice.one(3) {
		t.pos = pick(w.dice, w.tills).pos
	}
	w.tell("%s at %s is a clone of %s", t.name, t.pos.ID, from.name)
	w.tills = append(w.tills, t)
	t.boot()
	w.taps.cloned(t)
}

// move puts a POS into the other multi-session.
func (w *simulation) move() {
	t := pick(w.dice, w.tills)
	to := terrace
	if w.server.sessionOf(t.pos.ID).ID == terrace {
		to = mainFloor
	}
	w.server.closeTill(t)
	pos := map[protocol.MultiSessionID][]protocol.POSID{mainFloor: {}, terrace: {}}
	for _, id := range []protocol.POSID{"pos0", "pos1", "pos2"} {
		ms := w.server.sessionOf(id).ID
		if id == t.pos.ID {
			ms = to
		}
		pos[ms] = append(pos[ms], id)
	}
	w.server.setPOS(mainFloor, pos[mainFloor])
	w.server.setPOS(terrace, pos[terrace])
	w.tell("%s is moved to %s", t.pos.ID, to)
	for _, t := range w.tills {
		if t.socket != nil && t.socket.session != nil && t.socket.session.ID != w.server.sessionOf(t.pos.ID).ID {
			t.socket.closed = 4209
		}
	}
	w.late = nil
}
