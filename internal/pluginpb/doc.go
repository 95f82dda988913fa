// Package pluginpb is what the server and a Go plugin say to each other:
// generated from plugin.proto, and the handshake that comes before it.
//
// It owns the words between the two processes and nothing of their meaning:
// extensions/goplugin speaks them on the server's side, sdk/plugin on the
// plugin's.
package pluginpb

//go:generate sh -c "cd .generate && go run . && cd .. && go tool gofumpt -w *.pb.go"
