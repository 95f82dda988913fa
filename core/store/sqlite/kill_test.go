package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
)

const victimEnv = "SQLITE_TEST_VICTIM"

// TestVictim is the process that TestKill kills: it commits, and says so.
func TestVictim(t *testing.T) {
	path := os.Getenv(victimEnv)
	if path == "" {
		t.Skip("only a part of TestKill")
	}
	s, err := sqlite.Open(context.Background(), path, sqlite.Options{WALPages: 50})
	require.NoError(t, err)
	f := newBusyMultiSession(t, s, "main", 3)
	snap, err := s.Load(context.Background(), "main")
	require.NoError(t, err)
	f.head = snap.Head
	for {
		if f.commit(s, 3) != nil {
			return
		}
		fmt.Printf("\nstored %d\n", f.head)
	}
}

// TestKill: what was acknowledged before a kill is there after it.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	for round := range 4 {
		victim := exec.Command(os.Args[0], "-test.run=^TestVictim$")
		victim.Env = append(os.Environ(), victimEnv+"="+path)
		out, err := victim.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, victim.Start())
		var acknowledged protocol.Seq
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); {
			if !strings.HasPrefix(lines.Text(), "stored ") {
				continue
			}
			_, err := fmt.Sscanf(lines.Text(), "stored %d", &acknowledged)
			require.NoError(t, err)
			if n++; n == 10+round*13 {
				require.NoError(t, victim.Process.Kill())
			}
		}
		_ = victim.Wait()
		s := open(t, path)
		snap, err := s.Load(t.Context(), "main")
		require.NoError(t, err)
		require.GreaterOrEqual(t, snap.Head, acknowledged)
		require.Zero(t, int(snap.Head)%3, "no half a batch")
		c, err := s.Client(t.Context(), "018f3c1e-77aa-main")
		require.NoError(t, err)
		require.Equal(t, protocol.MutationID(snap.Head), c.LastID)
		require.NoError(t, s.Close())
	}
}
