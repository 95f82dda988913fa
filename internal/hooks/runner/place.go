package runner

import (
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

const afterPanic = "runtime.gopanic"

// placeOf is "file:line: " of the innermost place in the vendor's program; ""
// where there is none. Called while a panic is recovered, it is what called
// the function named after.
func placeOf(after string) string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for began := after == ""; ; {
		f, more := frames.Next()
		if began && isVendors(f.Function) {
			return fmt.Sprintf("%s:%d: ", filepath.Base(f.File), f.Line)
		}
		began = began || f.Function == after
		if !more {
			return ""
		}
	}
}

// isVendors reports that a function is of the program itself: neither Go's
// nor ours nor of a module that the vendor uses.
func isVendors(function string) bool {
	if strings.HasPrefix(function, "main.") {
		return true
	}
	module := mainModule()
	return module != "" && strings.HasPrefix(function, module) &&
		!strings.HasPrefix(function, "github.com/manytill/manytill/sdk.") &&
		!strings.HasPrefix(function, "github.com/manytill/manytill/internal/hooks/runner.")
}

var mainModule = sync.OnceValue(func() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Path
	}
	return ""
})
