package main_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs testdata/script: the commands as an operator types them.
// $LISTEN is where the script's server is to listen; `await` waits for it. What
// they say of effects stands in script_effects_test.go.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			examples, err := filepath.Abs("../../plugins/example")
			if err != nil {
				return err
			}
			e.Values[serviceOfScript{}] = &scriptServices{}
			e.Setenv("EXAMPLES", examples)
			e.Setenv("LISTEN", l.Addr().String())
			e.Setenv("MANYTILL_SERVER", "http://"+l.Addr().String())
			e.Setenv("PATH", filepath.Dir(manytill)+string(os.PathListSeparator)+e.Getenv("PATH"))
			return l.Close()
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await": await, "config": writeConfig,
			"service": startService, "called": called, "answer": answerCall, "outcome": outcome,
		},
	})
}

// writeConfig makes manytill.yaml for the script's address, with more lines.
func writeConfig(ts *testscript.TestScript, _ bool, args []string) {
	text := "listen: " + ts.Getenv("LISTEN") + "\nstore: sqlite:manytill.db\n" + strings.Join(args, "\n") + "\n"
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
