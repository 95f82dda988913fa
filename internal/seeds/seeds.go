// Package seeds gives property tests the same seed in every run, so that a
// build that passed passes again. A test package imports it for this alone:
//
//	import _ "github.com/manytill/manytill/internal/seeds"
//
// SEED chooses another seed, as in SEED=7 make test; with SEED=random each run
// has one of its own. The TypeScript tests read SEED too. A failure names its
// seed, and -rapid.seed repeats it.
package seeds

import (
	"flag"
	"os"

	_ "pgregory.net/rapid" // defines the flag
)

func init() {
	seed := os.Getenv("SEED")
	switch seed {
	case "":
		seed = "1"
	case "random":
		return
	}
	if err := flag.Set("rapid.seed", seed); err != nil {
		panic("SEED is no whole number: " + err.Error())
	}
}
