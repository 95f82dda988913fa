package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/core/store/storetest"
)

// TestContract: what each part leaves is whole, too.
func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		path := filepath.Join(t.TempDir(), "x.db")
		t.Cleanup(func() { // after Close
			places, checked := verify(t, path)
			require.True(t, checked.Histories)
			require.Empty(t, places)
		})
		s := open(t, path)
		return storetest.Harness{
			Store: s,
			Reopen: func(t *testing.T) store.Store {
				require.NoError(t, s.Close())
				s = open(t, path)
				return s
			},
			OpenBackup: func(t *testing.T, path string) store.Store { return open(t, path) },
			Fill:       func(full bool) { require.NoError(t, sqlite.Fill(s, full)) },
		}
	})
}

func open(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}
