package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/core/web"
)

// elsewhere are ways to write a path to secret.db beside the folder of backups, and to
// files that any system has.
func elsewhere(dir string) (paths []string) {
	for _, name := range []string{"../secret.db", "../../secret.db", "./../secret.db", "sub/../../secret.db", "....//secret.db", `..\secret.db`, dir + "/secret.db", "//" + dir + "/secret.db", "/etc/passwd", "../../../../../../etc/passwd"} {
		escaped := url.PathEscape(name)
		paths = append(paths, name, escaped, strings.ReplaceAll(escaped, ".", "%2e"), url.PathEscape(escaped), name+"%00.db", strings.ReplaceAll(name, "../", "..;/"), strings.ReplaceAll(name, "../", "%c0%ae%c0%ae/"))
	}
	return paths
}

// TestPathsThatLeadElsewhere asks every call that has a name in its path, and the pages,
// for files that they don't serve.
func TestPathsThatLeadElsewhere(t *testing.T) {
	const secret, backup = "secret beside the backups", "one of the backups"
	dir := t.TempDir()
	folder := filepath.Join(dir, "backups")
	require.NoError(t, os.Mkdir(folder, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "secret.db"), []byte(secret), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "good.db"), []byte(backup), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "good.db.partial"), []byte(secret), 0o600))
	pages, err := web.New()
	require.NoError(t, err)
	a := newAPI(t, func(c *api.Config) { c.Pages, c.BackupDir = pages, folder })
	admin, err := a.Directory().EnsureAdmin(t.Context(), "")
	require.NoError(t, err)
	ask := func(method, target string, body ...byte) *httptest.ResponseRecorder {
		u, err := url.Parse("http://till.example" + target)
		if err != nil {
			u = &url.URL{Scheme: "http", Host: "till.example", Path: target} // as a client might send it
		}
		r := httptest.NewRequest(method, "/", bytes.NewReader(body))
		r.URL = u
		r.Header.Set("Authorization", "Bearer "+admin)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		return w
	}
	require.Equal(t, backup, ask("GET", "/v1/admin/backups/good.db").Body.String())
	require.Equal(t, http.StatusNotFound, ask("GET", "/v1/admin/backups/good.db.partial").Code)
	named := regexp.MustCompile(`\{\w+\}`)
	asked := 0
	try := func(method, target string) {
		asked++
		w := ask(method, target)
		require.NotContains(t, w.Body.String(), secret, "%s %s", method, target)
		require.NotContains(t, w.Body.String(), "root:", "%s %s", method, target)
		require.Less(t, w.Code, http.StatusInternalServerError, "%s %s", method, target)
	}
	for _, path := range elsewhere(dir) {
		try("GET", "/"+path)
		try("GET", "/pos/"+path)
		name, err := json.Marshal(map[string]string{"name": path})
		require.NoError(t, err)
		require.Equal(t, http.StatusBadRequest, ask("POST", "/v1/admin/backups", name...).Code, path)
		for _, call := range api.Calls(a) {
			if method, target, _ := strings.Cut(call, " "); named.MatchString(target) {
				try(method, named.ReplaceAllLiteralString(target, path))
			}
		}
	}
	require.Greater(t, asked, 1000)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 2, "nothing was written beside them")
}
