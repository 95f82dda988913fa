// Package faults breaks what can break around a server and its tills, and
// holds what comes of it against the promises of docs/protocol.md.
// It has tests only.
//
// TestSeededRun runs simulations: the real engine over a store in memory and real
// client machines, in one goroutine, with everything that happens in them from
// one seed. One that fails prints the command that repeats it. TestSimulations is the same
// for rapid, which shrinks. With -soak=5m chance seeds are tried for so long.
//
// TestKilledServerLosesNothing kills the real binary on a real database while
// ten clients push. TestBadNetwork has real tills behind a proxy that cuts,
// delays, freezes and doubles. TestScenarios is what has gone wrong before,
// elsewhere, each by its number. TestExamplesThroughFaults has the examples of
// extensions on, services that lose answers, and a restored backup in the middle; it
// fails, too, where it missed something that it should have met. With -soak=5m it
// tries chance seeds. Missing in TestScenarios are
//
//   - 18 (a full sync of one order): no call of the protocol gives a client
//     less than the whole position, so there is nothing to go wrong
//   - 26 and 37 (extensions): they are tested where extensions are
//   - 32 (what is redrawn): a matter of pages
//
// and of 22, 30 and 31 what happens in a browser: tabs, reloads and sleep.
//
// Start reading with simulation_test.go, then trouble_test.go (what can happen) and
// check_test.go (what must hold).
package faults
