package probe

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"
	jsfile "github.com/dop251/goja/file"
	"github.com/dop251/goja/parser"

	"github.com/manytill/manytill/extensions/javascript/internal/syntax"
	"github.com/manytill/manytill/extensions/javascript/internal/vm"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

// hookText is one version of a hook, as a vendor wrote it.
type hookText struct {
	model protocol.Model
	hook  string
	text  string
	tree  *ast.FunctionLiteral
	shift int // of the tree's places to the text's
	r     *vm.Runtime
}

// hookTexts are all versions of a model's hooks that can be read.
func hookTexts(r *vm.Runtime, model protocol.Model) (all []hookText) {
	names := append(slices.Clone(vm.HookNames), protocol.HookResult)
	if r.Migrates() {
		names = append(names, protocol.HookMigrate)
	}
	for _, hook := range names {
		for _, text := range r.Texts(model, hook) {
			if tree, shift := functionAt(text); tree != nil {
				all = append(all, hookText{model, hook, text, tree, shift, r})
			}
		}
	}
	return all
}

func (h *hookText) at(i jsfile.Idx) notes.Place { return h.r.Find(h.text, int(i)-h.shift) }

// start is the place of the hook's name.
func (h *hookText) start() notes.Place { return h.r.Find(h.text, 0) }

func (h *hookText) note(code notes.Code, at notes.Place, message, fix string) notes.Note {
	return notes.Note{Code: code, Place: at, Model: h.model, Hook: h.hook, Message: message, Fix: fix}
}

// hooksAt are the places of a model's hooks, of each the last version's.
func hooksAt(r *vm.Runtime, model protocol.Model) map[string]notes.Place {
	at := map[string]notes.Place{}
	for _, h := range hookTexts(r, model) {
		if _, known := at[h.hook]; !known {
			at[h.hook] = h.start()
		}
	}
	return at
}

// textNotes are what the texts of a model's hooks say of their author's
// mistakes.
func textNotes(r *vm.Runtime, model protocol.Model, canReject bool) (found []notes.Note) {
	texts := hookTexts(r, model)
	for i := range texts {
		h, name := &texts[i], texts[i].name()
		// The base has an apply_ms_data that does nothing: only other files' need the call.
		empty := slices.Contains([]string{protocol.HookResult, protocol.HookApply, protocol.HookMigrate}, h.hook)
		last := !slices.ContainsFunc(texts[i+1:], func(other hookText) bool { return other.hook == h.hook })
		if !(empty && last) && !h.callsSuper() {
			found = append(found, h.note(notes.NoSuper, h.start(), name+" never calls the one that it extends: what that does is lost, and so are other files' fields", ""))
		}
		if h.hook == protocol.HookExport && !h.returns() {
			found = append(found, h.note(notes.NoReturn, h.start(), name+" returns nothing, so that nothing is exported", "return the object that super gives, with your keys on it"))
		}
		found = append(found, h.calls()...)
		found = append(found, h.keeps()...)
		if at := h.rejects(); at > 0 && !canReject {
			found = append(found, h.note(notes.NotDeclared, h.at(at), name+" throws a Reject, and no manifest says can_reject: true: it counts as a failure, and nothing is refused", "say can_reject: true in extension.yaml"))
		}
	}
	return found
}

var firstWord = regexp.MustCompile(`^(?:async\s+)?(?:function\s*\*?\s*)?([\w$]*)`)

// name is what the vendor calls it: a method has its name, a function in an
// object has none.
func (h *hookText) name() string {
	if m := firstWord.FindStringSubmatch(h.text); m[1] != "" && m[1] != "function" {
		return m[1]
	}
	return h.hook
}

var hookWord = regexp.MustCompile(`^(init_from_JSON|apply_ms_data|export_as_JSON|effect_result|migrate|setup|initState|setupState|serializeForORM|serialize|serializeState|_super)$`)

// callsSuper: by super, this._super, a saved prototype's method, or a saved
// function that is called on this.
func (h *hookText) callsSuper() (calls bool) {
	syntax.Visit(h.tree.Body, func(node any) bool {
		switch n := node.(type) {
		case *ast.SuperExpression:
			calls = true
		case *ast.Identifier:
			calls = calls || n.Name == "_super"
		case *ast.BracketExpression:
			key, text := n.Member.(*ast.StringLiteral)
			calls = calls || (text && hookWord.MatchString(key.Value.String()))
		case *ast.DotExpression:
			calls = calls || hookWord.MatchString(n.Identifier.Name.String())
		case *ast.CallExpression:
			if dot, is := n.Callee.(*ast.DotExpression); is && len(n.ArgumentList) > 0 && slices.Contains([]string{"call", "apply", "bind"}, dot.Identifier.Name.String()) {
				_, this := n.ArgumentList[0].(*ast.ThisExpression)
				calls = calls || this
			}
		}
		return !calls
	})
	return calls
}

// returns: it has a return with a value of its own.
func (h *hookText) returns() (returns bool) {
	syntax.Visit(h.tree.Body, func(node any) bool {
		switch n := node.(type) {
		case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral, *ast.ClassLiteral:
			return false
		case *ast.ReturnStatement:
			returns = returns || n.Argument != nil
		case *ast.ThrowStatement:
			returns = true
		}
		return !returns
	})
	return returns
}

// rejects is where it throws a Reject; 0 for nowhere.
func (h *hookText) rejects() (at jsfile.Idx) {
	syntax.Visit(h.tree.Body, func(node any) bool {
		if throw, is := node.(*ast.ThrowStatement); is && at == 0 {
			if made, is := throw.Argument.(*ast.NewExpression); is && strings.HasSuffix("."+path(made.Callee), ".Reject") {
				at = throw.Idx0()
			}
		}
		return at == 0
	})
	return at
}

var (
	timers = regexp.MustCompile(`^(window\.|self\.)?(setTimeout|setInterval|requestAnimationFrame|queueMicrotask)$|^_\.(defer|delay|debounce)$`)
	remote = regexp.MustCompile(`(^|\.)(_?rpc|jsonRpc|jsonrpc|ajax|getJSON|fetch|axios|sendBeacon)(\.\w+)?$|(^|\.)orm\.\w+$`)
	socket = regexp.MustCompile(`^(window\.)?(XMLHttpRequest|WebSocket|EventSource)$`)
)

// calls finds timers and calls of servers.
func (h *hookText) calls() (found []notes.Note) {
	name := h.name()
	rpc := func(at jsfile.Idx, of string) {
		found = append(found, h.note(notes.Call, h.at(at), name+" calls a server ("+of+"): hooks have no network, and run any number of times", ""))
	}
	syntax.Visit(h.tree.Body, func(node any) bool {
		switch n := node.(type) {
		case *ast.CallExpression:
			switch of := path(n.Callee); {
			case timers.MatchString(of):
				found = append(found, h.note(notes.Timer, h.at(n.Idx0()), name+" starts a timer ("+of+"): a hook is over when it returns", ""))
			case remote.MatchString(of):
				rpc(n.Idx0(), of)
			}
		case *ast.NewExpression:
			if of := path(n.Callee); socket.MatchString(of) {
				rpc(n.Idx0(), "new "+of)
			}
		}
		return true
	})
	return found
}

// keeps finds variables of the file that a hook writes.
func (h *hookText) keeps() (found []notes.Note) {
	local := map[string]bool{}
	for _, name := range syntax.Declared(h.tree) {
		local[name] = true
	}
	write := func(e ast.Expression, at jsfile.Idx) {
		id, is := e.(*ast.Identifier)
		if !is || local[id.Name.String()] {
			return
		}
		local[id.Name.String()] = true // once is enough
		found = append(found, h.note(notes.ModuleState, h.at(at), h.name()+" writes "+id.Name.String()+", a variable of the file: any call may meet a fresh or a used copy of the code", ""))
	}
	syntax.Visit(h.tree.Body, func(node any) bool {
		switch n := node.(type) {
		case *ast.AssignExpression:
			write(n.Left, n.Idx0())
		case *ast.UnaryExpression:
			if op := n.Operator.String(); op == "++" || op == "--" {
				write(n.Operand, n.Operand.Idx0())
			}
		}
		return true
	})
	return found
}

// path is a.b.c of a callee; "this" where it begins so, "" where it isn't one.
func path(e ast.Expression) string {
	switch e := e.(type) {
	case *ast.Identifier:
		return e.Name.String()
	case *ast.ThisExpression:
		return "this"
	case *ast.DotExpression:
		return path(e.Left) + "." + e.Identifier.Name.String()
	case *ast.CallExpression:
		return path(e.Callee)
	case *ast.SequenceExpression:
		return path(e.Sequence[len(e.Sequence)-1]) // (0, module.f)() of an import
	}
	return ""
}

// functionAt parses a function or a method of an object or a class. shift is by
// how much the tree's places are beyond the text's.
func functionAt(text string) (found *ast.FunctionLiteral, shift int) {
	if syntax.Check(text) != nil {
		return nil, 0 // a vendor may have replaced toString
	}
	for _, form := range [][2]string{{"(", ")"}, {"({", "})"}, {"(class {", "})"}} {
		tree, err := parser.ParseFile(nil, "", form[0]+text+form[1], 0, parser.WithDisableSourceMaps)
		if err != nil {
			continue
		}
		syntax.Visit(tree.Body, func(node any) bool {
			if f, ok := node.(*ast.FunctionLiteral); ok && found == nil {
				found = f
			}
			return found == nil
		})
		return found, tree.File.Base() + len(form[0])
	}
	return nil, 0
}

// Locate fills in where a note's fault most likely stands: what hooks do is
// found by running them, and that names no line.
func Locate(r *vm.Runtime, all []notes.Note) {
	for i := range all {
		n := &all[i]
		if n.Model == "" || (n.File != "" && (n.Field == "" || !slices.Contains(elsewhere, n.Code))) {
			continue
		}
		exported := n.Place // what is found to be wrong with a field in export may be made before
		n.Place = notes.Place{}
		texts := hookTexts(r, n.Model)
		for _, hook := range []string{n.Hook, protocol.HookApply, protocol.HookInit, protocol.HookExport} {
			for _, h := range texts {
				if h.hook != hook || n.File != "" || n.Code == notes.NotApplied {
					continue
				}
				if at := h.culprit(n); at > 0 {
					n.Place, n.Hook = h.at(at), h.hook
				}
			}
		}
		for _, h := range texts {
			if n.Code == notes.NotApplied && n.File == "" && h.hook == protocol.HookApply {
				n.Place = h.start()
			}
		}
		if n.File == "" {
			n.Place = exported
		}
		if n.File == "" && n.Field != "" {
			n.Place = givenAt(r, n.Model, string(n.Field))
		}
		for _, h := range texts {
			if n.File == "" && (n.Hook == "" || h.hook == n.Hook) {
				n.Place = h.start()
			}
		}
	}
}

// elsewhere are the codes of faults that most likely stand before export.
var elsewhere = []notes.Code{notes.ModuleState, notes.Computed, notes.NotApplied}

// givenAt is where a model's export gives a key.
func givenAt(r *vm.Runtime, model protocol.Model, key string) notes.Place {
	for _, h := range hookTexts(r, model) {
		if h.hook != protocol.HookExport {
			continue
		}
		if at := h.gives(key); at > 0 {
			return h.at(at)
		}
	}
	return notes.Place{}
}

// gives is where a hook gives something under a key; 0 for nowhere.
func (h *hookText) gives(key string) (at jsfile.Idx) {
	syntax.Visit(h.tree.Body, func(node any) bool {
		if at > 0 {
			return false
		}
		switch n := node.(type) {
		case *ast.AssignExpression:
			switch left := n.Left.(type) {
			case *ast.DotExpression:
				if left.Identifier.Name.String() == key {
					at = n.Idx0()
				}
			case *ast.BracketExpression:
				if member, is := left.Member.(*ast.StringLiteral); is && member.Value.String() == key {
					at = n.Idx0()
				}
			}
		case *ast.PropertyShort:
			if n.Name.Name.String() == key {
				at = n.Idx0()
			}
		case *ast.PropertyKeyed:
			if name, is := n.Key.(*ast.StringLiteral); is && name.Value.String() == key {
				at = n.Idx0()
			}
		}
		return at == 0
	})
	return at
}

// culprit is where in a hook stands what a note is about; 0 for nowhere.
func (h *hookText) culprit(n *notes.Note) (at jsfile.Idx) {
	field := string(n.Field)
	syntax.Visit(h.tree.Body, func(node any) bool {
		if at > 0 {
			return false
		}
		switch node := node.(type) {
		case *ast.CallExpression:
			of := path(node.Callee)
			if (n.Code == notes.Clock && slices.Contains([]string{"Date.now", "moment", "performance.now", "luxon.DateTime.now", "DateTime.now"}, of)) ||
				(n.Code == notes.Chance && (of == "Math.random" || of == "_.random" || strings.HasSuffix(strings.ToLower(of), "uuidv4"))) {
				at = node.Idx0()
			}
		case *ast.NewExpression:
			if n.Code == notes.Clock && path(node.Callee) == "Date" && len(node.ArgumentList) == 0 {
				at = node.Idx0()
			}
		case *ast.AssignExpression:
			if left, is := node.Left.(*ast.DotExpression); is && n.Code != notes.Clock && n.Code != notes.Chance && left.Identifier.Name.String() == field {
				at = node.Idx0()
			}
		}
		return at == 0
	})
	return at
}
