// Package faults breaks what can break around a server and its tills, and
// holds what comes of it against the promises of docs/protocol.md.
// It has tests only.
//
// TestSeededRun runs simulations: the real engine over a store in memory and real
// client machines, of Go and of TypeScript, step by step, with everything that happens in them
// from one seed: broken links, crashes, full disks, an extension that fails, wrong clocks,
// pruned history, strangers, and one disaster. A witness looks after each step: numbers and
// seqs are dense, no payment is lost, each till has what the server had at its position.
// reached_test.go counts which ops, codes, faults and phases were met, and the test fails
// where one of them was not. A simulation that fails prints the command that repeats it,
// and a file of few lines that TestPlaybacks plays (testdata/simulations has such files).
// Tills of the TypeScript client are stepped in a process of Node (stepper_test.go), which has
// clock, chance and ids from here; what they met is counted apart.
// TestSimulations is the same for rapid, TestSeededNodes with two or three nodes on one
// store. With -soak=5m chance seeds are tried for so long.
//
// TestKilledServerLosesNothing kills the real binary on a real database while
// ten clients push. TestBadNetwork has real tills behind a proxy that cuts,
// delays, freezes and doubles. TestExamplesThroughFaults has the examples of
// extensions on, services that lose answers, and a restored backup in the middle; it
// fails, too, where it missed something that it should have met. With -soak=5m it
// tries chance seeds.
//
// TestHistories writes down all that clients of every kind say and are told over the
// wire, while links and servers break: recorder_test.go stands between them,
// wirehistory_test.go checks every stream, linear_test.go has porcupine look for one log
// that explains all pushes and pulls. TestHistoryCheckerNotices plants faults into a
// history. TestComingBack measures how soon after a fault tills are in step (back_test.go
// has the bound, which simulations are held to, too); TestReconnectStorm does so with 1,000.
//
// TestPowerLostWhileTillsWork runs the binary on a disk that forgets, tears and reorders
// what wasn't flushed (internal/files/crashtest), and holds hundreds of images of it
// against what clients were told; so do the other TestPowerLost… with a first start, an
// operator's commands and a till's queue. -cuts=300 is the long form. The others named
// TestPowerCheckNotices… have flushes do nothing, and want that to be found.
// power_linux_test.go has how images are taken.
//
// TestScenarios plays testdata/scenarios: what has gone wrong before, elsewhere, as
// scripts that a shop owner can read, with tills of both clients and with pages in
// Chromium. scene_test.go has the stage, scene_words_test.go what can be said;
// `make scenarios` prints them with their verdicts.
//
// Start reading with simulation_test.go, then trouble_test.go (what can happen),
// witness_test.go and check_test.go (what must hold).
package faults
