package effects

import (
	"fmt"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// When an effect is tried again, and when no more (extensions.md, "Effects").
const (
	firstPause   = time.Second
	longestPause = 10 * time.Minute
	giveUpAfter  = 72 * time.Hour
)

// errorMost is how much of an error's text is stored.
const errorMost = 1000

// pause is how long to wait after so many tries that failed.
func pause(attempts int) time.Duration {
	p := firstPause
	for range attempts - 1 {
		if p *= 2; p >= longestPause {
			return longestPause
		}
	}
	return p
}

// GaveUp is the outcome of an effect that is tried no more.
func GaveUp(why string) protocol.Value {
	return `{"error":` + protocol.Text(why) + `,"gave_up":true}`
}

// tried is the row after a try, at a time, with its result or error.
func tried(e store.EffectRow, now time.Time, result protocol.Value, err error) store.EffectRow {
	if err == nil {
		return answered(e, now, result, store.EffectDone)
	}
	if e = failed(e, now, err); now.Sub(laterOf(e.At, e.Since)) >= giveUpAfter {
		return answered(e, now, GaveUp(e.Error), store.EffectGivenUp)
	}
	return e
}

// answered is the row with an outcome that is to be taken at once.
func answered(e store.EffectRow, now time.Time, result protocol.Value, ends store.EffectState) store.EffectRow {
	e.State, e.Ends, e.Result, e.Attempts, e.Next = store.EffectAnswered, ends, []byte(result), 0, now
	if ends == store.EffectDone {
		e.Error = ""
	}
	return e
}

// failed is the row after a try, or a taking of its outcome, that failed.
func failed(e store.EffectRow, now time.Time, err error) store.EffectRow {
	e.Attempts++
	e.Next, e.Error = now.Add(pause(e.Attempts)), fmt.Sprintf("%.*s", errorMost, err.Error())
	return e
}

// Retried is a row to be done again from now on, whatever became of it; one that
// has an outcome which wasn't taken is not done again, its outcome is taken.
func Retried(e store.EffectRow, now time.Time) store.EffectRow {
	e.Attempts, e.Next, e.Since = 0, now, now
	switch {
	case e.State == store.EffectAnswered:
	case e.State == store.EffectHeld && e.Result != nil:
		e.State = store.EffectAnswered
	default:
		e.State, e.Error, e.Ends, e.Result = store.EffectWaiting, "", "", nil
	}
	return e
}

// Dropped is a pending row that isn't to be done: an outcome, which its order is
// still told. One whose outcome can't be taken ends without. False: it isn't
// pending.
func Dropped(e store.EffectRow, now time.Time) (store.EffectRow, bool) {
	switch e.State {
	case store.EffectWaiting, store.EffectHeld:
		return answered(e, now, GaveUp("the operator dropped it"), store.EffectDropped), true
	case store.EffectAnswered:
		e.State = store.EffectDropped
		return e, true
	}
	return e, false
}

func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// addressOf names an effect for its extension.
func addressOf(e *store.EffectRow) hooks.EffectAddress {
	return hooks.EffectAddress{MultiSession: e.MultiSession, Extension: e.Extension, Order: e.Order, Name: e.Name, Key: e.Key}
}
