package postgres_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/core/store/storetest"
	"github.com/manytill/manytill/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		dsn := pgtest.Database(t)
		s := open(t, dsn)
		return storetest.Harness{
			Store: s,
			Reopen: func(t *testing.T) store.Store {
				require.NoError(t, s.Close())
				s = open(t, dsn)
				return s
			},
			Fill: func(full bool) { readOnly(t, dsn, full) },
		}
	})
}

func open(t testing.TB, dsn string) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), dsn, postgres.Options{Conns: 8})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// readOnly makes a database one that can only be read, as a full disk or a primary
// that became a replica does, and ends its connections.
func readOnly(t *testing.T, dsn string, on bool) {
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	name := strings.TrimPrefix(u.Path, "/")
	setting := "off"
	if on {
		setting = "on"
	}
	admin := *u
	admin.Path = "/postgres"
	pgtest.Exec(t, admin.String(), "ALTER DATABASE "+name+" SET default_transaction_read_only = "+setting+
		"; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"+name+"'")
}
