package jsprocess_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/hosts"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// step is what a hook is told to do: get a key, set it, set it until the end; want an
// effect with the key; reject or fail.
type step struct {
	Do    string          `json:"do"`
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

type stepsOrder struct {
	sdk.OrderBase
	told []any
}

func (o *stepsOrder) EffectResult(name, key string, result sdk.Result) error {
	o.told = []any{name, key, result}
	return nil
}

func (o *stepsOrder) ExportAsJSON(out sdk.Record) error {
	return steps(o.Merged(), out, o.Storage(), &o.OrderBase, o.told)
}

type stepsLine struct{ sdk.OrderlineBase }

func (l *stepsLine) ExportAsJSON(out sdk.Record) error {
	return steps(l.Merged(), out, l.Storage(), l.Order(), nil)
}

// steps does them, and exports what was got behind what was told.
func steps(r, out sdk.Record, storage sdk.Storage, order *sdk.OrderBase, told []any) error {
	var todo []step
	if err := r.Get("todo", &todo); err != nil {
		return err
	}
	got := append([]any{}, told...)
	for _, s := range todo {
		var err error
		switch s.Do {
		case "get":
			var v any
			var there bool
			if there, err = storage.Get(s.Key, &v); !there {
				v = "none"
			}
			got = append(got, v)
		case "set":
			err = storage.Set(s.Key, s.Value)
		case "end":
			err = storage.SetUntilEnd(s.Key, s.Value)
		case "want":
			err = order.Effect("book", s.Key, s.Value)
		case "fail":
			err = errors.New("as told")
		default:
			err = sdk.Reject("as told")
		}
		if err != nil {
			return err
		}
	}
	return out.Set("got", got)
}

const stepsScript = `
function patch(name) {
    var base = models[name].prototype;
    models[name] = models[name].extend({
        effect_result: function (name, key, result) { this.told = [name, key, result]; },
        init_from_JSON: function (json) { this.todo = json.todo; base.init_from_JSON.call(this, json); },
        export_as_JSON: function () {
            var data = base.export_as_JSON.apply(this, arguments), got = this.told || [], storage = this.storage, order = this.order || this;
            (this.todo || []).forEach(function (step) {
                if (step.do === "get") {
                    var v = storage.get(step.key);
                    got.push(v === undefined ? "none" : v);
                } else if (step.do === "set") storage.set(step.key, step.value);
                else if (step.do === "end") storage.set(step.key, step.value, {until: "end"});
                else if (step.do === "want") order.effect("book", step.key, step.value);
                else if (step.do === "fail") throw new Error("as told");
                else throw new Reject("as told");
            });
            data.got = got;
            return data;
        },
    });
}
patch("Order");
patch("Orderline");`

const stepsManifest = "name: steps\ncan_reject: true\nstorage: {max_keys: 4}\n" +
	"fields: {order: {todo: {type: array}, got: {type: array, derived: true}}, orderline: {todo: {type: array}, got: {type: array, derived: true}}}\n"

// everyHost is the same extension in each host.
func everyHost(t *testing.T) map[string]extensions.Host {
	program, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		path, failed := os.Executable()
		require.NoError(t, failed)
		program, err = os.ReadFile(path)
	}
	require.NoError(t, err)
	sum := sha256.Sum256(program)
	dir := func(code, name, effect string, content []byte) string {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "extension.yaml"), []byte(stepsManifest+code+": "+name+"\neffects: {book: {"+effect+"}}\n"), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o700))
		return dir
	}
	script, binary := dir("js", "steps.js", "url: https://a.example", []byte(stepsScript)), dir("exec", "steps", "", program)
	all := map[string]extensions.Host{}
	for name, source := range map[string]hosts.Source{
		"in the server": {Paths: []string{script}, InProcess: true},
		"in a process":  {Paths: []string{script}, Timeout: 10 * time.Second},
		"a Go plugin":   {Paths: []string{binary}, SHA256: hex.EncodeToString(sum[:]), Timeout: 10 * time.Second},
	} {
		host, err := hosts.Start(t.Context(), source, slog.New(slog.DiscardHandler))
		require.NoError(t, err, name)
		t.Cleanup(func() { require.NoError(t, host.Close()) })
		all[name] = host
	}
	return all
}

// patient is a time limit for a host that has none of its own: the server's default of a
// tenth of a second is missed on a busy machine.
func patient(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// Whatever hooks do with storage: each host gives what a map would, also where what
// was left is dropped, and several multi-sessions take turns.
func TestStorageInEveryHost(t *testing.T) {
	all := everyHost(t)
	keys := rapid.SampledFrom([]string{"a", "b", "é", "d", "e", ""})
	steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		s := step{Do: rapid.SampledFrom([]string{"get", "get", "set", "set", "set", "end", "fail", "reject"}).Draw(t, "do"), Key: keys.Draw(t, "key")}
		s.Value = json.RawMessage(rapid.SampledFrom([]string{"1", "2.5", `"x"`, "null", `{"a":[true,null]}`}).Draw(t, "value"))
		return s
	}), 0, 6)
	rapid.Check(t, func(t *rapid.T) {
		stored := map[protocol.MultiSessionID]*hooks.Storage{}
		for range rapid.IntRange(1, 8).Draw(t, "calls") {
			ms := protocol.MultiSessionID(rapid.SampledFrom([]string{"m", "n"}).Draw(t, "multi-session"))
			todo := steps.Draw(t, "todo")
			head := hooks.RecordHead{
				Model: rapid.SampledFrom([]protocol.Model{protocol.ModelOrder, protocol.ModelOrderline}).Draw(t, "model"),
				Order: "o1", New: true, State: protocol.Open, Storage: &hooks.Stored{Storage: stored[ms], MaxKeys: 4},
			}
			r := &hooks.Snapshot{RecordHead: head, Lines: func() []protocol.Line { return nil }}
			if head.Model == protocol.ModelOrderline {
				r.Line, r.N = "l1", 1
				r.Parent = &hooks.Snapshot{RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: "o1"}, Merged: protocol.Fields{}}
			}
			value, err := protocol.ValueOf(todo)
			require.NoError(t, err)
			r.Merged = protocol.Fields{"todo": value}
			want, next := model(head, todo)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			for name, host := range all {
				results, err := host.Run(ctx, &extensions.Batch{MultiSession: ms, Records: []hooks.Record{r}})
				require.NoError(t, err, name)
				got := results[0]
				require.Equal(t, want.Reject, got.Reject, name)
				if want.Err != nil {
					require.ErrorContains(t, got.Err, want.Err.Error(), name)
				} else {
					require.NoError(t, got.Err, name)
				}
				if want.Err == nil && want.Reject == "" {
					require.Equal(t, want.Export["got"], got.Export["got"], name)
				}
				require.Equal(t, want.Left, got.Left, name)
			}
			if !rapid.Bool().Draw(t, "vetoed") {
				stored[ms] = next
			}
		}
	})
}

// model is what hooks that are told these steps should give and leave.
func model(head hooks.RecordHead, todo []step) (want hooks.Result, next *hooks.Storage) {
	before := head.Storage.Storage
	now, got := before, []any{}
	for _, s := range todo {
		value := protocol.Value(s.Value)
		e := hooks.Entry{Key: s.Key, Value: value}
		if value.IsNull() {
			e = hooks.Entry{Key: s.Key}
		} else if s.Do == "end" {
			e.Until = head.Order
		}
		switch set := s.Do == "set" || s.Do == "end"; {
		case s.Do == "reject":
			return hooks.Result{Reject: "as told"}, before
		case s.Do == "fail":
			return hooks.Result{Err: errors.New("as told")}, before
		case s.Key == "":
			return hooks.Result{Err: errors.New("storage: a key is a text of 1 to 200 characters")}, before
		case set && now.Keys() == 4 && e.There() && !now.Get(s.Key).There():
			return hooks.Result{Err: errors.New("storage: it has 4 keys and may have no more")}, before
		case set:
			now = now.With(e)
		case now.Get(s.Key).There():
			got = append(got, now.Get(s.Key).Value)
		default:
			got = append(got, "none")
		}
	}
	value, err := protocol.ValueOf(got)
	if err != nil {
		panic(err)
	}
	return hooks.Result{Export: protocol.Fields{"got": value}, Left: now.Since(before)}, now
}
