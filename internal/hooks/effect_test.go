package hooks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

func TestWanting(t *testing.T) {
	long := protocol.Value(`"` + strings.Repeat("x", hooks.EffectBytes-1) + `"`)
	for _, c := range []struct {
		effect hooks.Effect
		says   string
	}{
		{hooks.Effect{Name: "book", Key: "p1", Data: "null"}, ""},
		{hooks.Effect{Name: "print", Key: strings.Repeat("é", 200), Data: long[1:]}, ""},
		{hooks.Effect{Name: "bok", Key: "p1"}, `extension.yaml describes no effect "bok": there are book, print`},
		{hooks.Effect{Name: "book"}, `effect "book": a key is a text of 1 to 200 characters`},
		{hooks.Effect{Name: "book", Key: strings.Repeat("é", 201)}, `has 201`},
		{hooks.Effect{Name: "book", Key: "\xff"}, `effect "book": the key "\xff" isn't Unicode text`},
		{hooks.Effect{Name: "book", Key: "p1", Data: long}, `effect "book": the data for the key "p1" has 65537 bytes as JSON, and may have 65536`},
	} {
		w := hooks.NewWanting([]string{"book", "print"})
		if err := w.Add(c.effect); c.says != "" {
			require.ErrorContains(t, err, c.says)
			require.Empty(t, w.All())
			continue
		} else {
			require.NoError(t, err)
		}
		require.Equal(t, []hooks.Effect{c.effect}, w.All())
	}
	require.ErrorContains(t, hooks.NewWanting(nil).Add(hooks.Effect{Name: "book", Key: "p1"}), "effects are there only where extension.yaml describes them")

	w := hooks.NewWanting([]string{"book"})
	for i := range hooks.EffectsMost {
		require.NoError(t, w.Add(hooks.Effect{Name: "book", Key: fmt.Sprint(i)}))
	}
	require.ErrorContains(t, w.Add(hooks.Effect{Name: "book", Key: "more"}), `effect "book": a run may want at most 1000 effects`)
	require.Len(t, w.All(), hooks.EffectsMost)
	require.Nil(t, (*hooks.Wanting)(nil).All())
}

// An effect's id is of its server and its address, and of nothing else.
func TestEffectID(t *testing.T) {
	a := hooks.EffectAddress{MultiSession: "m", Extension: "cards", Order: "o1", Name: "book", Key: "p1"}
	require.Equal(t, a.ID("server"), a.ID("server"))
	require.Len(t, a.ID("server"), 43)
	b := a
	b.Name, b.Key = "boo", "kp1"
	for _, other := range []string{a.ID("another"), b.ID("server")} {
		require.NotEqual(t, a.ID("server"), other)
	}
}

func TestSettingsInText(t *testing.T) {
	require.Equal(t, []string{"base", "shop"}, hooks.SettingsIn("{base}/v1/{shop}?a=b"))
	require.Empty(t, hooks.SettingsIn("https://a.example/{"))
	require.Equal(t, "BASE/v1/SHOP?a=b", hooks.WithSettings("{base}/v1/{shop}?a=b", strings.ToUpper))
}
