package storetest

import (
	"testing"

	"github.com/manytill/manytill/core/store"
)

// Harness is an empty store under test and what a test can do to it. A nil function
// isn't possible with this store.
type Harness struct {
	Store store.Store
	// Reopen closes the store and opens the same data again, as a restart.
	Reopen func(*testing.T) store.Store
	// OpenBackup opens what Store.Backup wrote to a path.
	OpenBackup func(t *testing.T, path string) store.Store
	// Fill makes the disk full, or frees space again.
	Fill func(full bool)
}

// Run runs the suite. open makes a new empty store for each test and
// registers its own cleanup.
func Run(t *testing.T, open func(*testing.T) Harness) {
	tests := []struct {
		name string
		run  func(*kit)
	}{
		{"load of what was committed", loadCommitted},
		{"load of nothing", loadNothing},
		{"commit whole or nothing", wholeOrNothing},
		{"commit expects the head", staleCommit},
		{"commit expects the turn", staleTurn},
		{"commit replaces rows one by one", replaceRows},
		{"commit keeps no memory of its arguments", argumentsStayTheirs},
		{"commit of outcomes alone", outcomesAlone},
		{"commit with an ended context", endedContext},
		{"concurrent commits fail alone", concurrentCommits},
		{"readers see complete batches", wholeBatches},
		{"orders", orders},
		{"list by run and number", listPages},
		{"touched pages", touchedPages},
		{"touched pages with changes in between", touchedWhileWriting},
		{"touched keeps a change's orders on one page", touchedTies},
		{"changes", changePages},
		{"pages end by bytes", bytePages},
		{"clients and outcomes", clients},
		{"runs and tills", runsAndTills},
		{"values", values},
		{"any text of extensions", anyText},
		{"effects", effectRows},
		{"effects in the order in which a batch asks", askedTurned},
		{"effects once for ever", effectOnce},
		{"effects and their outcomes", effectStates},
		{"effects and pruning", pruneEffects},
		{"effects that are held", effectRelease},
		{"effects by one node", effectLease},
		{"effects in a backup", effectBackup},
		{"multi-sessions", multiSessions},
		{"POS move between multi-sessions", posMove},
		{"POS", posRows},
		{"tokens", tokens},
		{"values of a POS", posValues},
		{"relays", relays},
		{"rows of another store", copiedRows},
		{"rows of another store anew", copiedAnew},
		{"rejections", rejections},
		{"rejections beyond what is kept", trimRejections},
		{"clients of each POS", clientCounts},
		{"history", history},
		{"prune", prune},
		{"prune of the head", pruneHead},
		{"prune twice", pruneTwice},
		{"prune by seq", pruneBySeq},
		{"prune under a wrong clock", pruneWrongClock},
		{"prune leaves ids taken", pruneKeepsIDs},
		{"identity", identity},
		{"known fields", knownFields},
		{"reopen", reopen},
		{"backup", backup},
		{"full disk", fullDisk},
		{"the same as mem", likeMem},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.run(newKit(t, open(t)))
		})
	}
}
