package main

import (
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

const (
	goodConfig = "listen: 127.0.0.1:8080\nstore: sqlite:manytill.db\n"
	pgConfig   = "listen: 127.0.0.1:8080\nstore: postgres://a@b/c\n"
)

func TestConfigErrorsNameThePlaceAndTheWayOut(t *testing.T) {
	cases := map[string]struct{ text, says string }{
		"empty":                {"", "listen is missing; write for example"},
		"no store":             {"listen: 127.0.0.1:8080\n", "store is missing; write for example"},
		"no port":              {"listen: localhost\nstore: sqlite:a.db\n", "[1:9] listen must be HOST:PORT"},
		"another store":        {"listen: 127.0.0.1:8080\nstore: oracle:x\n", "[2:8] store must be sqlite:PATH"},
		"a password":           {"listen: 127.0.0.1:8080\nstore: postgres://a:pw-1@b/c\n", "[2:8] store must have no password: write it into a file"},
		"no database":          {"listen: 127.0.0.1:8080\nstore: postgres://a@b\n", "[2:8] store must name a database"},
		"a password of a file": {goodConfig + "store_password_file: x\n", "store_password_file is for a store in PostgreSQL"},
		"another wake":         {"listen: 127.0.0.1:8080\nstore: postgres://a@b/c\nwake: kafka\n", "[3:7] wake must be postgres"},
		"wake of a file":       {goodConfig + "wake: postgres\n", "[3:7] wake is for a store in PostgreSQL; one in a file has one server"},
		"NATS of a file":       {goodConfig + "wake: nats://a:4222\n", "[3:7] wake is for a store in PostgreSQL; one in a file has one server"},
		"no host of NATS":      {pgConfig + "wake: \"nats://\"\n", "[3:7] wake must be postgres, or nats://HOST:PORT"},
		"a path of NATS":       {pgConfig + "wake: nats://a/b?c=d\n", "[3:7] wake must be postgres, or nats://HOST:PORT"},
		"two kinds of NATS":    {pgConfig + "wake: \"nats://a,http://b\"\n", "[3:7] wake must be postgres, or nats://HOST:PORT"},
		"a password of NATS":   {pgConfig + "wake: nats://u:pw-1@a\n", "[3:7] wake must have no user and no password: write them as USER:PASSWORD into a file"},
		"a secret for nothing": {pgConfig + "wake_credentials_file: a\n", "[3:24] wake_credentials_file is for wake: nats://"},
		"TLS for nothing":      {pgConfig + "wake_tls: {ca: a.pem}\n", "wake_tls is for wake: nats://"},
		"half a certificate ":  {pgConfig + "wake: nats://a\nwake_tls: {cert: a.pem}\n", "wake_tls needs both cert and key"},
		"backups of a server":  {"listen: 127.0.0.1:8080\nstore: postgres://a@b/c\nbackup_dir: x\n", "[3:13] backup_dir is for a store in a file"},
		"sqlite without":       {"listen: 127.0.0.1:8080\nstore: \"sqlite:\"\n", "[2:8] store must be sqlite:PATH"},
		"a misspelt key":       {goodConfig + "stroe: x\n", "[3:1] unknown field \"stroe\"; did you mean \"store\"?"},
		"letters swapped":      {goodConfig + "lgo: {level: info}\n", "did you mean \"log\"?"},
		"a dash":               {goodConfig + "backup-dir: x\n", "did you mean \"backup_dir\"?"},
		"another word":         {goodConfig + "port: 80\n", "did you mean \"listen\"?"},
		"not in its place":     {goodConfig + "products: a.csv\n", "did you mean \"products\", below \"catalogue\"?"},
		"nothing like it":      {goodConfig + "log: {colour: red}\n", "[3:7] unknown field \"colour\"; there are level, format"},
		"of an extension":      {goodConfig + "extensions:\n  - js: a.js\n", "[4:5] unknown field \"js\"; did you mean \"extensions[0].path\"?"},
		"two documents":        {goodConfig + "---\nlog: {level: warn}\n", "[4:1] a second document begins here (after ---); put all into one"},
		"a broken number":      {goodConfig + "limits: {mutations: 100.5}\n", "[3:21] limits.mutations must be a whole number, not 100.5"},
		"a quoted number":      {goodConfig + "limits: {mutations: \"500\"}\n", "limits.mutations must be a whole number, not a text in quotes"},
		"yes":                  {goodConfig + "metrics_public: yes\n", "[3:17] metrics_public must be true or false, not yes"},
		"yes in an object":     {goodConfig + "tls: {self: yes}\n", "[3:13] tls.self must be true or false, not yes"},
		"a time without":       {goodConfig + "extensions: [{path: a.js, timeout: 50}]\n", "[3:36] extensions[0].timeout must be a time with its unit, like 50ms or 2s, not 50"},
		"a size":               {goodConfig + "extensions: [{path: a.js, memory: lots}]\n", "extensions[0].memory must be a size like 256MB, not lots"},
		"a path of keys":       {goodConfig + "extensions: [{path: {js: a.js}}]\n", "extensions[0].path must be a file, a folder, or a list of files, not keys of its own"},
		"no list":              {goodConfig + "allowed_origins: https://a.example\n", "[3:18] allowed_origins must be a list, like [a, b], not https://a.example"},
		"a list for a text":    {goodConfig + "on_run_end: [carry]\n", "[3:13] on_run_end must be one text, not a list"},
		"a text for an object": {goodConfig + "currency: EUR\n", "[3:11] currency must have keys of its own (code, decimals, symbol), not one value"},
		"no keys at all":       {"just words\n", "[1:1] expected keys and values, like  listen: …, not just words"},
		"a variable":           {"listen: 127.0.0.1:${PORT}\nstore: sqlite:a.db\n", "[1:9] listen: ${PORT} isn't replaced in this file; write the value itself"},
		"a variable in a list": {goodConfig + "allowed_origins: [\"https://${HOST}\"]\n", "allowed_origins[0]: ${HOST} isn't replaced"},
		"an empty port":        {"listen: \"127.0.0.1:\"\nstore: sqlite:a.db\n", "[1:9] listen must be HOST:PORT, like 127.0.0.1:8080; the port is missing"},
		"a large port":         {"listen: 127.0.0.1:99999\nstore: sqlite:a.db\n", "; ports go up to 65535"},
		"a port in words":      {"listen: 127.0.0.1:http\nstore: sqlite:a.db\n", "; the port must be a number, not \"http\""},
		"a scheme":             {"listen: http://localhost:80\nstore: sqlite:a.db\n", "listen must be HOST:PORT"},
		"IPv6":                 {"listen: \"::1:8080\"\nstore: sqlite:a.db\n", "; an IPv6 address stands in brackets, like [::1]:8080"},
		"memory":               {"listen: 127.0.0.1:80\nstore: memory\n", "[2:8] store must be sqlite:PATH; a store in memory is lost when the server ends"},
		"Windows-1252":         {"listen: x:1\ncurrency: {symbol: \"\xa3\"}\n", "[2:21] this file isn't UTF-8; save it as UTF-8"},
		"UTF-16":               {"\xff\xfel\x00", "[1:1] this file is UTF-16; save it as UTF-8"},
		"after a mark":         {"\ufefflisten: 127.0.0.1:80\nstore: sqlite\n", "[2:8] store must be sqlite:PATH, like sqlite:manytill.db"},
		"a nested one":         {goodConfig + "log:\n  levle: info\n", "[4:3] unknown field \"levle\""},
		"twice":                {goodConfig + "listen: 127.0.0.1:1\n", "[3:1]"},
		"a wrong type":         {goodConfig + "metrics_public: perhaps\n", "[3:17]"},
		"no YAML":              {goodConfig + "tls: {cert: a\n", "[3:"},
		"a tag":                {goodConfig + "allowed_origins: !0000\n0000\n", "[3:18] this is no YAML that can be read; a value that begins with !"},
		"on_run_end":           {goodConfig + "on_run_end: forget\n", "[3:13] on_run_end must be carry or abandon"},
		"half a certificate":   {goodConfig + "tls: {cert: a.pem}\n", "tls needs both cert and key"},
		"two ways of TLS":      {goodConfig + "tls: {self: true, cert: a.pem, key: b.pem}\n", "but not both"},
		"names of a file":      {goodConfig + "tls: {cert: a.pem, key: b.pem, names: [x]}\n", "tls.names are only for tls.self"},
		"a name that is none":  {goodConfig + "tls:\n  self: true\n  names: [till.example, \"https://x\"]\n", "[5:25] tls.names: \"https://x\" must be a name or an address, like till.example or 10.0.0.5"},
		"an empty label":       {goodConfig + "tls: {self: true, names: [a..b]}\n", "[3:27] tls.names: \"a..b\" must be a name"},
		"a dash before":        {goodConfig + "tls: {self: true, names: [-x.example]}\n", "tls.names: \"-x.example\" must be a name"},
		"a dash behind":        {goodConfig + "tls: {self: true, names: [x-.example]}\n", "doesn't begin or end with -"},
		"a long label":         {goodConfig + "tls: {self: true, names: [" + strings.Repeat("a", 70) + ".example]}\n", "1 to 63 letters"},
		"a long name":          {goodConfig + "tls: {self: true, names: [" + strings.Repeat("abcdefg.", 32) + "example]}\n", "must be a name"},
		"a point at the end":   {goodConfig + "tls: {self: true, names: [till.example.]}\n", "must be a name"},
		"an empty name":        {goodConfig + "tls: {self: true, names: [\"\"]}\n", "must be a name"},
		"a port of a name":     {goodConfig + "tls: {self: true, names: [\"till.example:8443\"]}\n", "must be a name"},
		"a star alone":         {goodConfig + "tls: {self: true, names: [\"*\"]}\n", "must be a name"},
		"a star within":        {goodConfig + "tls: {self: true, names: [\"a.*.example\"]}\n", "must be a name"},
		"a small body":         {goodConfig + "limits:\n  body_bytes: 1000\n", "[4:15] limits.body_bytes must be 1048576"},
		"few mutations":        {goodConfig + "limits: {mutations: 3}\n", "[3:21] limits.mutations must be 100 or more"},
		"a tiny order":         {goodConfig + "limits: {order_bytes: 100}\n", "limits.order_bytes must be 65536 (64 KiB) or more"},
		"a huge order":         {goodConfig + "limits: {order_bytes: 99999999}\n", "limits.order_bytes must be 16777216 (16 MiB) or less"},
		"few open orders":      {goodConfig + "limits: {open_orders: 5}\n", "limits.open_orders must be 100 or more"},
		"few open bytes":       {goodConfig + "limits: {open_bytes: -1}\n", "limits.open_bytes must be 1048576 (1 MiB) or more"},
		"few rejections":       {goodConfig + "limits: {rejections: 1}\n", "limits.rejections must be 100 or more"},
		"few clients":          {goodConfig + "limits: {clients: 1}\n", "limits.clients must be 100 or more"},
		"negative lines":       {goodConfig + "limits: {lines_per_order: -1}\n", "limits.lines_per_order must be more than 0"},
		"an origin's path":     {goodConfig + "allowed_origins:\n  - https://a.example\n  - https://b.example/pos\n", "[5:5] allowed_origins: \"https://b.example/pos\" must be an origin like https://till.example"},
		"a currency":           {goodConfig + "currency: {code: euro}\n", "[3:18] currency.code must be three capital letters, like EUR"},
		"an unknown one":       {goodConfig + "currency: {code: ERU}\n", "[3:18] currency ERU is unknown; correct the code, or set currency.decimals too"},
		"many decimals":        {goodConfig + "currency:\n  code: EUR\n  decimals: 20\n", "[5:13] currency.decimals must be between 0 and 6"},
		"a long symbol":        {goodConfig + "currency: {symbol: \"Euro and Cent\"}\n", "[3:20] currency.symbol must have at most 8 characters"},
		"a time zone":          {goodConfig + "time_zone: CEST+1\n", "[3:12] time_zone \"CEST+1\" isn't known; write it like Europe/Vienna or UTC"},
		"log level":            {goodConfig + "log: {level: loud}\n", "[3:14] log.level must be debug, info, warn or error"},
		"log format":           {goodConfig + "log: {format: xml}\n", "[3:15] log.format must be text or json"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := parseConfig([]byte(c.text))
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestNamesOfACertificate(t *testing.T) {
	_, err := parseConfig([]byte(goodConfig + "tls:\n  self: true\n  names: [till, till.example, büro, 店.example, \"*.shop.example\", under_score, 10.0.0.5, \"::1\", " + strings.Repeat("a", 63) + "]\n"))
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "manytill.yaml")
	for text, says := range map[string]string{
		"tls:\n  names: [till.example]\n":                file + ": [4:10] tls.names are for the certificate of the server's own authority, and TLS is off; add self: true",
		"tls: {self: false, names: [till.example]}\n":    "TLS is off",
		"tls: {self: true, names: [till.example]}\n":     "",
		"tls: {cert: cert.pem, key: key.pem}\n":          "",
		"tls: {cert: cert.pem, key: key.pem} # --self\n": "leave out cert and key, or --tls=self",
	} {
		writeFile(t, file, goodConfig+text)
		c, err := readConfig(file)
		require.NoError(t, err)
		c.TLS.Self = c.TLS.Self || strings.Contains(text, "--self")
		if err = c.checkTLS(); says == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, says)
	}
}

func TestAMarkBeforeTheTextSaysNothing(t *testing.T) {
	c, err := parseConfig([]byte("\ufeff" + goodConfig))
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:8080", c.Listen)
	_, err = parseConfig([]byte("---\n" + goodConfig + "---\n# nothing\n"))
	require.NoError(t, err)
	_, err = parseConfig([]byte(goodConfig + "log: &l {level: info}\ntls:\n"))
	require.NoError(t, err)
}

func TestPathsThatAreSomethingElseAreTold(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "file"), "")
	for text, says := range map[string]string{
		"store: sqlite:.":                      "is a folder; name a file in it, like sqlite:" + filepath.Join(dir, "manytill.db"),
		"store: sqlite:nowhere/a.db":           "store: there is no folder " + filepath.Join(dir, "nowhere"),
		"store: sqlite:a.db\nbackup_dir: file": "backup_dir: " + filepath.Join(dir, "file") + " is a file; name a folder",
	} {
		c, err := parseConfig([]byte("listen: 127.0.0.1:0\n" + text + "\n"))
		require.NoError(t, err)
		c.dir = dir
		require.ErrorContains(t, c.checkPaths(), says)
	}
}

func TestWhyAnAddressCannotBeListenedOn(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	_, inUse := net.Listen("tcp", taken.Addr().String())
	_, elsewhere := net.Listen("tcp", "192.0.2.1:0")
	for name, c := range map[string]struct {
		listen string
		err    error
		says   string
	}{
		"in use":     {taken.Addr().String(), inUse, "another program listens there already"},
		"elsewhere":  {"192.0.2.1:0", elsewhere, "192.0.2.1 is no address of this machine"},
		"privileged": {"0.0.0.0:80", &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EACCES)}, "ports below 1024 are for privileged users; listen on a port like 8080"},
		"unknown":    {"no.example:8080", &net.OpError{Op: "listen", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}, "no machine is called no.example here"},
	} {
		t.Run(name, func(t *testing.T) {
			said := listenError(c.listen, c.err)
			require.ErrorContains(t, said, c.says)
			require.ErrorIs(t, said, c.err)
			require.Equal(t, name == "in use", strings.Contains(said.Error(), "another server"))
		})
	}
}

func TestTheSmallestConfigIsEnough(t *testing.T) {
	c, err := parseConfig([]byte(goodConfig))
	require.NoError(t, err)
	require.Equal(t, "carry", c.OnRunEnd)
	require.Equal(t, "info", c.Log.Level)
	c.dir = "/etc/manytill"
	require.Equal(t, "/etc/manytill/manytill.db", c.storePath())
}

func TestTheDemosConfigIsGood(t *testing.T) {
	c, err := demoConfig(t.TempDir(), (&demoCommand{}).extensions())
	require.NoError(t, err)
	shop, err := openCatalogue(c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Contains(t, string(shop.Now().Body()), `{"category":"Coffee","id":"11","name":"Coffee","price":2.5}`)
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func TestMoneyIsThatOfTheCurrency(t *testing.T) {
	for text, want := range map[string]protocol.Currency{
		"":                      {Decimals: 2},
		"currency: {code: EUR}": {Code: "EUR", Decimals: 2, Symbol: "€"},
		"currency: {code: KWD}": {Code: "KWD", Decimals: 3, Symbol: "KWD"},
		"currency: {code: JPY}": {Code: "JPY", Symbol: "¥"},
		"currency: {code: SEK, decimals: 0, symbol: \"\"}": {Code: "SEK"},
		"currency: {code: XBT, decimals: 6}":               {Code: "XBT", Decimals: 6, Symbol: "XBT"},
		"currency: {decimals: 3, symbol: KD}":              {Decimals: 3, Symbol: "KD"},
	} {
		c, err := parseConfig([]byte(goodConfig + text + "\n"))
		require.NoError(t, err, text)
		require.Equal(t, want, c.money(), text)
	}
}
