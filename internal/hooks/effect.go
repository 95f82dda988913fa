package hooks

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// Effect is what a hook wants done after the commit: once for ever under its
// extension, order, name and key.
type Effect struct {
	Name, Key string
	Data      protocol.Value // JSON, at most EffectBytes
}

// What an effect may be: the data's length in bytes, and how many an order may have
// of all extensions. Its key is as long as one of storage (MaxStoredKey).
const (
	EffectBytes = 64 << 10
	EffectsMost = 1000
)

// Check says what is wrong with the effect's key or data.
func (e Effect) Check() error {
	what := "effect " + strconv.Quote(e.Name)
	if err := checkKey(what, e.Key); err != nil {
		return err
	}
	if len(e.Data) > EffectBytes {
		return fmt.Errorf("%s: the data for the key %s has %d bytes as JSON, and may have %d", what, strconv.Quote(e.Key), len(e.Data), EffectBytes)
	}
	return nil
}

// Wanting gathers what one run of an order's hooks wants done.
type Wanting struct {
	declared []string
	effects  []Effect
}

// NewWanting begins a run of an extension whose manifest describes these effects.
func NewWanting(declared []string) *Wanting { return &Wanting{declared: declared} }

// Declares says what is wrong where the manifest doesn't describe an effect.
func (w *Wanting) Declares(name string) error {
	switch {
	case slices.Contains(w.declared, name):
		return nil
	case len(w.declared) == 0:
		return errors.New("effects are there only where extension.yaml describes them: effects: {NAME: {…}}")
	}
	return fmt.Errorf("extension.yaml describes no effect %s: there are %s", strconv.Quote(fmt.Sprintf("%.80s", name)), strings.Join(w.declared, ", "))
}

// Add takes one more effect, or says what is wrong with it.
func (w *Wanting) Add(e Effect) error {
	if err := w.Declares(e.Name); err != nil {
		return err
	}
	if err := e.Check(); err != nil {
		return err
	}
	if len(w.effects) == EffectsMost {
		return fmt.Errorf("effect %s: a run may want at most %d effects", strconv.Quote(e.Name), EffectsMost)
	}
	w.effects = append(w.effects, e)
	return nil
}

// All are the effects, as they came; nil has none.
func (w *Wanting) All() []Effect {
	if w == nil {
		return nil
	}
	return w.effects
}

// EffectAddress names an effect for ever.
type EffectAddress struct {
	MultiSession protocol.MultiSessionID
	Extension    string
	Order        protocol.OrderID
	Name, Key    string
}

// ID is the effect's idempotency key, of 43 characters: a hash of the server's
// id and the address. Not of the epoch: what a till pushes anew after a restore
// gets the id that it had.
func (a EffectAddress) ID(serverID string) string {
	h := sha256.New()
	for _, part := range []string{serverID, string(a.MultiSession), a.Extension, string(a.Order), a.Name, a.Key} {
		_, _ = h.Write([]byte(part))
		_, _ = h.Write([]byte{0})
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// EffectSpec is an effect that a manifest describes.
type EffectSpec struct {
	// WholeMultiSession: effects are done one after another for the whole
	// multi-session, not for each order.
	WholeMultiSession bool
	// Timeout of one try.
	Timeout time.Duration
	// Of JavaScript, whose effect is an HTTPS call that the server makes: {NAME}
	// in URL and the headers' values is the operator's setting of that name.
	URL, Method string
	Headers     map[string]string
}

var setting = regexp.MustCompile(`\{([^{}]*)\}`)

// SettingsIn are the names of settings that a URL or a header's value of an
// [EffectSpec] has in braces.
func SettingsIn(text string) (names []string) {
	for _, m := range setting.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}

// WithSettings is the text with each {NAME} replaced.
func WithSettings(text string, value func(name string) string) string {
	return setting.ReplaceAllStringFunc(text, func(in string) string { return value(in[1 : len(in)-1]) })
}

// Outcome is what became of an effect, as its order's model is told it.
type Outcome struct {
	Name, Key string
	Result    protocol.Value // JSON
}
