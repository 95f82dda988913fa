package seeds_test

import (
	"cmp"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"

	_ "github.com/manytill/manytill/internal/seeds"
)

func TestSeed(t *testing.T) {
	want := cmp.Or(os.Getenv("SEED"), "1")
	if want == "random" {
		want = "0" // rapid's own word for it
	}
	assert.Equal(t, want, flag.Lookup("rapid.seed").Value.String())
}
