package main

import (
	"log/slog"
	"os"
	"testing"

	"github.com/manytill/manytill/sdk"
	"github.com/stretchr/testify/require"
)

const goodConfig = "listen: 127.0.0.1:8080\nstore: sqlite:manytill.db\n"

func TestConfigErrorsNameThePlaceAndTheWayOut(t *testing.T) {
	cases := map[string]struct{ text, says string }{
		"empty":              {"", "listen is missing; write for example"},
		"no store":           {"listen: 127.0.0.1:8080\n", "store is missing; write for example"},
		"no port":            {"listen: localhost\nstore: sqlite:a.db\n", "[1:9] listen must be HOST:PORT"},
		"another store":      {"listen: 127.0.0.1:8080\nstore: oracle:x\n", "[2:8] store must be sqlite:PATH"},
		"sqlite without":     {"listen: 127.0.0.1:8080\nstore: \"sqlite:\"\n", "[2:8] store must be sqlite:PATH"},
		"a misspelt key":     {goodConfig + "stroe: x\n", "[3:1] unknown field \"stroe\""},
		"a nested one":       {goodConfig + "log:\n  levle: info\n", "[4:3] unknown field \"levle\""},
		"twice":              {goodConfig + "listen: 127.0.0.1:1\n", "[3:1]"},
		"a wrong type":       {goodConfig + "metrics_public: perhaps\n", "[3:17]"},
		"no YAML":            {goodConfig + "tls: {cert: a\n", "[3:"},
		"a tag":              {goodConfig + "allowed_origins: !0000\n0000\n", "[3:18] this is no YAML that can be read; a value that begins with !"},
		"on_run_end":         {goodConfig + "on_run_end: forget\n", "[3:13] on_run_end must be carry or abandon"},
		"half a certificate": {goodConfig + "tls: {cert: a.pem}\n", "tls needs both cert and key"},
		"two ways of TLS":    {goodConfig + "tls: {self: true, cert: a.pem, key: b.pem}\n", "but not both"},
		"a small body":       {goodConfig + "limits:\n  body_bytes: 1000\n", "[4:15] limits.body_bytes must be 1048576"},
		"few mutations":      {goodConfig + "limits: {mutations: 3}\n", "[3:21] limits.mutations must be 100 or more"},
		"negative lines":     {goodConfig + "limits: {lines_per_order: -1}\n", "limits.lines_per_order must be more than 0"},
		"an origin's path":   {goodConfig + "allowed_origins:\n  - https://a.example\n  - https://b.example/pos\n", "[5:5] allowed_origins: \"https://b.example/pos\" must be an origin like https://till.example"},
		"a currency":         {goodConfig + "currency: {code: euro}\n", "[3:18] currency.code must be three capital letters, like EUR"},
		"an unknown one":     {goodConfig + "currency: {code: ERU}\n", "[3:18] ERU is no currency that is known here; check it, or say currency.decimals too"},
		"many decimals":      {goodConfig + "currency:\n  code: EUR\n  decimals: 20\n", "[5:13] currency.decimals must be between 0 and 6"},
		"a long symbol":      {goodConfig + "currency: {symbol: \"Euro and Cent\"}\n", "[3:20] currency.symbol must have at most 8 characters"},
		"a time zone":        {goodConfig + "time_zone: CEST+1\n", "[3:12] time_zone \"CEST+1\" isn't known; write it like Europe/Vienna or UTC"},
		"log level":          {goodConfig + "log: {level: loud}\n", "[3:14] log.level must be debug, info, warn or error"},
		"log format":         {goodConfig + "log: {format: xml}\n", "[3:15] log.format must be text or json"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := parseConfig([]byte(c.text))
			require.ErrorContains(t, err, c.says)
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
	c, err := (&demoCommand{}).config(t.TempDir())
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
	for text, want := range map[string]sdk.Currency{
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
