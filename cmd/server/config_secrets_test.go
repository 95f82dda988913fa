package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store/postgres"
)

// TestConfigErrorsHaveNoSecret: a secret that stands where it doesn't belong is refused,
// and isn't in the error, which a service manager logs.
func TestConfigErrorsHaveNoSecret(t *testing.T) {
	const secret = "hunter2-of-the-shop"
	listen := "listen: 127.0.0.1:8080\n"
	for _, text := range []string{
		"store: postgres://a:" + secret + "@b/c\n",
		"store: postgres://a:" + secret + "%zz@b/c\n",
		"store: postgres://a:" + secret + "@b:port/c\n",
		"store: postgres://a@b/c?password=" + secret + "\n",
		"store: postgres://a@b/c?sslpassword=" + secret + "\n",
		"store: postgresql://a:" + secret + "@b\n",
		"store: host=b user=a password=" + secret + "\n",
		"store: {url: postgres://a@b/c, password: " + secret + "}\n",
		"store: [" + secret + "]\n",
		"store: postgres://a@b/c\nstore_password: " + secret + "\n",
		"store: postgres://a@b/c\npassword: " + secret + "\n",
		"store: postgres://a@b/c\nstore_password_file: {text: " + secret + "}\n",
		"store: postgres://a@b/c\nwake: nats://a:" + secret + "@b:4222\n",
		"store: postgres://a@b/c\nwake: nats://" + secret + "@b:4222\n",
		"store: postgres://a@b/c\nwake: \"nats://b:4222,nats://a:" + secret + "%zz@b:4222\"\n",
		"store: postgres://a@b/c\nwake: nats://b:4222?token=" + secret + "\n",
		"store: postgres://a@b/c\nnats_credentials: " + secret + "\n",
		"store: sqlite:x.db\nupstream: {url: \"https://a:" + secret + "@b\", token_file: x}\n",
		"store: sqlite:x.db\nupstream: {url: \"https://b?token=" + secret + "\", token_file: x}\n",
		"store: sqlite:x.db\nupstream: {url: \"https://a:" + secret + "%zz@b\", token_file: x}\n",
		"store: sqlite:x.db\nupstream: {url: \"https://b\", token: " + secret + "}\n",
		"store: sqlite:x.db\nupstream: " + secret + "\n",
		"store: sqlite:x.db\nold_wire: " + secret + "\n",
		"store: sqlite:x.db\nold_wire: {path: /old, secret: " + secret + "}\n",
		"store: sqlite:x.db\nextensions:\n  - path: a.js\n    config: " + secret + "\n",
	} {
		_, err := parseConfig([]byte(listen + text))
		require.Error(t, err, text)
		require.NotContains(t, err.Error(), secret)
	}
}

// TestSecretsThatCantBeUsed: neither are those of files.
func TestSecretsThatCantBeUsed(t *testing.T) {
	const secret = "hunter2-of-the-shop"
	dir := t.TempDir()
	file := filepath.Join(dir, "secret")
	fails := func(what string, err error) {
		require.Error(t, err, what)
		require.NotContains(t, err.Error(), secret, what)
	}
	for _, text := range []string{
		secret + "\n" + secret + "\n",
		"-----BEGIN NATS USER JWT-----\n" + secret + "\n------END NATS USER JWT------\n-----BEGIN USER NKEY SEED-----\nSU" + strings.ToUpper(secret) + "\n------END USER NKEY SEED------\n",
	} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		_, err := (&config{Store: "postgres://a@b/c", Wake: "nats://b:4222", WakeSecret: "secret", dir: dir}).wakeSecret()
		fails("credentials of NATS", err)
		t.Setenv(secretOfWake, text)
		_, err = (&config{Store: "postgres://a@b/c", Wake: "nats://b:4222"}).wakeSecret()
		fails("credentials in the environment", err)
	}
	for _, text := range []string{"hunter2", secret + " " + secret} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		_, err := upstreamConfig{}.token(file)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "hunter2")
	}
	require.NoError(t, os.WriteFile(file, []byte(secret+"\n"), 0o600))
	for _, url := range []string{"postgres://a@127.0.0.1:1/c", "postgres://a@127.0.0.1:1/c?connect_timeout=x", "postgres://a@127.0.0.1:1/c?sslmode=verify-full&sslrootcert=/nowhere"} {
		_, err := openPostgres(t.Context(), url, file, slog.New(slog.DiscardHandler))
		fails(url, err)
		t.Setenv("PGPASSWORD", secret)
		_, err = postgres.Missing(t.Context(), url, postgres.Options{})
		fails(url, err)
	}
}
