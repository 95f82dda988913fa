package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

// The hook of an error is named once.
func TestExtensionText(t *testing.T) {
	x := protocol.ExtensionStatus{Name: "note", State: protocol.Running, Errors: []protocol.ExtensionError{
		{Hook: protocol.HookApply, Message: "apply_ms_data: note.js:3:5: boom", At: "now", Order: "o1"},
		{Hook: protocol.HookApply, Message: "boom", At: "now", Order: "o1", Line: "l1"},
		{Message: "it ended", At: "now"},
	}}
	require.Equal(t, "note: running, 0 calls, 0.0 ms"+
		"\n  error: apply_ms_data: note.js:3:5: boom\n    at now on order o1"+
		"\n  error: apply_ms_data: boom\n    at now on order o1, line l1"+
		"\n  error: it ended\n    at now", extensionText(x))
}
