package faults_test

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"pgregory.net/rapid"
)

// attempt is the T of a simulation that may fail: the failure is kept, and the test goes
// on.
type attempt struct {
	message string
	key     string // the function that found it
}

// attempted is what became of what is done with one; its key is "" if nothing failed.
func attempted(do func(rapid.TB)) (a *attempt) {
	a = &attempt{}
	defer func() {
		switch p := recover(); {
		case p == nil, p == ended{}:
		default:
			a.message, a.key = fmt.Sprintf("panic: %v\n%s", p, debug.Stack()), "panic"
		}
	}()
	do(a)
	return a
}

// ended ends an attempt.
type ended struct{}

func (a *attempt) fail(message string) {
	if a.key != "" {
		return
	}
	a.message, a.key = message, "?"
	callers := make([]uintptr, 32)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)])
	for {
		frame, more := frames.Next()
		_, name, ours := strings.Cut(frame.Function, "faults_test.")
		if ours && !strings.HasSuffix(name, ").same") {
			a.key = name
			return
		}
		if !more {
			return
		}
	}
}

func (a *attempt) Errorf(format string, args ...any) { a.fail(fmt.Sprintf(format, args...)) }
func (a *attempt) Error(args ...any)                 { a.fail(fmt.Sprint(args...)) }
func (a *attempt) Fatalf(format string, args ...any) {
	a.fail(fmt.Sprintf(format, args...))
	a.FailNow()
}

func (a *attempt) Fatal(args ...any) {
	a.fail(fmt.Sprint(args...))
	a.FailNow()
}

func (a *attempt) FailNow()             { panic(ended{}) }
func (a *attempt) Fail()                { a.fail("it failed") }
func (a *attempt) Failed() bool         { return a.key != "" }
func (a *attempt) Helper()              {}
func (a *attempt) Name() string         { return "simulation" }
func (a *attempt) Logf(string, ...any)  {}
func (a *attempt) Log(...any)           {}
func (a *attempt) Skipf(string, ...any) { panic("a simulation skips nothing") }
func (a *attempt) Skip(...any)          { panic("a simulation skips nothing") }
func (a *attempt) SkipNow()             { panic("a simulation skips nothing") }
