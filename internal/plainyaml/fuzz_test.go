package plainyaml_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/plainyaml"
)

// FuzzDecode: whatever is in a file, it is read, or an error names a place in it.
func FuzzDecode(f *testing.F) {
	type file struct {
		Listen string        `yaml:"listen" also:"port host"`
		Wait   time.Duration `yaml:"wait"`
		TLS    struct {
			Cert  string   `yaml:"cert" also:"certificate"`
			Self  bool     `yaml:"self"`
			Names []string `yaml:"names"`
		} `yaml:"tls" also:"https"`
		Limit      int            `yaml:"limit"`
		Price      float64        `yaml:"price"`
		Kept       *bool          `yaml:"kept"`
		Config     map[string]any `yaml:"config"`
		Extensions []struct {
			Path   string         `yaml:"path"`
			Config map[string]any `yaml:"config"`
		} `yaml:"extensions" also:"plugins"`
	}
	for _, seed := range []string{
		"listen: 127.0.0.1:8080\nwait: 2s\ntls: {cert: a.pem, self: true, names: [a, b]}\nlimit: 7\nprice: 1.5\nkept: false\n",
		"extensions:\n  - path: a.js\n    config: {a: &x [1, {b: c}], d: *x}\n", "a: &a [*a]", "x: !y z", "\xef\xbb\xbflisten: é\n", "\xff\xfel",
		"---\nlisten: a\n---\nlisten: b\n", "port: 1\n", "tls:\n\tcert: x\n", "config: {<<: {a: 1}, ? [b] : c}\n", "listen: |\n  a\n", "wait: 5\n", "- a\n", "null\n", "listen: ${HOME}\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var into file
		err := plainyaml.Decode(text, &into)
		if err == nil {
			return
		}
		var at *plainyaml.Error
		require.True(t, errors.As(err, &at), "%T %v", err, err)
		require.NotEmpty(t, at.Message)
		require.Positive(t, at.Line)
		require.LessOrEqual(t, at.Line, 2+bytes.Count(text, []byte("\n"))+bytes.Count(text, []byte("\r")))
	})
}
