package protocol_test

import (
	"strings"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// The id of an extension's line says whose it is, and is an id whatever the key.
func TestOwnLineID(t *testing.T) {
	long := strings.Repeat("n", protocol.MaxOwnName)
	for _, c := range []struct{ name, key, id string }{
		{"bottle", "l1", "mt:bottle:l1"},
		{"bottle", "a:b.c_d-e", "mt:bottle:a:b.c_d-e"},
		{"bottle", "a b", "mt:bottle:yGh6CKpdbtIEQyj6aml6uO"},
		{long, "12345678901234567890123", "mt:" + long + ":DHHr3Ec2vwmoiEV3UKoi98"},
	} {
		id := protocol.OwnLineID(c.name, c.key)
		require.Equal(t, protocol.LineID(c.id), id)
		require.True(t, protocol.ValidID(id), id)
		require.True(t, protocol.IsOwnLine(id))
		require.Equal(t, c.name, protocol.OwnerOfLine(id))
	}
	require.Len(t, string(protocol.OwnLineID(long, "é")), protocol.MaxIDLength)
	require.NotEqual(t, protocol.OwnLineID("a", "é"), protocol.OwnLineID("a", "è"))
	require.False(t, protocol.IsOwnLine("l1"))
	require.Empty(t, protocol.OwnerOfLine("l1"))
}
