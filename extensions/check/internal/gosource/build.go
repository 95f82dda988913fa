package gosource

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/manytill/manytill/extensions/notes"
)

// RaceFlag has go build add the race detector.
const RaceFlag = "-race"

// compilerLine is what the compiler says of a place.
var compilerLine = regexp.MustCompile(`^(.+\.go):(\d+)(?::(\d+))?: (.+)$`)

// Build builds the program in a folder as a file, with flags of go build. What is
// wrong with the sources is noted; an error is of this machine.
func Build(ctx context.Context, dir, program string, flags ...string) ([]notes.Note, error) {
	args, race := append([]string{"build", "-o", program}, flags...), slices.Contains(flags, RaceFlag)
	cmd := exec.CommandContext(ctx, "go", append(args, ".")...)
	cmd.Dir, cmd.Env = dir, os.Environ()
	if race {
		cmd.Env = append(cmd.Env, "CGO_ENABLED=1")
	}
	out, err := cmd.CombinedOutput()
	words := strings.TrimSpace(string(out))
	switch {
	case err == nil:
		return nil, nil
	case ctx.Err() != nil, errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("go build: %w", err)
	}
	var found []notes.Note
	for line := range strings.Lines(words) {
		if n, is := compilerNote(dir, strings.TrimSpace(line)); is {
			found = append(found, n)
		}
	}
	switch {
	case len(found) > 0:
		return found, nil
	case race && strings.Contains(words, "-race"):
		return nil, fmt.Errorf("the race detector can't be used here: %s", words)
	}
	return []notes.Note{{Code: notes.Compile, Place: notes.Place{File: Shown(dir)}, Message: "go build fails: " + cmp.Or(words, err.Error())}}, nil
}

func compilerNote(dir, line string) (notes.Note, bool) {
	parts := compilerLine.FindStringSubmatch(line)
	if parts == nil {
		return notes.Note{}, false
	}
	file := parts[1]
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	at := notes.Place{File: Shown(file)}
	at.Line, _ = strconv.Atoi(parts[2])
	at.Column, _ = strconv.Atoi(parts[3])
	return notes.Note{Code: notes.Compile, Place: at, Message: parts[4]}, true
}
