package main_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// JavaScript and Go have the same rows, as a table and as JSON.
func TestExtensionBench(t *testing.T) {
	t.Parallel()
	f := &serverWithTwoPOS{t: t, dir: t.TempDir()}
	f.plugin("loyalty", "{}")
	folder := filepath.Join(f.dir, "loyalty")
	for path, inGo := range map[string]bool{"../../plugins/example/order-note/order-note.js": false, folder: true} {
		var report struct {
			InGo bool `json:"in_go"`
			Rows []struct {
				Model string
				Lines int
				Us    float64
				Bytes int

				Program *int `json:"program_bytes"`
			}
		}
		require.NoError(t, json.Unmarshal([]byte(must(t, "extension", "bench", "--json", "--runs", "2", path)), &report), path)
		require.Equal(t, inGo, report.InGo)
		sizes := map[string][]int{}
		for _, r := range report.Rows {
			sizes[r.Model] = append(sizes[r.Model], r.Lines)
			require.Positive(t, r.Us)
			require.Positive(t, r.Bytes)
			if require.Equal(t, inGo, r.Program != nil); inGo {
				require.Positive(t, *r.Program)
			}
		}
		require.Equal(t, []int{1, 20, 500}, sizes["order"], path)
	}
	out := must(t, "extension", "bench", "--runs", "2", "--timeout", "1ns", folder)
	require.Regexp(t, `ONE +LINES +TIME +SLOWEST +OF 1ns +BYTES +IN ITS PROGRAM +RUNS\n`, out)
	require.Contains(t, out, "A call that takes longer than its budget is stopped in a shop")

	for _, args := range [][]string{{"../../plugins/example/seat"}, {"nowhere"}, {"--timeout", "0s", folder}} {
		_, err := output(t, append([]string{"extension", "bench"}, args...)...)
		require.Error(t, err, args)
	}
}
