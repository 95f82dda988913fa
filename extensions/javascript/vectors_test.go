package javascript_test

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// vector is one of testdata/hooks; README.md there says what it means.
type vector struct {
	Name           string
	Files          []string
	Model          protocol.Model
	Stored, Merged protocol.Fields
	Lines          []protocol.Line
	Payments       []protocol.Payment
	State          protocol.State
	Of             protocol.Fields
	Export         protocol.Fields
	Reject         string
	Read           []protocol.Field
	ReadOfOrder    []protocol.Field `json:"read_of_order"`
}

func (v vector) record() *hooks.Snapshot {
	for i := range v.Lines {
		v.Lines[i].N = i + 1
	}
	of := order(v.Stored, v.Merged)
	of.Lines = func() []protocol.Line { return v.Lines }
	of.Payments, of.State = v.Payments, cmp.Or(v.State, protocol.Open)
	if v.Model == protocol.ModelOrder {
		return of
	}
	record := line(v.Stored, v.Merged)
	of.Stored, of.Merged = protocol.Fields{}, protocol.Fields{}
	if v.Of != nil {
		of.Merged = v.Of
	}
	record.Parent, record.State, record.Payments = of, of.State, of.Payments
	return record
}

// paths are a vector's files from here.
func (v vector) paths() []string {
	paths := make([]string, len(v.Files))
	for i, f := range v.Files {
		paths[i] = filepath.Join("../..", f)
	}
	return paths
}

// vectors are all of testdata/hooks.
func vectors(t *testing.T) (all []vector) {
	t.Helper()
	files, err := filepath.Glob("../../testdata/hooks/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var some []vector
		require.NoError(t, json.Unmarshal(text, &some), file)
		for _, v := range some {
			v.Name = strings.TrimSuffix(filepath.Base(file), ".json") + "/" + v.Name
			all = append(all, v)
		}
	}
	return all
}

// The vectors that browsers run too.
func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			host := loadVector(t, v.paths())
			require.Empty(t, failedFiles(host))
			result := run(t, host, v.record())
			require.Equal(t, v.Reject, result.Reject)
			if v.Reject == "" {
				require.Equal(t, v.Export, result.Export)
			}
			if v.Read != nil {
				require.ElementsMatch(t, v.Read, result.Read)
			}
			if v.ReadOfOrder != nil {
				require.ElementsMatch(t, v.ReadOfOrder, result.ReadOfOrder)
			}
		})
	}
}
