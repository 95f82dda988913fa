package main_test

import (
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// Profiles are there for who asks for them, at this machine's own address and
// by no other name.
func TestProfiles(t *testing.T) {
	f := newServerWithTwoPOS(t)
	f.server.stop()
	f.start("--pprof", "127.0.0.1:0")
	url := regexp.MustCompile(`url=(\S+/debug/pprof/)`).FindStringSubmatch(f.server.all())[1]
	get := func(host string) (status int, body string) {
		r, err := http.NewRequest("GET", url+"goroutine?debug=1", nil)
		require.NoError(t, err)
		if host != "" {
			r.Host = host
		}
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return answer.StatusCode, string(text)
	}
	status, body := get("")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "goroutine profile: total")
	status, body = get("till.example")
	require.Equal(t, http.StatusForbidden, status)
	require.NotContains(t, body, "goroutine profile")
	f.server.stop()

	for _, address := range []string{"0.0.0.0:6060", ":6060", "192.0.2.1:6060", "till.example:6060"} {
		out, err := exec.Command(manytill, "serve", "--config", f.config, "--pprof", address).CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), "profiles are for this machine alone; use an address like 127.0.0.1:6060")
	}
}
