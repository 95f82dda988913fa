package check

import (
	"context"
	"errors"

	"github.com/manytill/manytill/extensions/manifest"
)

// checkGo builds and checks a Go program.
func checkGo(_ context.Context, _ Options, _ *manifest.Manifest, _ *Report) error {
	return errors.New("it is a Go program, and those are not checked yet")
}
