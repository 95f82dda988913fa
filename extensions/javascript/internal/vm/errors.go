package vm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/extensions/javascript/internal/harden"
	"github.com/manytill/manytill/extensions/javascript/internal/source"
	"github.com/manytill/manytill/extensions/notes"
)

// faults says in a vendor's words what went wrong in a runtime, with file and
// line.
type faults struct {
	rt     *goja.Runtime
	files  []source.File
	limit  time.Duration // of the call under way
	thrown []thrown      // while a record is under way: what has no stack of its own
}

// explain is of an error that goja gave.
func (f *faults) explain(err error) error {
	var interrupted *goja.InterruptedError
	var deep *goja.StackOverflowError
	var ex *goja.Exception
	switch {
	case errors.As(err, &interrupted):
		at := f.where(interrupted.Stack())
		at.Column = 0 // where in the line is chance
		if cause, ok := interrupted.Value().(error); ok {
			if errors.Is(cause, context.DeadlineExceeded) {
				return failure(at, notes.Slow, cause, "it ran too long (more than %s) and was stopped; timeout: in its entry of the config gives it more", f.limit)
			}
			return failure(at, notes.Stopped, cause, "it was stopped: %s", cause)
		}
		return err
	case errors.As(err, &deep):
		return failure(f.where(deep.Stack()), notes.Throws, nil, "it calls itself too deeply (more than %d calls)", harden.CallStack)
	case errors.As(err, &ex):
		return failure(cmp.Or(f.where(ex.Stack()), f.thrownAt(ex.Value())), notes.Throws, nil, "%s", f.words(ex.Value()))
	}
	return err
}

// failure is an error at a vendor's line. What is said of it while files are
// loaded has its own code there.
func failure(at notes.Place, code notes.Code, cause error, format string, values ...any) error {
	return &notes.Failure{Note: notes.Note{Code: code, Place: at, Message: fmt.Sprintf(format, values...)}, Err: cause}
}

// thrown is a value that isn't an Error, and where it was thrown.
type thrown struct {
	value goja.Value
	at    notes.Place
}

// place is env.place of sdk/js/models.
func (f *faults) place(call goja.FunctionCall) goja.Value {
	work, _ := goja.AssertFunction(call.Argument(0))
	result, err := work(goja.Undefined())
	var ex *goja.Exception
	if errors.As(err, &ex) && len(f.thrown) < thrownKept {
		if at := f.where(ex.Stack()); at.File != "" {
			f.thrown = append(f.thrown, thrown{ex.Value(), at})
		}
	}
	if err != nil {
		panic(err)
	}
	return result
}

const thrownKept = 100

func (f *faults) thrownAt(value goja.Value) notes.Place {
	for _, t := range f.thrown {
		if value != nil && t.value.StrictEquals(value) {
			return t.at
		}
	}
	return notes.Place{}
}

// words are an exception's own. They are a vendor's to make: they may throw,
// and may not end.
func (f *faults) words(thrown goja.Value) (words string) {
	words = "it threw what is no Error"
	err := guard(f.rt, func() error {
		words = wordsOf(thrown, words)
		return nil
	})
	if err != nil {
		return "it threw what can't be read"
	}
	return words[:min(len(words), maxConsole)]
}

func wordsOf(thrown goja.Value, otherwise string) string {
	o, ok := thrown.(*goja.Object)
	switch {
	case thrown == nil:
		return otherwise
	case !ok:
		return thrown.String()
	}
	name, message := o.Get("name"), o.Get("message")
	if name == nil || message == nil {
		return otherwise
	}
	return strings.TrimSuffix(name.String()+": "+message.String(), ": ")
}

// where is the vendor's innermost line.
func (f *faults) where(stack []goja.StackFrame) notes.Place {
	for _, frame := range stack {
		for i := range f.files {
			file := &f.files[i]
			if frame.SrcName() == file.Path {
				p := frame.Position()
				return file.At(p.Line, p.Column)
			}
		}
	}
	return notes.Place{}
}

// inStack finds "at name (file:line:column(pc))" in an error's own stack.
var inStack = regexp.MustCompile(`(?m)(?:\(|at )([^()\s][^()\n]*):(\d+):(\d+)\(\d+\)`)

// explainValue is explain of an error that JavaScript caught.
func (f *faults) explainValue(thrown goja.Value) error {
	o, ok := thrown.(*goja.Object)
	if !ok {
		return failure(f.thrownAt(thrown), notes.Throws, nil, "%s", f.words(thrown))
	}
	return failure(cmp.Or(f.madeAt(o), f.thrownAt(thrown)), notes.Throws, nil, "%s", f.words(thrown))
}

// madeAt is where in the extension's files an error was made, by its own stack.
func (f *faults) madeAt(thrown *goja.Object) (at notes.Place) {
	_ = guard(f.rt, func() error {
		if stack := thrown.Get("stack"); stack != nil {
			for _, m := range inStack.FindAllStringSubmatch(stack.String(), -1) {
				if at = f.placed(m[1], m[2], m[3]); at.File != "" {
					break
				}
			}
		}
		return nil
	})
	return at
}

func (f *faults) placed(path, line, column string) notes.Place {
	for i := range f.files {
		if file := &f.files[i]; file.Path == path {
			var l, c int
			_, _ = fmt.Sscan(line, &l)
			_, _ = fmt.Sscan(column, &c)
			return file.At(l, c)
		}
	}
	return notes.Place{}
}

// here is the vendor's line that calls.
func (f *faults) here() string {
	return f.where(f.rt.CaptureCallStack(stackSeen, nil)).String()
}
