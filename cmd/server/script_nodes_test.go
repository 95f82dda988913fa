package main_test

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/manytill/manytill/internal/natstest"
	"github.com/manytill/manytill/internal/pgtest"
)

// scriptDatabase is "postgres": a fresh database is $PG, without its password, which is
// in the file password.
func scriptDatabase(ts *testscript.TestScript, _ bool, _ []string) {
	database := pgtest.Database(ts.Value(testOfScript{}).(testing.TB))
	u, err := url.Parse(database)
	ts.Check(err)
	password, _ := u.User.Password()
	ts.Check(os.WriteFile(ts.MkAbs("password"), []byte(password+"\n"), 0o600))
	u.User = url.User(u.User.Username())
	ts.Setenv("PG", u.String())
	ts.Setenv("PG_WITH_PASSWORD", database)
}

type testOfScript struct{}

// scriptSQL is "sql STATEMENT", in that database.
func scriptSQL(ts *testscript.TestScript, _ bool, args []string) {
	pgtest.Exec(ts.Value(testOfScript{}).(testing.TB), ts.Getenv("PG_WITH_PASSWORD"), args[0])
}

// scriptNATS is "nats USER:PASSWORD": a server that wants these is $NATS, HOST:PORT.
func scriptNATS(ts *testscript.TestScript, _ bool, args []string) {
	s := natstest.Start(ts.Value(testOfScript{}).(testing.TB), func(o *server.Options) {
		o.Username, o.Password, _ = strings.Cut(args[0], ":")
	})
	ts.Setenv("NATS", strings.TrimPrefix(s.URL, "nats://"))
}

// ready is "ready PATTERN": readyz comes to an answer that matches, with status 200; or
// "! ready PATTERN", to one that doesn't.
func ready(ts *testscript.TestScript, neg bool, args []string) {
	pattern, last := regexp.MustCompile(args[0]), ""
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		answer, err := http.Get(ts.Getenv("MANYTILL_SERVER") + "/readyz")
		if err != nil {
			continue
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if last = string(body); err == nil && answer.StatusCode == http.StatusOK && pattern.Match(body) != neg {
			ts.Logf("%s", body)
			return
		}
	}
	ts.Fatalf("readyz says %s", last)
}
