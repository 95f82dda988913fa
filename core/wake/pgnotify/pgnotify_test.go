package pgnotify_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/core/wake/pgnotify"
	"github.com/manytill/manytill/core/wake/waketest"
	"github.com/manytill/manytill/internal/brokennet"
	"github.com/manytill/manytill/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestCarrier(t *testing.T) {
	waketest.Run(t, func(t *testing.T) waketest.Harness {
		direct := pgtest.Database(t)
		proxy, dsn := brokennet.Through(t, direct)
		of := func(dsn string) func(string, wake.Ear, *slog.Logger) wake.Carrier {
			connect := func(ctx context.Context) (*pgx.Conn, error) { return pgx.Connect(ctx, dsn) }
			return func(node string, ear wake.Ear, log *slog.Logger) wake.Carrier {
				return pgnotify.New(connect, node, ear, log)
			}
		}
		return waketest.Harness{New: of(dsn), Direct: of(direct), Elsewhere: of(pgtest.Database(t)), Cut: proxy.Cut, Refused: proxy.Refused, Freeze: proxy.Freeze, Thaw: proxy.Thaw}
	})
}
