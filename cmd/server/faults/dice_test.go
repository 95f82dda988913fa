package faults_test

import (
	"flag"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	_ "github.com/manytill/manytill/internal/seeds"
)

// dice is all the chance there is in a simulation: a number from 0 to n-1.
type dice func(n int) int

// seeded is the dice of a seed: the same seed, the same simulation.
func seeded(seed uint64) dice {
	r := rand.New(rand.NewPCG(seed, 0x6d616e7974696c6c))
	return r.IntN
}

// seedOf is -seed, or SEED as internal/seeds has it.
func seedOf(t *testing.T) uint64 {
	if *seed != 0 {
		return *seed
	}
	n, err := strconv.ParseUint(flag.Lookup("rapid.seed").Value.String(), 10, 64)
	require.NoError(t, err)
	if n == 0 {
		return rand.Uint64N(1 << 40)
	}
	return n
}

// drawn is dice that rapid can shrink.
func drawn(t *rapid.T) dice {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "dice") }
}

// one reports something that is true once in n times.
func (d dice) one(n int) bool { return d(n) == 0 }

func pick[T any](d dice, from []T) T { return from[d(len(from))] }

// weighed picks a key of what is listed, each as often as its weight says.
func (d dice) weighed(choices []choice) choice {
	total := 0
	for _, c := range choices {
		total += c.weight
	}
	n := d(total)
	for _, c := range choices {
		if n -= c.weight; n < 0 {
			return c
		}
	}
	panic("unreachable")
}

// choice is something that can happen, and how often it does.
type choice struct {
	name   string
	weight int
	do     func()
}
