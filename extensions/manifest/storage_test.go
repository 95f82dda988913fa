package manifest_test

import (
	"testing"

	"github.com/manytill/manytill/extensions/manifest"
	"github.com/stretchr/testify/require"
)

func TestStorage(t *testing.T) {
	for says, keys := range map[string]int{
		"": 0, "storage: true": 1000, "storage: {}": 1000, "storage:": 0, "storage: {max_keys: 5}": 5, "storage:\n  max_keys: 10000": 10_000,
	} {
		m, err := manifest.Parse("extension.yaml", []byte("name: a\njs: a.js\n"+says+"\n"))
		require.NoError(t, err, says)
		require.Equal(t, keys, m.Storage.Keys(), says)
	}
}
