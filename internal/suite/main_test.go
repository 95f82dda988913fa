package suite_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/manytill/manytill/extensions/jsprocess"
)

// TestMain makes this program the process of a JavaScript extension where it is
// started as one.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == jsprocess.Command {
		if err := jsprocess.Serve(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}
