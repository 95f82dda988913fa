package machine

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

// plain is a table as testdata/phases.json has it.
type plain map[string]map[string]string

func plainOf[P, E ~string](t table[P, E]) plain {
	all := plain{}
	for phase, row := range t {
		all[string(phase)] = map[string]string{}
		for event, to := range row {
			all[string(phase)][string(event)] = string(to)
		}
	}
	return all
}

// TestPhases: the tables are those that both clients share, and say what
// follows in every phase on every event.
func TestPhases(t *testing.T) {
	tables := map[string]plain{
		"link": plainOf(linkTable), "disk": plainOf(diskTable), "inbox": plainOf(inboxTable),
		"recovery": plainOf(recoveryTable), "entry": plainOf(entryTable),
	}
	raw, err := os.ReadFile("testdata/phases.json")
	require.NoError(t, err)
	var shared map[string]plain
	require.NoError(t, json.Unmarshal(raw, &shared))
	require.Equal(t, shared, tables)
	for part, table := range tables {
		events := map[string]bool{}
		for _, row := range table {
			for event := range row {
				events[event] = true
			}
		}
		for phase, row := range table {
			leaves := false
			for event := range events {
				to := row[event]
				require.NotEmpty(t, to, "%s: nothing is said of %s while %s", part, event, phase)
				_, isPhase := table[to]
				require.True(t, isPhase || to == ignored || to == impossible, "%s: %s while %s leads to %s, which is no phase", part, event, phase, to)
				leaves = leaves || isPhase && to != phase
			}
			require.True(t, leaves, "%s: nothing leads out of %s", part, phase)
		}
	}
}

// TestImpossible: what a part must see to is no silent mistake.
func TestImpossible(t *testing.T) {
	require.Panics(t, func() { linkTable.next(linkOpen, onDial) })
	require.Panics(t, func() { linkTable.next("unheard of", onDial) })
	require.Equal(t, linkDown, linkTable.next(linkDown, onWelcome))
}

// TestConnectionPhases: each phase of a socket is a type of its own.
func TestConnectionPhases(t *testing.T) {
	for phase := range linkTable {
		for event, to := range linkTable[phase] {
			c := carrier{at: map[linkPhase]connection{
				linkDown: &down{}, linkDialing: &dialing{conn: 7}, linkGreeting: &greeting{session{conn: 7}},
				linkOpen: &open{session{conn: 7}}, linkDoomed: &doomed{session{conn: 7}},
			}[phase]}
			require.Equal(t, phase, c.at.phase())
			if to == impossible {
				continue
			}
			c.enter(event, 7, c.dialAt)
			if to != ignored {
				require.Equal(t, to, c.at.phase(), "%s while %s", event, phase)
			}
			if talk := c.talk(); talk != nil {
				require.Equal(t, 7, talk.conn, "%s while %s keeps the connection", event, phase)
			}
		}
	}
}

// TestPiles: what isn't complete stays until it is, or is let go.
func TestPiles(t *testing.T) {
	for _, p := range []pile{awaiting{}, paging{orders: []protocol.Order{{ID: "o"}}, next: "p"}, following{}, folding{next: "c"}} {
		require.Equal(t, inboxTable.next(p.phase(), onDiscard), discard(p).phase())
		require.Equal(t, inboxTable.next(p.phase(), onForget), forget(p).phase())
	}
}
