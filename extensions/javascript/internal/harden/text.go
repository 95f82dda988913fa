package harden

import (
	"fmt"
	"strings"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/extensions/javascript/internal/syntax"
)

// guardText keeps texts short that native functions make.
func guardText(rt *goja.Runtime) error {
	proto := prototypeOf(rt, "String")
	length := func(v goja.Value) int64 {
		if o, ok := v.(*goja.Object); ok {
			return int64(len(o.String()))
		}
		return int64(len(v.String()))
	}
	tooLong := func(n int64) {
		if n > maxText || n < 0 {
			panic(rt.NewTypeError(fmt.Sprintf("a text of %d characters is too long, %d at most", n, maxText)))
		}
	}
	if err := wrap(rt, proto, "repeat", func(call goja.FunctionCall) {
		times := call.Argument(0).ToInteger()
		if times > maxText {
			tooLong(times)
		}
		tooLong(length(call.This) * max(0, times))
	}); err != nil {
		return err
	}
	match, _ := goja.AssertFunction(proto.Get("match"))
	for _, name := range []string{"replace", "replaceAll"} {
		if err := wrap(rt, proto, name, func(call goja.FunctionCall) {
			if _, computed := call.Argument(1).(*goja.Object); computed {
				return
			}
			by := length(call.Argument(1))
			if of := length(call.This); of*by > maxText {
				found, err := match(call.This, call.Argument(0))
				if o, ok := found.(*goja.Object); ok && err == nil {
					tooLong(of + by*o.Get("length").ToInteger())
				}
			}
		}); err != nil {
			return err
		}
	}
	for _, name := range []string{"padStart", "padEnd"} {
		if err := wrap(rt, proto, name, func(call goja.FunctionCall) { tooLong(call.Argument(0).ToInteger()) }); err != nil {
			return err
		}
	}
	return nil
}

// maxPattern is the longest regular expression that is made from a text, in
// bytes: compiling one can't be interrupted.
const maxPattern = 10_000

// guardRegexps keeps patterns small that are made from texts.
func guardRegexps(rt *goja.Runtime) error {
	global := rt.GlobalObject()
	native := global.Get("RegExp").ToObject(rt)
	construct, _ := goja.AssertConstructor(native)
	guarded := rt.ToValue(func(call goja.ConstructorCall) *goja.Object {
		checkPattern(rt, call.Argument(0))
		target := call.NewTarget
		if target == nil {
			target = native
		}
		made, err := construct(target, call.Arguments...)
		if err != nil {
			panic(err)
		}
		return made
	}).ToObject(rt)
	proto := native.Get("prototype").ToObject(rt)
	if err := guarded.Set("prototype", proto); err != nil {
		return err
	}
	if err := guarded.DefineDataProperty("name", rt.ToValue("RegExp"), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
		return err
	}
	if err := proto.DefineDataProperty("constructor", guarded, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
		return err
	}
	if err := global.DefineDataProperty("RegExp", guarded, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
		return err
	}
	for of, names := range map[*goja.Object][]string{prototypeOf(rt, "String"): {"match", "matchAll", "search"}, proto: {"compile"}} {
		for _, name := range names {
			if err := wrap(rt, of, name, func(call goja.FunctionCall) { checkPattern(rt, call.Argument(0)) }); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkPattern(rt *goja.Runtime, pattern goja.Value) {
	if o, ok := pattern.(*goja.Object); ok && o.ClassName() == "RegExp" {
		return // it was compiled before
	}
	text := pattern.String()
	if len(text) > maxPattern || strings.Count(text, "(") > syntax.MaxGroups {
		panic(rt.NewTypeError(fmt.Sprintf("a regular expression of %d bytes is too long or has too many groups: %d and %d at most", len(text), maxPattern, syntax.MaxGroups)))
	}
}
