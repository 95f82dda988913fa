package faults_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/natstest"
	"github.com/manytill/manytill/sdk/protocol"
)

const scenarios = "../../../testdata/scenarios"

var verdicts = flag.String("verdicts", "", "write each scenario with its verdicts into this file, for make scenarios")

// TestScenarios plays testdata/scenarios: what has gone wrong before, elsewhere,
// over the real binary and real transports. Each is played with tills of the Go client and
// with tills of the TypeScript client; those that say browsers, with pages in Chromium.
// Tills of the Go client play one half on two nodes over NATS as well, the other half on
// three over NOTIFY.
func TestScenarios(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts servers")
	}
	all, err := filepath.Glob(filepath.Join(scenarios, "*.txt"))
	require.NoError(t, err)
	board := newBoard(t, all)
	play := func(t *testing.T, how string, files []string, stage func(*scene)) {
		testscript.Run(t, testscript.Params{Files: files, Setup: func(e *testscript.Env) error {
			it := e.T().(testing.TB)
			s := &scene{
				t: it, language: how, work: e.WorkDir,
				places: map[string]*multiSession{}, tills: map[string]*sceneTill{}, orders: map[string]protocol.OrderID{},
			}
			stage(s)
			e.Values[sceneOf{}] = s
			it.Cleanup(func() {
				if !it.Skipped() {
					board.note(filepath.Base(it.Name()), how, it.Failed())
				}
			})
			return nil
		}, Cmds: firstWords})
	}
	for _, language := range []string{"Go", "TypeScript", "Chromium"} {
		t.Run(language, func(t *testing.T) {
			switch language {
			case "TypeScript":
				needNode(t, kit)
			case "Chromium":
				needChromium(t)
			}
			files := slices.DeleteFunc(slices.Clone(all), func(file string) bool { return !playedIn(t, file, language) })
			play(t, language, files, func(*scene) {})
		})
	}
	for i, on := range []struct {
		how   string
		nodes int
		wake  string
	}{
		{"Go on 2 nodes over NATS", 2, "wake: " + natstest.Start(t).URL + "\n"},
		{"Go on 3 nodes over NOTIFY", 3, ""},
	} {
		t.Run(on.how, func(t *testing.T) {
			var files []string
			for n, file := range all {
				if n%2 == i && playedIn(t, file, "Go") {
					files = append(files, file)
				}
			}
			play(t, on.how, files, func(s *scene) { s.nodes, s.wake = on.nodes, on.wake })
		})
	}
}

// playedIn reports whether a scenario is played by tills of a kind: one with
// browsers is played once, in Chromium.
func playedIn(t *testing.T, file, language string) bool {
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	says := func(word string) bool { return regexp.MustCompile(`(?m)^` + word + ` `).Match(raw) }
	if says("browsers") {
		return language == "Chromium"
	}
	return language != "Chromium"
}

type sceneOf struct{}

// firstWords are the first words of lines.
var firstWords = func() map[string]func(*testscript.TestScript, bool, []string) {
	all := map[string]func(*testscript.TestScript, bool, []string){
		"tills": castOf(false), "browsers": castOf(true), "till": another, "all": allAgree, "together": together, "said": saidBefore,
		"server": lineOfScript(ofServer), "store": lineOfScript(ofStore), "manager": lineOfScript(ofManager),
		"network": lineOfScript(ofNetwork), "days": lineOfScript(ofDays),
	}
	for _, name := range []string{"A", "B", "C", "D", "E"} {
		all[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			s := ts.Value(sceneOf{}).(*scene)
			l := s.tills[name]
			if l == nil {
				ts.Fatalf("there is no till %s yet; say: tills A B C", name)
			}
			err := s.run(ofTill, l, args)
			if neg {
				s.refusal, err = err, expect(err != nil, "it did")
			}
			ts.Check(err)
		}
	}
	for word, do := range all {
		all[word] = func(ts *testscript.TestScript, neg bool, args []string) {
			began := time.Now()
			do(ts, neg, args)
			if took := time.Since(began); took > time.Second {
				ts.Logf("%s %s: %s", word, strings.Join(args, " "), took.Round(100*time.Millisecond))
			}
		}
	}
	return all
}()

func lineOfScript(all []sentence) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		s := ts.Value(sceneOf{}).(*scene)
		ts.Check(s.run(all, nil, args))
	}
}

// castOf is "tills A B C" or "tills A B C on PLACE".
func castOf(pages bool) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, names []string) {
		place := "floor"
		if at := slices.Index(names, "on"); at >= 0 && at+2 == len(names) {
			names, place = names[:at], names[at+1]
		}
		ts.Check(ts.Value(sceneOf{}).(*scene).addTills(names, place, pages))
	}
}

// another is "till E is another device of A" or "till E has a copy of the storage of A".
func another(ts *testscript.TestScript, _ bool, args []string) {
	s := ts.Value(sceneOf{}).(*scene)
	of := s.tills[args[len(args)-1]]
	copied := strings.Join(args[1:len(args)-1], " ") == "has a copy of the storage of"
	if of == nil || !copied && strings.Join(args[1:len(args)-1], " ") != "is another device of" {
		ts.Fatalf("say: till E is another device of A; or: till E has a copy of the storage of A")
	}
	ts.Check(s.addTill(args[0], of.place, of.pos, of.token, slices.Index(s.names(), of.name), of.page))
	twin := s.tills[args[0]]
	if copied {
		ts.Check(errors.Join(of.quit(), of.copyTo(twin.app), of.start()))
	}
	twin.out = of.out
	if of.out {
		twin.net.set(func() { twin.net.down = true })
	}
	ts.Check(twin.start())
}

func allAgree(ts *testscript.TestScript, _ bool, args []string) {
	if strings.Join(args, " ") != "agree" {
		ts.Fatalf("say: all agree")
	}
	ts.Check(ts.Value(sceneOf{}).(*scene).agree())
}

// together is "together 30 times: A sells 1 coffee on x / B sells 1 coffee on y".
func together(ts *testscript.TestScript, _ bool, args []string) {
	s := ts.Value(sceneOf{}).(*scene)
	n := s.count(args[0])
	var all sync.WaitGroup
	failed := make(chan error, 10)
	for _, one := range strings.Split(strings.Join(args[2:], " "), " / ") {
		said := strings.Fields(one)
		all.Go(func() {
			for range n {
				if err := s.run(ofTill, s.tills[said[0]], said[1:]); err != nil {
					failed <- fmt.Errorf("%s: %w", one, err)
					return
				}
			}
		})
	}
	all.Wait()
	close(failed)
	ts.Check(<-failed)
}

// saidBefore is "said WORDS": the refusal before told so.
func saidBefore(ts *testscript.TestScript, _ bool, args []string) {
	refusal := ts.Value(sceneOf{}).(*scene).refusal
	ts.Check(expect(refusal != nil && strings.Contains(refusal.Error(), strings.Join(args, " ")), "what was said is: %v", refusal))
}

func needChromium(t *testing.T) {
	needNode(t, pages)
	path := os.Getenv("CHROMIUM")
	if path == "" {
		path = "/usr/bin/chromium-headless-shell"
	}
	if _, err := exec.LookPath(path); err != nil {
		fmt.Fprintf(os.Stderr, "SKIPPED %s: there is no %s, so the scenarios of pages aren't played\n", t.Name(), path)
		t.Skip("there is no Chromium")
	}
}

// board is what make scenarios prints.
type board struct {
	mu     sync.Mutex
	played map[string][]string
}

func newBoard(t *testing.T, files []string) *board {
	b := &board{played: map[string][]string{}}
	t.Cleanup(func() {
		if *verdicts == "" {
			return
		}
		var text strings.Builder
		for _, file := range files {
			how := strings.Join(b.played[strings.TrimSuffix(filepath.Base(file), ".txt")], ", ")
			if how == "" {
				how = "NOT PLAYED"
			}
			fmt.Fprintf(&text, "%s\n    %s\n", titleOf(t, file), how)
		}
		require.NoError(t, os.WriteFile(*verdicts, []byte(text.String()), 0o600))
	})
	return b
}

func (b *board) note(name, language string, failed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	verdict := "holds in "
	if failed {
		verdict = "FAILS in "
	}
	b.played[name] = append(b.played[name], verdict+language)
}

// titleOf is the first line of a scenario, without its sign.
func titleOf(t *testing.T, file string) string {
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	title, _, _ := strings.Cut(string(raw), "\n")
	return strings.TrimPrefix(title, "# ")
}
