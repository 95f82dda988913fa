package scaffold

import (
	"github.com/manytill/manytill/cmd/server/scaffold/internal/typings"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/sdk/protocol"
)

// Types are the TypeScript declarations of what scripts find, with the fields of a
// schema. The folder of a new extension has them with its own.
func Types(schema *protocol.Schema) ([]byte, error) {
	return typings.WithFields(typesFile, schema)
}

// ownFields are those of a new extension, as its manifest says.
func ownFields(manifestText []byte) (*protocol.Schema, error) {
	m, err := manifest.Parse(manifest.FileName, manifestText)
	if err != nil {
		return nil, err
	}
	return m.Schema(), nil
}
