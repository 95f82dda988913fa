package source

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"

	"github.com/manytill/manytill/extensions/javascript/internal/syntax"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

// hookNames are those of all generations; the first are so long that a name that is
// two letters off can hardly mean something else.
var hookNames = []string{protocol.HookInit, protocol.HookApply, protocol.HookExport, protocol.HookResult, "serializeForORM", "serializeState", "serialize", "initState"}

const longNames = 4

// migrates is a hook where the manifest raises the schema. Its name is short, and
// a word of its own, so less is taken for it.
const migrates = protocol.HookMigrate

// miss is a note on what a file's author most likely meant otherwise.
type miss struct {
	notes.Note
	// migrate: it is one only where migrate is a hook.
	migrate bool
	// global is a name of which it is known only when all files are read
	// whether anybody declares it.
	global string
}

func nearMisses(s *Source, tree *ast.Program) (misses []miss) {
	add := func(at int, n notes.Note, global string) {
		p := tree.File.Position(at - tree.File.Base())
		n.Place = s.At(p.Line, p.Column)
		m := miss{n, n.Hook == migrates, global}
		if len(misses) < 50 && !slices.Contains(misses, m) {
			misses = append(misses, m)
		}
	}
	note := func(at int, code notes.Code, hook, message, fix string) {
		add(at, notes.Note{Code: code, Hook: hook, Message: message, Fix: fix}, "")
	}
	called := calledNames(tree)
	// beside: what has the method has hooks, too.
	method := func(key ast.Expression, value any, beside bool) {
		name := ""
		switch k := key.(type) {
		case *ast.StringLiteral:
			name = k.Value.String()
		case *ast.Identifier:
			name = k.Name.String()
		}
		switch value.(type) {
		case *ast.NumberLiteral, *ast.StringLiteral, *ast.BooleanLiteral, *ast.NullLiteral, *ast.ObjectLiteral, *ast.ArrayLiteral:
			if slices.Contains(hookNames[:longNames], name) || name == migrates && beside {
				note(int(key.Idx0()), notes.NoFunction, name, name+" is no function, so that it can't be called", "make it one")
			}
		}
		f, is := value.(*ast.FunctionLiteral)
		arrow, isArrow := value.(*ast.ArrowFunctionLiteral)
		if name == "" || (!is && !isArrow) {
			return
		}
		at := int(key.Idx0())
		meant := almost(name)
		if meant == "" && !called[name] && almostMigrate(name) {
			meant = migrates
		}
		if meant != "" {
			note(at, notes.Misspelt, meant, name+" is no hook", "did you mean "+meant+"?")
		}
		if name != migrates && !slices.Contains(hookNames, name) {
			return
		}
		if name == migrates && is {
			if wrong := wrongParameters(f); wrong != "" {
				note(at, notes.WrongSignature, name, wrong, "write migrate(fields, from)")
			}
		}
		if (is && f.Async) || (isArrow && arrow.Async) {
			note(at, notes.Async, name, name+" is async: a hook is over when it returns, so what it awaits comes too late", "make it a plain function")
		}
		if is {
			for _, free := range syntax.Strangers(f) {
				unknown := notes.Note{Code: notes.UnknownGlobal, Hook: name, Message: free.Name.String() + " is declared nowhere: in a hook it is a stand-in that means nothing", Fix: "is it a typo?"}
				add(int(free.Idx), unknown, free.Name.String())
			}
		}
	}
	syntax.Visit(tree.Body, func(node any) bool {
		switch n := node.(type) {
		case *ast.ObjectLiteral:
			beside := slices.ContainsFunc(n.Value, isHook)
			for _, property := range n.Value {
				if keyed, is := property.(*ast.PropertyKeyed); is {
					method(keyed.Key, keyed.Value, beside)
				}
			}
		case *ast.MethodDefinition:
			method(n.Key, n.Body, false)
		case *ast.AssignExpression:
			if dot, ok := n.Left.(*ast.DotExpression); ok {
				name := dot.Identifier
				method(&name, n.Right, false)
			}
		case *ast.ReturnStatement:
			if made, ok := n.Argument.(*ast.NewExpression); ok {
				if id, ok := made.Callee.(*ast.Identifier); ok && id.Name == "Reject" {
					note(int(n.Idx0()), notes.RejectReturned, "", "return new Reject(…) refuses nothing", "throw it")
				}
			}
		}
		return true
	})
	return misses
}

// Missed are the notes on near misses, now that all files are read: each name
// once. given are the globals that the runtime has.
func (c *Code) Missed(given []string) (found []notes.Note) {
	told := map[string]bool{}
	for _, f := range c.Files {
		for _, m := range f.misses {
			if m.migrate && !c.Migrates {
				continue
			}
			if m.global != "" && (told[m.global] || !slices.Contains(c.Unknown, m.global) || slices.Contains(given, m.global) || slices.Contains(ofBrowsers, m.global)) {
				continue
			}
			told[m.global] = m.global != ""
			found = append(found, m.Note)
		}
	}
	found = append(found, c.strangeImports()...)
	return found[:min(len(found), 20)]
}

// ofBrowsers are names that a page has: to use them in a hook is no typo.
var ofBrowsers = strings.Fields("window self top parent document navigator location history screen alert confirm prompt fetch XMLHttpRequest WebSocket Blob File FileReader FormData " +
	"URL URLSearchParams Image Audio Event CustomEvent Node Element HTMLElement MutationObserver performance crypto btoa atob setTimeout setInterval clearTimeout clearInterval " +
	"requestAnimationFrame queueMicrotask indexedDB caches Worker Notification localStorage sessionStorage TextEncoder TextDecoder AbortController Intl require module exports odoo openerp " +
	"instance posmodel QWeb qweb jQuery Chrome chrome JsBarcode QRCode eval Function BigInt Uint8Array ArrayBuffer DataView Float64Array")

// almost is the hook whose name this one nearly is; "" for none.
func almost(name string) string {
	if slices.Contains(hookNames, name) {
		return ""
	}
	for i, hook := range hookNames {
		if strings.EqualFold(name, hook) || strings.EqualFold(strings.ReplaceAll(name, "_", ""), strings.ReplaceAll(hook, "_", "")) ||
			(i < longNames && distance(name, hook) <= 2) {
			return hook
		}
	}
	return ""
}

// distance is how many letters must be changed, added or left out.
func distance(a, b string) int {
	if max(len(a), len(b))-min(len(a), len(b)) > 2 {
		return 3
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// IgnoredManifest notes a manifest that lies beside files and doesn't name them,
// or in a folder under another name.
func IgnoredManifest(paths []string) []notes.Note {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		if info.IsDir() {
			if other := misnamedManifest(path); other != "" {
				return []notes.Note{{
					Code: notes.IgnoredManifest, Place: notes.Place{File: other, Line: 1},
					Message: fmt.Sprintf("it is ignored: a manifest is %s, straight in the folder that the config names", manifest.FileName),
				}}
			}
			continue
		}
		if _, ignored := manifest.Beside(paths); ignored != nil {
			return []notes.Note{{Code: notes.IgnoredManifest, Place: notes.Place{File: filepath.Join(filepath.Dir(path), manifest.FileName), Line: 1}, Message: ignored.Error()}}
		}
	}
	return nil
}

// misnamedManifest is a file in a folder that most likely is meant as its
// manifest; "" if there is none.
func misnamedManifest(folder string) string {
	files, _ := filepath.Glob(filepath.Join(folder, "*.y*ml"))
	inner, _ := filepath.Glob(filepath.Join(folder, "*", manifest.FileName))
	for _, file := range append(files, inner...) {
		name := strings.ToLower(filepath.Base(file))
		name = strings.TrimSuffix(name, filepath.Ext(name))
		if name == "manifest" || distance(name, "extension") <= 2 {
			return file
		}
	}
	return ""
}
