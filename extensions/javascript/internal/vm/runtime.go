package vm

import (
	"context"
	_ "embed"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"

	"github.com/manytill/manytill/extensions/javascript/internal/harden"
	"github.com/manytill/manytill/extensions/javascript/internal/source"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
)

//go:embed models.js
var modelsScript string

// models is compiled once for all extensions.
var models = sync.OnceValue(func() *goja.Program {
	return goja.MustCompile("manytill/models.js", modelsScript, false)
})

// Runtime is one loaded copy of an extension. It is for one goroutine.
type Runtime struct {
	*goja.Runtime
	code    *source.Code
	console *Console
	chain   *goja.Object
	call    goja.Callable // runs the hooks of one record
	host    *goja.Object  // its member hook names the hook under way
	// handedCall is what call is handed, for every record.
	handedCall goja.Value
	parse      goja.Callable // JSON.parse as it was
	newError   goja.Value    // Error as it was
	// reject and standIn know their kinds of values.
	reject  *goja.Object
	standIn goja.Callable
	notes   []notes.Note
	intact  *harden.Fingerprint
	lists   map[*goja.Object][]string

	given  []string // names that every file finds
	spots  spots
	faults *faults
	pass   *pass // the last one, or the one under way
}

// New loads the code into a new runtime. It is stopped when ctx ends.
func New(ctx context.Context, c *source.Code, console *Console) (r *Runtime, err error) {
	rt := goja.New()
	r = &Runtime{
		Runtime: rt, code: c, console: console, lists: map[*goja.Object][]string{}, spots: spots{},
		faults: &faults{rt: rt, files: c.Files, limit: TimeLeft(ctx)},
	}
	r.pass = &pass{r: r, head: &hooks.RecordHead{At: time.Unix(0, 0).UTC()}}
	r.handedCall = newCall(r)
	r.SetMaxCallStackSize(harden.CallStack)
	r.SetParserOptions(parser.WithDisableSourceMaps)
	r.SetTimeSource(r.now)
	r.SetRandSource(r.random)
	watch := harden.Watch(ctx, r.Runtime)
	defer func() {
		if cause := watch.Stop(); cause != nil {
			err = harden.WithCause(err, cause)
		}
	}()
	err = guard(rt, func() error {
		l := loader{r}
		if err := l.prepare(); err != nil {
			return err
		}
		if err := l.load(); err != nil {
			return err
		}
		r.intact, err = harden.NewFingerprint(r.Runtime)
		return err
	})
	if err != nil {
		return nil, r.faults.explain(err)
	}
	return r, nil
}

// TimeLeft is how long a call may take, rounded so that the same limit has the
// same words.
func TimeLeft(ctx context.Context) time.Duration {
	deadline, has := ctx.Deadline()
	if !has {
		return 0
	}
	left := time.Until(deadline)
	if left > 20*time.Millisecond {
		return left.Round(10 * time.Millisecond)
	}
	return left.Round(time.Millisecond)
}

// SetLimit says how long the call under way may take, for words.
func (r *Runtime) SetLimit(d time.Duration) { r.faults.limit = d }

// Notes are on files that were left out, and on what their authors most likely
// meant otherwise.
func (r *Runtime) Notes() []notes.Note { return slices.Concat(r.notes, r.code.Missed(r.given)) }

// File is the first of the extension's files.
func (r *Runtime) File() string { return r.code.Files[0].Path }

// Find is the place of a part of a hook's text; see [source.Code.Find].
func (r *Runtime) Find(part string, offset int) notes.Place { return r.code.Find(part, offset) }

// Holds reports whether the built-ins are as they were.
func (r *Runtime) Holds() (intact bool) {
	return guard(r.Runtime, func() error {
		intact = r.intact.Holds()
		return nil
	}) == nil && intact
}

// now and random are the only clock and chance: the record's.
func (r *Runtime) now() time.Time {
	r.pass.reads.Note(hooks.KeyChance)
	return r.pass.head.At
}

func (r *Runtime) random() float64 {
	p := r.pass
	p.reads.Note(hooks.KeyChance)
	if p.chance == nil {
		p.chance = rand.New(rand.NewPCG(p.head.Seed, 0)) // few hooks ask
	}
	return p.chance.Float64()
}

// must is for what can't fail on an object of ours.
func (r *Runtime) must(err error) {
	if err != nil {
		panic(err)
	}
}
