package reference_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/reference"
)

func TestThePageIsCurrent(t *testing.T) {
	want, err := reference.Page("../..")
	require.NoError(t, err)
	committed, err := os.ReadFile("../../docs/guide/reference.md")
	require.NoError(t, err)
	require.Equal(t, string(want), string(committed), "it is stale: run go generate ./internal/reference")
}

func TestAFolderWithoutSourcesIsAnError(t *testing.T) {
	_, err := reference.Page(t.TempDir())
	require.Error(t, err)
}
