package natswake_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/core/wake/natswake"
	"github.com/manytill/manytill/core/wake/waketest"
	"github.com/manytill/manytill/internal/brokennet"
	"github.com/manytill/manytill/internal/natstest"
)

func TestCarrier(t *testing.T) {
	waketest.Run(t, func(t *testing.T) waketest.Harness {
		direct := natstest.Start(t).URL
		proxy, url := brokennet.Through(t, direct)
		of := func(url, subject string) func(string, wake.Ear, *slog.Logger) wake.Carrier {
			return func(node string, ear wake.Ear, log *slog.Logger) wake.Carrier {
				c, err := natswake.New(natswake.Config{Servers: url, Subject: subject, Node: node, Ear: ear, Log: log})
				require.NoError(t, err)
				return c
			}
		}
		shop := natswake.Subject("shop", "e1")
		return waketest.Harness{
			New: of(url, shop), Direct: of(direct, shop), Elsewhere: of(url, natswake.Subject("other", "e1")),
			Cut: proxy.Cut, Refused: proxy.Refused, Freeze: proxy.Freeze, Thaw: proxy.Thaw,
		}
	})
}

const secret = "secret-of-this-test"

// Each kind of secret lets a node in. A wrong one is said in words, without the secret.
func TestCredentials(t *testing.T) {
	pair, err := nkeys.CreateUser()
	require.NoError(t, err)
	public, _ := pair.PublicKey()
	seed, _ := pair.Seed()
	for name, c := range map[string]struct {
		set  func(*server.Options)
		good string
	}{
		"user and password": {func(o *server.Options) { o.Username, o.Password = "shop", secret }, "shop:" + secret + "\n"},
		"token":             {func(o *server.Options) { o.Authorization = secret }, secret},
		"nkey":              {func(o *server.Options) { o.Nkeys = []*server.NkeyUser{{Nkey: public}} }, string(seed)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nats := natstest.Start(t, c.set)
			ready, log := make(chan struct{}, 9), &strings.Builder{}
			open := func(credentials string) *natswake.Carrier {
				n, err := natswake.New(natswake.Config{
					Servers: nats.URL, Credentials: credentials, Subject: "manytill.x", Node: "a", Log: slog.New(slog.NewTextHandler(log, nil)),
					Ear: wake.Ear{Heard: func([]byte) {}, Missed: func() { ready <- struct{}{} }},
				})
				require.NoError(t, err)
				t.Cleanup(func() { _ = n.Close() })
				return n
			}
			n := open(c.good)
			<-ready
			require.Empty(t, n.Trouble())
			for _, wrong := range []string{"", "wrong-" + secret, "shop:wrong-" + secret} {
				n = open(wrong)
				require.Eventually(t, func() bool { return strings.Contains(n.Trouble(), "wake_credentials_file") }, 20*time.Second, 5*time.Millisecond)
				require.NoError(t, n.Close())
			}
			require.NotContains(t, log.String(), secret)
		})
	}
}

// What can't be a secret is an error at the start, which doesn't show it.
func TestCredentialsThatAreNone(t *testing.T) {
	for _, text := range []string{"a\nb-" + secret, "-----BEGIN NATS USER JWT-----\n" + secret + "\n------END NATS USER JWT------\n"} {
		err := natswake.CheckCredentials(text)
		require.ErrorContains(t, err, ".creds file")
		require.NotContains(t, err.Error(), secret)
	}
}

// A user who may not speak there is told which rights are missing.
func TestMissingRights(t *testing.T) {
	nats := natstest.Start(t, func(o *server.Options) {
		o.Users = []*server.User{{Username: "shop", Password: secret, Permissions: &server.Permissions{Subscribe: &server.SubjectPermission{Allow: []string{"other"}}}}}
	})
	n, err := natswake.New(natswake.Config{
		Servers: nats.URL, Credentials: "shop:" + secret, Subject: "manytill.x", Node: "a", Log: slog.New(slog.DiscardHandler),
		Ear: wake.Ear{Heard: func([]byte) {}, Missed: func() {}},
	})
	require.NoError(t, err)
	defer n.Close()
	require.Eventually(t, func() bool { return strings.Contains(n.Trouble(), "manytill.>") }, 20*time.Second, 5*time.Millisecond)
}
