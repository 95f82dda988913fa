package goplugin_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// doer is a plugin that does effects, each within a time.
func doer(t *testing.T, within time.Duration) *kit {
	o := options(t, misbehave)
	o.Env = []string{"MISBEHAVE=effects"}
	o.Description.Effects = map[string]hooks.EffectSpec{"book": {Timeout: within}, "call": {URL: "https://a.example"}}
	return start(t, o)
}

func (k *kit) do(ctx context.Context, key string) (protocol.Value, error) {
	return k.host.Do(ctx, "the id", hooks.EffectAddress{MultiSession: "m", Extension: "misbehave", Order: "o1", Name: "book", Key: key}, `{"n":1}`)
}

// An effect reaches the plugin whole, and what comes of it comes back.
func TestDo(t *testing.T) {
	k := doer(t, time.Minute)
	result, err := k.do(t.Context(), "p1")
	require.NoError(t, err)
	require.Equal(t, protocol.Value(`{"Data":{"n":1},"ID":"the id","Key":"p1","MultiSession":"m","Name":"book","Order":"o1"}`), result)
	result, err = k.do(t.Context(), "nothing")
	require.NoError(t, err)
	require.Equal(t, protocol.Null, result)
	for key, says := range map[string]string{
		"error":   "the printer is off",
		"panic":   "panic: no reason",
		"garbage": "its result isn't JSON",
		"large":   "its result is larger than 65536 bytes",
		"larger":  "its result is larger than 65536 bytes",
	} {
		_, err := k.do(t.Context(), key)
		require.ErrorContains(t, err, says, key)
	}
	for _, name := range []string{"bok", "call"} {
		_, err := k.host.Do(t.Context(), "the id", hooks.EffectAddress{Name: name, Key: "p1"}, "1")
		require.ErrorContains(t, err, name+" is no effect that the extension's program does")
	}
}

// An effect holds up no hook: this one ends when hooks have run.
func TestHooksRunBesideAnEffect(t *testing.T) {
	k := doer(t, time.Minute)
	done := make(chan error)
	go func() {
		_, err := k.do(context.Background(), "waits")
		done <- err
	}()
	results, err := k.run(time.Minute, "lets go")
	require.NoError(t, err)
	require.NoError(t, results[0].Err)
	require.NoError(t, <-done)
}

// An effect has a timeout of its own, and the caller may give up; the process goes
// on. One that ends meanwhile is an error, and the next does effects.
func TestEffectsThatEndOtherwise(t *testing.T) {
	k := doer(t, 50*time.Millisecond)
	before, err := k.run(time.Minute, "o1")
	require.NoError(t, err)
	_, err = k.do(t.Context(), "long")
	require.ErrorContains(t, err, "it took longer than 50ms: timeout of the effect in extension.yaml gives it more")
	limited, end := context.WithTimeout(t.Context(), 40*time.Millisecond)
	defer end()
	_, err = k.do(limited, "long")
	require.ErrorContains(t, err, "it took longer than 50ms", "whoever counts")
	gone, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the server ends"))
	_, err = k.do(gone, "long")
	require.ErrorContains(t, err, "the server ends")
	after, err := k.run(time.Minute, "o1")
	require.NoError(t, err)
	require.Equal(t, before[0].Export["pids"], after[0].Export["pids"], "the same process")

	k = doer(t, time.Minute)
	_, err = k.do(t.Context(), "exit")
	require.ErrorContains(t, err, "it ended: exit status 3")
	result, err := k.do(t.Context(), "nothing")
	require.NoError(t, err)
	require.Equal(t, protocol.Null, result)
	require.NoError(t, k.host.Close())
	_, err = k.do(t.Context(), "p1")
	require.ErrorContains(t, err, "it was closed")
}

// A program does effects where its manifest describes any, and only there.
func TestEffectsAndTheManifestAgree(t *testing.T) {
	o := options(t, misbehave)
	o.Description.Effects = map[string]hooks.EffectSpec{"book": {}}
	_, err := goplugin.Start(t.Context(), o)
	require.ErrorContains(t, err, "its extension.yaml describes effects, and its program does none: set Effect of plugin.Extension")
	o = options(t, misbehave)
	o.Env = []string{"MISBEHAVE=effects"}
	_, err = goplugin.Start(t.Context(), o)
	require.ErrorContains(t, err, "its program does effects, and extension.yaml describes none")
}

// What a process says that its hooks want is taken with care.
func TestWantedEffectsAreChecked(t *testing.T) {
	o := options(t, misbehave)
	o.Env = []string{"MISBEHAVE=effects, badly"}
	o.Description.Effects = map[string]hooks.EffectSpec{"book": {}}
	k := start(t, o)
	for id, says := range map[protocol.OrderID]string{
		"no key":  `effect "book": a key is a text of 1 to 200 characters`,
		"no JSON": `effect "book": its data isn't JSON`,
		"large":   `effect "book": the data for the key "k" has 70002 bytes`,
		"many":    "it wants 1001 effects in one run, and may want 1000",
	} {
		results, err := k.run(time.Minute, id)
		require.NoError(t, err)
		require.ErrorContains(t, results[0].Err, says)
		require.Empty(t, results[0].Effects)
	}
	results, err := k.run(time.Minute, "good")
	require.NoError(t, err)
	require.Equal(t, []hooks.Effect{{Name: "book", Key: "k", Data: "1.5"}}, results[0].Effects)
}
