package protocol_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// The id of an extension's line says whose it is, and is an id whatever the key.
// The TypeScript client plays the vectors too.
func TestOwnLineID(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "own-lines.json"))
	require.NoError(t, err)
	var vectors []struct{ Extension, Key, ID string }
	require.NoError(t, json.Unmarshal(text, &vectors))
	require.Greater(t, len(vectors), 15)
	for _, v := range vectors {
		id := protocol.OwnLineID(v.Extension, v.Key)
		require.Equal(t, protocol.LineID(v.ID), id)
		require.True(t, protocol.ValidID(id), id)
		require.True(t, protocol.IsOwnLine(id))
		require.Equal(t, v.Extension, protocol.OwnerOfLine(id))
	}
	long := strings.Repeat("n", protocol.MaxOwnName)
	require.Len(t, string(protocol.OwnLineID(long, "é")), protocol.MaxIDLength)
	require.False(t, protocol.IsOwnLine("l1"))
	require.Empty(t, protocol.OwnerOfLine("l1"))
}
