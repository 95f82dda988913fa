package main_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/manytill/manytill/internal/freeport"
)

// TestScripts runs testdata/script: the commands as an operator types them.
// $LISTEN is where the script's server is to listen; `await` waits for it. What
// they say of effects stands in script_effects_test.go.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			listen := freeport.Address()
			examples, err := filepath.Abs("../../plugins/example")
			if err != nil {
				return err
			}
			e.Values[testOfScript{}] = e.T()
			e.Values[serviceOfScript{}] = &scriptServices{}
			e.Setenv("EXAMPLES", examples)
			e.Setenv("LISTEN", listen)
			e.Setenv("MANYTILL_SERVER", "http://"+listen)
			e.Setenv("PATH", filepath.Dir(manytill)+string(os.PathListSeparator)+e.Getenv("PATH"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await": await, "config": writeConfig, "postgres": scriptDatabase, "sql": scriptSQL, "nats": scriptNATS, "ready": ready,
			"service": startService, "called": called, "answer": answerCall, "outcome": outcome,
		},
	})
}

// writeConfig makes manytill.yaml for the script's address, with more lines. Its store
// is a file unless the first of them names another.
func writeConfig(ts *testscript.TestScript, _ bool, args []string) {
	text := "listen: " + ts.Getenv("LISTEN") + "\n"
	if len(args) == 0 || !strings.HasPrefix(args[0], "store:") {
		text += "store: sqlite:manytill.db\n"
	}
	text += strings.Join(args, "\n") + "\n"
	ts.Check(os.WriteFile(ts.MkAbs("manytill.yaml"), []byte(text), 0o600))
}

// await waits until something answers at the script's address.
func await(ts *testscript.TestScript, _ bool, _ []string) {
	end := time.Now().Add(patience)
	for time.Now().Before(end) {
		// A connection is the one sign that a server gives to everyone.
		if c, err := net.DialTimeout("tcp", ts.Getenv("LISTEN"), patience); err == nil {
			_ = c.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("nothing answers at %s", ts.Getenv("LISTEN"))
}
