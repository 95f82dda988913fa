//go:build linux

package deploy_test

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/freeport"
	"github.com/manytill/manytill/internal/testbin"
)

// metricsOf are the names that servers have at /metrics: one with a file, a certificate of
// its own, a backup, an extension, and effects of which one is over; and one of several.
func metricsOf(t *testing.T) map[string]bool {
	program, err := testbin.Server()
	require.NoError(t, err)
	dir, address := t.TempDir(), freeport.Address()
	giftCard, err := filepath.Abs("../plugins/example/gift-card")
	require.NoError(t, err)
	config := write(t, filepath.Join(dir, "manytill.yaml"), "listen: "+address+"\nstore: sqlite:manytill.db\ntls: {self: true}\nextensions:\n"+
		"  - path: "+giftCard+"\n    config: {api: 'https://nowhere.example', key: k}\n")
	c := exec.Command(program, "serve", "--config", config)
	c.Env = append(os.Environ(), "MANYTILL_ADMIN_TOKEN="+adminToken)
	p := start(t, c)
	p.listening(address)
	run := func(args ...string) string {
		c := exec.Command(program, args...)
		c.Env = append(os.Environ(), "MANYTILL_ADMIN_TOKEN="+adminToken, "MANYTILL_SERVER=https://"+address)
		out, err := c.CombinedOutput()
		require.NoError(t, err, "%v: %s", args, out)
		return string(out)
	}
	authority := filepath.Join(dir, "ca.pem")
	require.Contains(t, run("health", "--ca", authority), "ready")
	run("backup", "--config", config, "--to", filepath.Join(dir, "backup.db"))
	s := &shop{t: t}
	s = s.behind("m", &front{url: "https://" + address, http: trusting(t, authority)})
	till := s.newTills(t, "bar")[0]
	for _, order := range []string{"o1", "o2"} {
		set := map[string]any{"gift_card": "C1", "gift_amount": 4}
		line := map[string]any{"product_id": 1, "qty": 1, "price_unit": 5}
		require.NoError(t, till.push(t, map[string]any{"op": "order.create", "order": order, "set": set}, map[string]any{"op": "line.add", "order": order, "line": "l1", "set": line}))
		require.NoError(t, till.push(t, map[string]any{"op": "order.close", "order": order, "state": "paid"}))
	}
	var list struct{ Effects []struct{ ID string } }
	s.admin.must(t, "GET", "/v1/admin/effects", nil, &list)
	require.Len(t, list.Effects, 2)
	run("effects", "drop", list.Effects[0].ID, "--ca", authority)

	names := map[string]bool{"up": true} // Prometheus's own
	for _, admin := range []*client{s.admin, newShop(t).of(0)} {
		answer := admin.ask(t, "GET", "/metrics", admin.authorized(), nil)
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		for _, line := range strings.Split(string(text), "\n") {
			if name, _, _ := strings.Cut(line, " "); name != "" && name != "#" {
				name, _, _ = strings.Cut(name, "{")
				names[name] = true
			}
		}
	}
	return names
}

// What rules and dashboard ask for is there; what the manual names, too, and each of our
// metrics is in the manual.
func TestMetricsThatAreWatched(t *testing.T) {
	t.Parallel()
	has := metricsOf(t)
	var dashboard struct {
		Panels []struct {
			ID      int
			Title   string
			Targets []struct{ Expr string }
			GridPos struct{ X, Y, W, H int }
		}
	}
	text, err := os.ReadFile("grafana/manytill.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &dashboard))
	rules, err := os.ReadFile("prometheus/manytill.rules.yml")
	require.NoError(t, err)
	var queries strings.Builder
	for _, line := range strings.Split(string(rules), "\n") {
		if _, expr, is := strings.Cut(line, "expr: "); is {
			queries.WriteString(expr + "\n")
		}
	}
	asked := namesIn(queries.String())
	require.Greater(t, len(asked), 12)
	taken := map[string]string{}
	for _, p := range dashboard.Panels {
		require.NotEmpty(t, p.Targets, p.Title)
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				place := fmt.Sprint(x, " ", y)
				require.Empty(t, taken[place], "%s overlaps", p.Title)
				taken[place] = p.Title
			}
		}
		for _, target := range p.Targets {
			require.NotEmpty(t, namesIn(target.Expr), "%s: %s", p.Title, target.Expr)
			asked = append(asked, namesIn(target.Expr)...)
			queries.WriteString("- expr: '" + strings.ReplaceAll(target.Expr, "'", "''") + "'\n")
		}
	}
	require.Greater(t, len(dashboard.Panels), 15)
	for _, name := range asked {
		require.True(t, has[name], "there is no metric %s", name)
	}
	manual, err := os.ReadFile("../docs/operator.md")
	require.NoError(t, err)
	for name := range has {
		name = regexp.MustCompile("_(bucket|sum|count)$").ReplaceAllString(name, "")
		if strings.HasPrefix(name, "manytill_") {
			require.Contains(t, string(manual), "`"+name+"`", "docs/operator.md, Monitoring")
		}
	}
}

// namesIn are the metrics that an expression asks for.
func namesIn(expr string) []string {
	return regexp.MustCompile(`\b(manytill_\w+|process_\w+|go_\w+|up\b)`).FindAllString(expr, -1)
}

// promtool finds the rules, the dashboard's expressions and the configuration good, and
// the rules fire for what they are for.
func TestPrometheusRules(t *testing.T) {
	t.Parallel()
	promtool, err := exec.LookPath("promtool")
	require.NoError(t, err, "make tools installs it")
	dir := t.TempDir()
	for _, name := range []string{"manytill.rules.yml", "manytill.rules.test.yml"} {
		write(t, filepath.Join(dir, name), replaced(t, "prometheus/"+name))
	}
	token := write(t, filepath.Join(dir, "manytill-token"), adminToken)
	write(t, filepath.Join(dir, "prometheus.yml"), replaced(t, "prometheus/prometheus.yml", "/etc/prometheus/manytill-token", token))
	write(t, filepath.Join(dir, "dashboard.yml"), "groups:\n  - name: dashboard\n    rules:\n"+dashboardRules(t))
	for _, args := range [][]string{
		{"check", "rules", "manytill.rules.yml", "dashboard.yml"}, {"check", "config", "prometheus.yml"}, {"test", "rules", "manytill.rules.test.yml"},
	} {
		c := exec.Command(promtool, args...)
		c.Dir = dir
		out, err := c.CombinedOutput()
		require.NoError(t, err, "%v: %s", args, out)
	}
}

// dashboardRules are the dashboard's expressions as rules, which promtool can read.
func dashboardRules(t *testing.T) string {
	text, err := os.ReadFile("grafana/manytill.json")
	require.NoError(t, err)
	var rules strings.Builder
	var dashboard struct {
		Panels []struct{ Targets []struct{ Expr string } }
	}
	require.NoError(t, json.Unmarshal(text, &dashboard))
	variables := strings.NewReplacer("$instance", ".*", "$__rate_interval", "5m")
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			fmt.Fprintf(&rules, "      - {record: 'r%d', expr: '%s'}\n", rules.Len(), variables.Replace(target.Expr))
		}
	}
	return rules.String()
}
