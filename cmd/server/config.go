package main

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"
	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/internal/plainyaml"
)

// config is the operator's configuration file. An unknown key is an error.
type config struct {
	Listen         string          `yaml:"listen" also:"port host address bind"`
	Store          string          `yaml:"store" also:"db database dsn storage sqlite"`
	StorePassword  string          `yaml:"store_password_file" also:"password_file password store_password db_password"`
	Wake           string          `yaml:"wake" also:"notify nats"`
	WakeSecret     string          `yaml:"wake_credentials_file" also:"nats_credentials wake_credentials wake_password_file creds"`
	WakeTLS        wakeTLSConfig   `yaml:"wake_tls" also:"nats_tls"`
	TLS            tlsConfig       `yaml:"tls" also:"https ssl certificate"`
	AllowedOrigins []string        `yaml:"allowed_origins" also:"origins cors"`
	MetricsPublic  bool            `yaml:"metrics_public"`
	BackupDir      string          `yaml:"backup_dir" also:"backups backup"`
	OnRunEnd       string          `yaml:"on_run_end"`
	Catalogue      catalogueConfig `yaml:"catalogue" also:"catalog"`
	Currency       currencyConfig  `yaml:"currency"`
	TimeZone       string          `yaml:"time_zone" also:"timezone tz"`
	Limits         limitsConfig    `yaml:"limits" also:"limit"`
	Log            logConfig       `yaml:"log" also:"logging logs"`
	// KeptRuns: what an extension failed on is kept as files; true by default.
	KeptRuns *bool `yaml:"kept_runs" also:"keep_runs keptruns"`

	// OldWire is off by default.
	// Upstream is the chain's server; none by default.
	Upstream upstreamConfig `yaml:"upstream" also:"chain relay parent"`
	OldWire  oldWireConfig  `yaml:"old_wire" also:"oldwire legacy odoo sync_server"`

	Extensions []extensionConfig `yaml:"extensions" also:"plugins modules addons"`

	file string // its path; empty for a configuration without a file
	dir  string // the file's folder; paths in it are relative to this
	new  bool   // whether an empty database may be made although there was one before

	served certificateOf
	pinned *pinning // what was added from packs, since the extensions were loaded
}

type tlsConfig struct {
	Cert string `yaml:"cert" also:"certificate crt cert_file"`
	Key  string `yaml:"key" also:"key_file private_key"`
	// Self makes a local certificate authority beside the store.
	Self bool `yaml:"self"`
	// Names are more names and addresses for the certificates of that authority.
	Names []string `yaml:"names" also:"hosts domains san"`
}

// wakeTLSConfig is for the connection to NATS.
type wakeTLSConfig struct {
	CA   string `yaml:"ca" also:"ca_file authority"`
	Cert string `yaml:"cert" also:"certificate crt cert_file"`
	Key  string `yaml:"key" also:"key_file private_key"`
}

type limitsConfig struct {
	BodyBytes     int64 `yaml:"body_bytes"`
	Mutations     int   `yaml:"mutations"`
	Ops           int   `yaml:"ops"`
	LinesPerOrder int   `yaml:"lines_per_order"`
	OrderBytes    int   `yaml:"order_bytes"`
	OpenOrders    int   `yaml:"open_orders"` // these of one POS
	OpenBytes     int   `yaml:"open_bytes"`
	Rejections    int   `yaml:"rejections"`
	Clients       int   `yaml:"clients"`
}

type logConfig struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

func readConfig(path string) (*config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("can't read the config: %w", err)
	}
	c, err := parseConfig(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c.file, c.dir = path, filepath.Dir(path)
	return c, nil
}

func defaultConfig() *config {
	return &config{OnRunEnd: "carry", Log: logConfig{Level: "info", Format: "text"}}
}

// parseConfig is strict: an unknown key or a bad value is an error that names
// line and column.
func parseConfig(text []byte) (*config, error) {
	c := defaultConfig()
	if err := plainyaml.Decode(text, c); err != nil {
		return nil, err
	}
	for _, check := range slices.Concat(c.checks(), c.wakeChecks(), c.OldWire.checks(), c.Upstream.checks(c), c.extensionChecks(), c.originChecks(), c.nameChecks()) {
		if check.wrong {
			return nil, fmt.Errorf("%s%s", position(plainyaml.Text(text), check.key), check.message)
		}
	}
	return c, nil
}

type check struct {
	key     string
	wrong   bool
	message string
}

func (c *config) checks() []check {
	listens := checkListen(c.Listen)
	kind, rest, typed := strings.Cut(c.Store, ":")
	wrong := ""
	if inPostgres(c.Store) {
		wrong = checkPostgres(c.Store)
	}
	return append([]check{
		{"listen", c.Listen == "", "listen is missing; write for example  listen: 127.0.0.1:8080"},
		{"listen", listens != "", "listen must be HOST:PORT, like 127.0.0.1:8080" + listens},
		{"store", c.Store == "", "store is missing; write for example  store: sqlite:manytill.db"},
		{"store", kind == "memory" && !typed, "store must be sqlite:PATH; a store in memory is lost when the server ends (to try it, write  store: \"memory:\")"},
		{"store", kind != "memory" && !inPostgres(c.Store) && (kind != "sqlite" || rest == ""), "store must be sqlite:PATH, like sqlite:manytill.db, or postgres://USER@HOST:PORT/DATABASE"},
		{"store", wrong != "", wrong},
		{"store_password_file", c.StorePassword != "" && !inPostgres(c.Store), "store_password_file is for a store in PostgreSQL; one in a file has no password"},
		{"backup_dir", c.BackupDir != "" && inPostgres(c.Store), "backup_dir is for a store in a file; PostgreSQL is backed up by pg_dump or pg_basebackup"},
		{"on_run_end", c.OnRunEnd != "carry" && c.OnRunEnd != "abandon", "on_run_end must be carry or abandon"},
		{"tls", (c.TLS.Cert == "") != (c.TLS.Key == ""), "tls needs both cert and key"},
		{"tls", c.TLS.Self && c.TLS.Cert != "", "tls takes self, or cert and key, but not both"},
		{"tls.names", len(c.TLS.Names) > 0 && c.TLS.Cert != "", "tls.names are only for tls.self; a certificate of your own already has its names"},
		{"limits.body_bytes", c.Limits.BodyBytes != 0 && c.Limits.BodyBytes < 1<<20, "limits.body_bytes must be 1048576 (1 MiB) or more"},
		{"limits.body_bytes", c.Limits.BodyBytes > mostBody, "limits.body_bytes must be 1073741824 (1 GiB) or less"},
		{"limits.mutations", c.Limits.Mutations != 0 && c.Limits.Mutations < 100, "limits.mutations must be 100 or more"},
		{"limits.ops", c.Limits.Ops < 0, "limits.ops must be more than 0"},
		{"limits.lines_per_order", c.Limits.LinesPerOrder < 0, "limits.lines_per_order must be more than 0"},
		{"limits.order_bytes", c.Limits.OrderBytes != 0 && c.Limits.OrderBytes < 64<<10, "limits.order_bytes must be 65536 (64 KiB) or more"},
		{"limits.order_bytes", c.Limits.OrderBytes > mostOrder, "limits.order_bytes must be 16777216 (16 MiB) or less: tills get an order in one piece"},
		{"limits.open_orders", c.Limits.OpenOrders != 0 && c.Limits.OpenOrders < 100, "limits.open_orders must be 100 or more"},
		{"limits.open_bytes", c.Limits.OpenBytes != 0 && c.Limits.OpenBytes < 1<<20, "limits.open_bytes must be 1048576 (1 MiB) or more"},
		{"limits.rejections", c.Limits.Rejections != 0 && c.Limits.Rejections < 100, "limits.rejections must be 100 or more"},
		{"limits.clients", c.Limits.Clients != 0 && c.Limits.Clients < 100, "limits.clients must be 100 or more"},
		{"log.level", !oneOf(c.Log.Level, "debug", "info", "warn", "error"), "log.level must be debug, info, warn or error"},
		{"log.format", !oneOf(c.Log.Format, "text", "json"), "log.format must be text or json"},
	}, c.currencyChecks()...)
}

const (
	mostBody  = 1 << 30
	mostOrder = 16 << 20
)

// checkListen says what is wrong with an address to listen on; "" if nothing is.
func checkListen(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	n, bad := strconv.Atoi(port)
	switch {
	case err != nil && strings.Count(listen, ":") > 1:
		return "; an IPv6 address stands in brackets, like [::1]:8080"
	case err != nil:
		return fmt.Sprintf(", not %q", listen)
	case port == "":
		return "; the port is missing"
	case bad != nil:
		return fmt.Sprintf("; the port must be a number, not %q", port)
	case n < 0 || n > 65535:
		return "; ports go up to 65535"
	case strings.ContainsAny(host, "/ "):
		return "; write no scheme and no path"
	}
	return ""
}

func oneOf(s string, known ...string) bool {
	for _, k := range known {
		if s == k {
			return true
		}
	}
	return false
}

// position is "[line:column] " of a key; empty if the file doesn't have it.
func position(text []byte, key string) string {
	path, err := yaml.PathString("$." + key)
	if err != nil {
		return ""
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return ""
	}
	node, err := path.FilterFile(file)
	if err != nil {
		return ""
	}
	at := node.GetToken().Position
	return fmt.Sprintf("[%d:%d] ", at.Line, at.Column)
}

// limits are the defaults with the operator's changes.
func (c *config) limits() api.Limits {
	l := api.DefaultLimits
	l.BodyBytes = cmp.Or(c.Limits.BodyBytes, l.BodyBytes)
	l.Mutations = cmp.Or(c.Limits.Mutations, l.Mutations)
	l.Order.Ops = cmp.Or(c.Limits.Ops, l.Order.Ops)
	l.Order.Lines = cmp.Or(c.Limits.LinesPerOrder, l.Order.Lines)
	l.Order.OrderBytes = cmp.Or(c.Limits.OrderBytes, l.Order.OrderBytes)
	l.Order.OpenOrders = cmp.Or(c.Limits.OpenOrders, l.Order.OpenOrders)
	l.Order.OpenBytes = cmp.Or(c.Limits.OpenBytes, l.Order.OpenBytes)
	l.Rejections.Count = cmp.Or(c.Limits.Rejections, l.Rejections.Count)
	l.Clients = cmp.Or(c.Limits.Clients, l.Clients)
	return l
}

// path resolves a path in the configuration file.
func (c *config) path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(c.dir, p)
}

// backupDir is the folder of backups that the admin page makes; empty for a
// store in memory or in PostgreSQL.
func (c *config) backupDir() string {
	switch path := c.storePath(); {
	case path == "":
		return ""
	case c.BackupDir != "":
		return c.path(c.BackupDir)
	default:
		return filepath.Join(filepath.Dir(path), "backups")
	}
}

// storePath is the SQLite file; empty for a store in memory or in PostgreSQL.
func (c *config) storePath() string {
	if path, ok := strings.CutPrefix(c.Store, "sqlite:"); ok {
		return c.path(path)
	}
	return ""
}

// originChecks refuses a malformed origin at the start, since it would block
// pages later.
func (c *config) originChecks() (checks []check) {
	for i, text := range c.AllowedOrigins {
		if _, err := api.ParseOrigin(text); err != nil {
			checks = append(checks, check{fmt.Sprintf("allowed_origins[%d]", i), true, fmt.Sprintf("allowed_origins: %q %s", text, err)})
		}
	}
	return checks
}

func (c *config) origins() (all []api.Origin) {
	for _, text := range c.AllowedOrigins {
		if o, err := api.ParseOrigin(text); err == nil {
			all = append(all, o)
		}
	}
	return all
}
