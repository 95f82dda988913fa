package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/kept"
	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/sdk/protocol"
)

type extensionReplay struct {
	File   string `arg:"" optional:"" help:"A kept run. Without one, and without --last, the kept runs are listed."`
	Last   bool   `help:"The one that came last. Its folder lies beside the database that --config names."`
	With   string `help:"The extension to run: a JavaScript file, or a folder with extension.yaml. By default the one of the config." placeholder:"PATH"`
	Config string `type:"existingfile" help:"The server's config: the extension's settings are read there, never from the kept run." placeholder:"FILE"`
	Debug  bool   `help:"Of a Go extension: print how to attach a debugger, wait for Enter, and set no time limit."`
	JSON   bool   `name:"json" help:"Print JSON, for scripts."`
}

// The exit codes of extension replay.
const (
	notReproduced = 1
	notReplayable = 2
)

// debugTime is how long a run may take under a debugger.
const debugTime = 12 * time.Hour

// Run runs a kept run again, and says whether the same came of it.
func (e *extensionReplay) Run(ctx context.Context, s streams) error {
	same, err := e.replay(ctx, s)
	switch {
	case err != nil:
		return &exit{notReplayable, err}
	case !same:
		return &exit{code: notReproduced}
	}
	return nil
}

func (e *extensionReplay) replay(ctx context.Context, s streams) (same bool, err error) {
	c := defaultConfig()
	if e.Config != "" {
		if c, err = readConfig(e.Config); err != nil {
			return false, err
		}
		if err := c.setTimeZone(); err != nil { // hooks read local times by it
			return false, err
		}
	}
	if e.File == "" && !e.Last {
		return true, e.list(c, s.out)
	}
	path, err := e.path(c)
	if err != nil {
		return false, err
	}
	was, err := kept.ReadFile(path)
	if err != nil {
		return false, err
	}
	now, err := e.again(ctx, c, s, was.Run)
	if err != nil {
		return false, err
	}
	if e.JSON {
		return e.printJSON(s.out, path, was.Run, now)
	}
	return e.print(s.out, path, was, now)
}

func (e *extensionReplay) path(c *config) (string, error) {
	switch {
	case e.File != "" && e.Last:
		return "", errors.New("give a file, or --last, not both")
	case e.File != "":
		return e.File, nil
	}
	all, err := e.kept(c)
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return "", fmt.Errorf("nothing is kept in %s: no hook has failed, refused or been slow there", c.keptDir())
	}
	return all[0].Path, nil
}

func (e *extensionReplay) kept(c *config) ([]kept.File, error) {
	switch {
	case e.Config == "":
		return nil, errors.New("say where the kept runs are: --config FILE names the server's config, and they lie beside its database; or name one of them")
	case c.keptDir() == "":
		return nil, errors.New("this server keeps no runs: its store is in memory, or kept_runs is false")
	}
	return kept.List(c.keptDir())
}

// list shows what is kept.
func (e *extensionReplay) list(c *config, out io.Writer) error {
	all, err := e.kept(c)
	if err != nil {
		return err
	}
	if len(all) == 0 && !e.JSON {
		_, err := fmt.Fprintf(out, "Nothing is kept in %s: no hook has failed, refused or been slow there.\n", c.keptDir())
		return err
	}
	rows := [][]string{{"LAST", "TIMES", "EXTENSION", "END", "WHAT", "FILE"}}
	listed := []map[string]any{}
	for _, file := range all {
		was, err := kept.ReadFile(file.Path)
		if err != nil {
			rows = append(rows, []string{protocol.FormatTime(file.At), "", "", "", "can't be read: " + err.Error(), file.Path})
			continue
		}
		r := was.Run
		listed = append(listed, map[string]any{
			"file": file.Path, "extension": r.Extension, "version": r.Version, "end": r.End, "hook": r.Hook, "message": r.Message,
			"count": was.Known.Count, "first_at": protocol.FormatTime(was.Known.First), "last_at": protocol.FormatTime(was.Known.Last),
		})
		rows = append(rows, []string{
			protocol.FormatTime(was.Known.Last), strconv.Itoa(was.Known.Count), strings.TrimSpace(r.Extension + " " + r.Version),
			strings.ReplaceAll(string(r.End), "_", " "), shortened(r.Message), file.Path,
		})
	}
	if e.JSON {
		return printJSON(out, listed)
	}
	return table(out, rows)
}

// again runs the hooks on what they saw.
func (e *extensionReplay) again(ctx context.Context, c *config, s streams, was *runs.Run) (*runs.Run, error) {
	entry := c.entryOf(was.Extension)
	if entry == nil && e.With == "" {
		return nil, fmt.Errorf("there is no extension %s to run: name a working copy with --with PATH, or the server's config with --config FILE", was.Extension)
	}
	timeout := was.Limit
	if e.Debug {
		timeout = debugTime
	}
	trial, host, err := c.startTrial(ctx, entry, e.With, timeout, nil, slog.New(slog.NewTextHandler(s.err, nil)))
	if err != nil {
		return nil, err
	}
	defer func() { _ = trial.Close() }()
	if name := trial.Describe().Name; name != was.Extension {
		fmt.Fprintf(s.err, "The run was kept of the extension %s, and is run on %s.\n", was.Extension, name)
	}
	if e.Debug {
		if err := waitForDebugger(ctx, host, s); err != nil {
			return nil, err
		}
	}
	var now extensions.Tried
	for range busyTries {
		now = trial.Run(ctx, []*runs.Run{was})[0]
		if !now.Busy {
			break
		}
	}
	switch {
	case now.Busy:
		return nil, fmt.Errorf("this machine is too busy: in %d tries its hooks hadn't the time that they are allowed; try again, the last said: %s", busyTries, now.Run.Message)
	case now.Run.End == runs.Missed:
		return nil, errors.New(now.Run.Message)
	}
	return now.Run.Clean()
}

// busyTries is how often a run begins again that had too little of the machine to end
// as the kept one did.
const busyTries = 20

// waitForDebugger says how to attach one, and waits for Enter.
func waitForDebugger(ctx context.Context, host extensions.Host, s streams) error {
	process, is := host.(interface{ PID() int })
	if !is || !host.Describe().OnlyReads {
		return errors.New("--debug is for extensions in Go; a failure of JavaScript names file, line and column, and console.log is printed here")
	}
	fmt.Fprintf(s.err, "Attach a debugger, set a breakpoint and continue, then press Enter here:\n\n  dlv attach %d\n\n", process.PID())
	read := make(chan error, 1)
	go func() {
		_, err := bufio.NewReader(s.in).ReadString('\n')
		if errors.Is(err, io.EOF) {
			err = nil
		}
		read <- err
	}()
	select {
	case err := <-read:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *extensionReplay) printJSON(out io.Writer, path string, was, now *runs.Run) (bool, error) {
	before, err := extensions.ShowRun(was)
	if err != nil {
		return false, err
	}
	after, err := extensions.ShowRun(now)
	if err != nil {
		return false, err
	}
	same := was.Reproduces(now)
	return same, printJSON(out, map[string]any{
		"file": path, "reproduced": same, "kept": before, "now": after, "differences": was.Against(now),
	})
}

func (e *extensionReplay) print(out io.Writer, path string, was *kept.Whole, now *runs.Run) (bool, error) {
	shown, err := extensions.ShowRun(was.Run)
	if err != nil {
		return false, err
	}
	after, err := extensions.ShowRun(now)
	if err != nil {
		return false, err
	}
	b := &strings.Builder{}
	fmt.Fprintf(b, "%s: %s, %d times, the last at %s\n", filepath.Base(path), strings.TrimSpace(was.Run.Extension+" "+was.Run.Version), was.Known.Count, protocol.FormatTime(was.Known.Last))
	_ = printRun(b, shown)
	if was.Run.Cut != "" {
		fmt.Fprintf(b, "  not kept: %s\n", was.Run.Cut)
	}
	fmt.Fprintf(b, "now: %s, %s ms\n", endText(after), shortMS(after.TookMS))
	same := was.Run.Reproduces(now)
	if same {
		b.WriteString("The same came of it.\n")
	} else {
		b.WriteString("Something else came of it:\n")
		printDifferences(b, "", was.Run.Against(now))
	}
	_, err = io.WriteString(out, b.String())
	return same, err
}
