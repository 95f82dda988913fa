package faults_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/sdk/protocol"
)

// reached counts what simulations met, by kind and name: "op line.add", "code gone",
// "fault crash", "phase link open doom". A number of simulations that never met
// something that can be met tests less than it says.
type reached map[string]int

func (r reached) note(kind string, name ...string) {
	r[kind+" "+strings.Join(name, " ")]++
}

// ofScripts are kinds of what tills of the TypeScript client met.
const ofScripts = "TypeScript"

func (r reached) add(other reached) {
	for what, n := range other {
		r[what] += n
	}
}

// missing are those of what is due that were never met, sorted.
func (r reached) missing(due []string) (names []string) {
	for _, what := range due {
		if r[what] == 0 {
			names = append(names, what)
		}
	}
	slices.Sort(names)
	return names
}

// String is a line for each kind, with how often each of it was met.
func (r reached) String() string {
	kinds := map[string][]string{}
	for _, what := range slices.Sorted(maps.Keys(r)) {
		kind, name, _ := strings.Cut(what, " ")
		kinds[kind] = append(kinds[kind], fmt.Sprintf("%s %d", name, r[what]))
	}
	var text strings.Builder
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		fmt.Fprintf(&text, "%s (%d): %s\n", kind, len(kinds[kind]), strings.Join(kinds[kind], ", "))
	}
	return text.String()
}

// of notes what a till met; script: one of the TypeScript client, for which that counts apart, too.
func (r reached) of(script bool) noter { return noter{r, script} }

type noter struct {
	reached
	script bool
}

func (n noter) note(kind string, name ...string) {
	n.reached.note(kind, name...)
	if n.script {
		n.reached.note(ofScripts, append([]string{kind}, name...)...)
	}
}

// outcome notes what became of a mutation.
func (n noter) outcome(m *order.Mutation, of *protocol.Result) {
	n.note("status", string(of.Status))
	became := "applied"
	if of.Rejection != nil {
		became = "rejected"
		n.note("code", string(of.Code))
	}
	for _, op := range m.Ops {
		n.note("op", string(op.Kind), became)
	}
	if len(of.Kept) > 0 {
		n.note("outcome", "payment kept")
	}
	if len(of.Ignored) > 0 {
		n.note("outcome", "field ignored")
	}
}

// failure notes a failure of a whole request.
func (n noter) failure(e error) {
	n.note("failure", string(protocol.CodeOf(e)))
	if reason := protocol.ReasonOf(e); reason != "" {
		n.note("reset", string(reason))
	}
}

// rejections are the codes of a mutation that a simulation can meet.
var rejections = []protocol.Code{
	protocol.Invalid, protocol.UnknownOp, protocol.NotFound, protocol.Exists, protocol.Gone, protocol.OrderClosed,
	protocol.StaleBase, protocol.LimitReached, protocol.Vetoed,
}

// notOfEngine are codes of whole requests that core/api gives before or after the
// engine, which a simulation has none of: the conformance suite asks for them.
var notOfEngine = []protocol.Code{
	protocol.BadRequest, protocol.Unauthorized, protocol.Forbidden, protocol.NotFound, protocol.TillOpen, protocol.Conflict, protocol.NoMultiSession,
	protocol.TooLarge, protocol.UpgradeRequired, protocol.RateLimited, protocol.Overloaded, protocol.ShuttingDown,
}

// due is everything that simulations must meet.
func due(t *testing.T) (all []string) {
	for _, kind := range protocol.OpKinds() {
		all = append(all, "op "+string(kind)+" applied", "op "+string(kind)+" rejected")
	}
	for _, status := range []protocol.Status{protocol.Applied, protocol.Duplicate, protocol.Rejected} {
		all = append(all, "status "+string(status))
	}
	for _, code := range rejections {
		all = append(all, "code "+string(code))
	}
	for _, code := range protocol.ErrorCodes() {
		if !slices.Contains(notOfEngine, code) {
			all = append(all, "failure "+string(code))
		}
	}
	for _, reason := range resets {
		all = append(all, "reset "+string(reason))
	}
	for _, mood := range moods {
		all = append(all, "extension "+mood.name)
	}
	all = append(all, "extension fails as a whole", "extension makes up", "outcome payment kept", "outcome field ignored", "close too slow")
	faults, _ := everyFault()
	for _, name := range faults {
		all = append(all, "fault "+name)
	}
	return append(append(all, phases(t)...), dueOfScripts(t)...)
}

// dueOfScripts is what tills of the TypeScript client must meet among it.
func dueOfScripts(t *testing.T) (all []string) {
	note := func(what string) {
		if what = ofScripts + " " + what; unmet[what] == "" && rare[what] == "" {
			all = append(all, what)
		}
	}
	for _, kind := range protocol.OpKinds() {
		note("op " + string(kind) + " applied")
		note("op " + string(kind) + " rejected")
	}
	for _, status := range []protocol.Status{protocol.Applied, protocol.Duplicate, protocol.Rejected} {
		note("status " + string(status))
	}
	for _, code := range rejections {
		note("code " + string(code))
	}
	for _, code := range []protocol.Code{protocol.ClientTaken, protocol.ResetRequired, protocol.TillClosed, protocol.ReadOnly} {
		note("failure " + string(code))
	}
	for _, reason := range resets {
		note("reset " + string(reason))
	}
	note("outcome payment kept")
	note("outcome field ignored")
	_, faults := everyFault()
	for _, name := range faults {
		note("fault " + name)
	}
	for _, what := range phases(t) {
		note(what)
	}
	return all
}

// resets are the reasons for one that a simulation can meet.
var resets = []protocol.Reason{
	protocol.OtherServer, protocol.OtherMultiSession, protocol.EpochChanged, protocol.CursorAhead, protocol.Diverged, protocol.CursorExpired,
}

// phases are all pairs of a phase and an event on which a phase follows, by the tables
// that both clients share.
func phases(t *testing.T) (all []string) {
	raw, err := os.ReadFile("../../../sdk/client/internal/machine/testdata/phases.json")
	require.NoError(t, err)
	var tables map[string]map[string]map[string]string
	require.NoError(t, json.Unmarshal(raw, &tables))
	for part, table := range tables {
		for phase, row := range table {
			for event, to := range row {
				what := fmt.Sprintf("phase %s %s %s", part, phase, event)
				if _, follows := table[to]; follows && unmet[what] == "" && rare[what] == "" {
					all = append(all, what)
				}
			}
		}
	}
	return all
}

// unmet are pairs that simulations don't meet, each with the reason.
var unmet = map[string]string{
	"phase disk broken failed": "a disk gives up all that lies behind a batch that failed",

	"phase entry applied refused":      outcomesStay,
	"phase entry applied missing":      outcomesStay,
	"phase entry rejected applied":     outcomesStay,
	"phase entry rejected missing":     outcomesStay,
	"phase entry foreign applied":      goesOn,
	"phase entry foreign refused":      goesOn,
	"phase entry foreign missing":      goesOn,
	"phase entry waiting applied":      goesOn,
	"phase entry waiting refused":      goesOn,
	"phase recovery awaiting stranded": oneDisaster,
	"phase recovery settling stranded": oneDisaster,
	"phase inbox paging forget":        "who has no position pushes nothing, and a pull that fails drops the pages first",
	"phase link open welcome":          saidOnce,
	"phase link doomed welcome":        saidOnce,
	"phase link doomed doom":           saidOnce,
	"phase link greeting doom":         saidOnce,

	ofScripts + " phase entry applied applied": "it follows where an outcome is another than before: " + outcomesStay,
	ofScripts + " code unknown_op":             "strangers alone ask for such",
}

// rare are pairs that few simulations meet, each with what else has it.
var rare = map[string]string{
	"phase entry rejected refused": "scripts of the client's machine",
	"phase inbox folding forget":   "TestPiles of the client's machine",

	ofScripts + " code exists":                          "the engine's tests: to a client it is a code like others",
	ofScripts + " reset diverged":                       recoveries,
	ofScripts + " phase recovery awaiting history_lost": recoveries,
	ofScripts + " phase recovery settling history_lost": recoveries,
	ofScripts + " phase recovery none ids_reused":       recoveries,
	ofScripts + " phase inbox awaiting forget":          piles,
	ofScripts + " phase inbox paging discard":           piles,
	ofScripts + " phase inbox folding discard":          piles,
}

const (
	oneDisaster  = "a backup is restored, or a queue is put aside, and not both in one simulation"
	outcomesStay = "a server has one outcome for a mutation, for ever"
	goesOn       = "it is pushed as another mutation"
	saidOnce     = "a server says welcome once on a socket, then at most one reset"
	recoveries   = "test/recovery.test.ts of that client"
	piles        = "test/merge.test.ts of that client"
)

// everyFault is the name of everything that can happen, in any plan, and which of it happens
// at one till.
func everyFault() (names, somewhere []string) {
	for _, disaster := range disasters {
		w := &simulation{faults: faultPlan{disaster: disaster, lossy: true, runs: true, clocks: true, prune: true, extension: extensions.OnErrorMerge}}
		for _, c := range w.possible() {
			names = append(names, c.name)
		}
		somewhere = append(somewhere, w.somewhere...)
	}
	slices.Sort(names)
	slices.Sort(somewhere)
	return slices.Compact(names), slices.Compact(somewhere)
}

// TestReached: what wasn't met is named, and what was isn't.
func TestReached(t *testing.T) {
	all := due(t)
	met := reached{}
	for _, what := range all {
		met[what]++
	}
	require.Empty(t, met.missing(all))
	t.Logf("%d are due", len(all))
	delete(met, "op line.move applied")
	delete(met, "phase link open doom")
	delete(met, "fault crash")
	require.Equal(t, []string{"fault crash", "op line.move applied", "phase link open doom"}, met.missing(all))
}
