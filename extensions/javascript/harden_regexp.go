package javascript

import (
	"fmt"
	"strings"

	"github.com/dop251/goja"
)

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
	if len(text) > maxPattern || strings.Count(text, "(") > maxGroups {
		panic(rt.NewTypeError(fmt.Sprintf("a regular expression of %d bytes is too long or has too many groups: %d and %d at most", len(text), maxPattern, maxGroups)))
	}
}
