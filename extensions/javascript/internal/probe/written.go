package probe

import (
	"slices"

	"github.com/dop251/goja/ast"

	"github.com/manytill/manytill/extensions/javascript/internal/syntax"
	"github.com/manytill/manytill/extensions/javascript/internal/vm"
	"github.com/manytill/manytill/sdk/protocol"
)

// written are the keys that the texts of an export write on the object that it
// returns, in methods of the model too to which it hands the object: there may
// be states in which no probe sees them.
// states are those of them that are given what stands on the model (this.x).
func written(r *vm.Runtime, model protocol.Model) (keys, states []string) {
	seen := map[helper]bool{}
	var follow func(w *writes)
	follow = func(w *writes) {
		keys, states = append(keys, w.keys...), append(states, w.states...)
		for _, h := range w.helpers {
			if seen[h] || len(seen) > vm.MaxKeys {
				continue
			}
			seen[h] = true
			for _, text := range r.Texts(model, h.method) {
				follow(writtenIn(text, h.argument))
			}
		}
	}
	for _, text := range r.Texts(model, protocol.HookExport) {
		follow(writtenIn(text, -1))
	}
	slices.Sort(keys)
	return slices.Compact(keys), states
}

// helper is a method that is handed the exported object as its argument.
type helper struct {
	method   string
	argument int
}

// writtenIn looks at one text. argument is which of the function's parameters
// is the exported object; -1 where it is what the function returns.
func writtenIn(text string, argument int) *writes {
	w := &writes{returned: map[string]bool{}}
	f := functionOf(text)
	if f == nil {
		return w
	}
	if argument < 0 {
		w.returns(f.Body)
	} else if list := f.ParameterList.List; argument < len(list) {
		for _, name := range syntax.Bound(list[argument].Target) {
			w.returned[name] = true
		}
	}
	syntax.Visit(f.Body, func(node any) bool {
		w.note(node)
		return true
	})
	return w
}

// readTexts are keys that the texts of init and apply read on what they are
// handed, and those that they give to the model (this.key = …).
type readTexts struct {
	init, apply []string
	assigned    map[string][]string // by hook
}

func readIn(r *vm.Runtime, model protocol.Model) (t readTexts) {
	t.assigned = map[string][]string{}
	t.init = readBy(r, model, protocol.HookInit, &t)
	t.apply = readBy(r, model, protocol.HookApply, &t)
	return t
}

func readBy(r *vm.Runtime, model protocol.Model, hook string, t *readTexts) (keys []string) {
	seen := map[helper]bool{}
	var follow func(text string, argument int)
	follow = func(text string, argument int) {
		f := functionOf(text)
		if f == nil || argument >= len(f.ParameterList.List) {
			return
		}
		json := map[string]bool{}
		target := f.ParameterList.List[argument].Target
		if pattern, ok := target.(*ast.ObjectPattern); ok {
			keys = append(keys, patternKeys(pattern)...)
		}
		for _, name := range syntax.Bound(target) {
			json[name] = true
		}
		is := func(e ast.Expression) bool {
			id, ok := e.(*ast.Identifier)
			return ok && json[id.Name.String()]
		}
		syntax.Visit(f.Body, func(node any) bool {
			switch n := node.(type) {
			case *ast.DotExpression:
				if is(n.Left) {
					keys = append(keys, n.Identifier.Name.String())
				}
			case *ast.BracketExpression:
				if key, ok := n.Member.(*ast.StringLiteral); ok && is(n.Left) {
					keys = append(keys, key.Value.String())
				}
			case *ast.Binding:
				if pattern, ok := n.Target.(*ast.ObjectPattern); ok && is(n.Initializer) {
					keys = append(keys, patternKeys(pattern)...)
				}
			case *ast.AssignExpression:
				if left, ok := n.Left.(*ast.DotExpression); ok {
					if _, this := left.Left.(*ast.ThisExpression); this {
						t.assigned[hook] = append(t.assigned[hook], left.Identifier.Name.String())
					}
				}
			case *ast.CallExpression:
				dot, ok := n.Callee.(*ast.DotExpression)
				for i, a := range n.ArgumentList {
					if ok && is(a) && len(seen) < vm.MaxKeys {
						if h := (helper{dot.Identifier.Name.String(), i}); !seen[h] && !slices.Contains(vm.HookNames, h.method) {
							seen[h] = true
							for _, text := range r.Texts(model, h.method) {
								follow(text, i)
							}
						}
					}
				}
			}
			return true
		})
	}
	for _, text := range r.Texts(model, hook) {
		follow(text, 0)
	}
	return slices.DeleteFunc(keys, func(key string) bool { return !isKey(key) })
}

func patternKeys(p *ast.ObjectPattern) (keys []string) {
	for _, property := range p.Properties {
		switch p := property.(type) {
		case *ast.PropertyShort:
			keys = append(keys, p.Name.Name.String())
		case *ast.PropertyKeyed:
			if key, ok := p.Key.(*ast.StringLiteral); ok {
				keys = append(keys, key.Value.String())
			}
		}
	}
	return keys
}

func functionOf(text string) *ast.FunctionLiteral {
	found, _ := functionAt(text)
	return found
}

// writes collects keys.
type writes struct {
	returned map[string]bool // variables
	keys     []string
	states   []string // those that are given this.x
	helpers  []helper
}

// returns finds what the function itself returns.
func (w *writes) returns(body *ast.BlockStatement) {
	syntax.Visit(body, func(node any) bool {
		switch n := node.(type) {
		case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral, *ast.ClassLiteral:
			return false
		case *ast.ReturnStatement:
			w.value(n.Argument)
		}
		return true
	})
}

// value is an expression that becomes the returned object.
func (w *writes) value(e ast.Expression) {
	switch e := e.(type) {
	case *ast.Identifier:
		w.returned[e.Name.String()] = true
	case *ast.ObjectLiteral:
		w.literal(e)
	case *ast.CallExpression:
		if isExtend(e.Callee) {
			for _, argument := range e.ArgumentList {
				w.value(argument)
			}
		}
	case *ast.ConditionalExpression:
		w.value(e.Consequent)
		w.value(e.Alternate)
	case *ast.AssignExpression:
		w.value(e.Left)
		w.value(e.Right)
	case *ast.SequenceExpression:
		w.value(e.Sequence[len(e.Sequence)-1])
	}
}

func (w *writes) literal(o *ast.ObjectLiteral) {
	for _, p := range o.Value {
		switch p := p.(type) {
		case *ast.PropertyShort:
			w.keys = append(w.keys, p.Name.Name.String())
		case *ast.PropertyKeyed:
			if key, ok := p.Key.(*ast.StringLiteral); ok && !p.Computed {
				w.key(key.Value.String(), p.Value)
			}
		case *ast.SpreadElement:
			w.value(p.Expression)
		}
	}
}

// note looks at one node: an assignment to a key of a returned variable, or a
// call that mixes something into one.
func (w *writes) note(node any) {
	switch n := node.(type) {
	case *ast.AssignExpression:
		w.assign(n)
	case *ast.Binding:
		if id, ok := n.Target.(*ast.Identifier); ok && w.returned[id.Name.String()] {
			w.value(n.Initializer)
		}
	case *ast.CallExpression:
		if dot, ok := n.Callee.(*ast.DotExpression); ok && !isExtend(n.Callee) {
			for i, argument := range n.ArgumentList {
				if w.isReturned(argument) {
					w.helpers = append(w.helpers, helper{dot.Identifier.Name.String(), i})
				}
			}
		}
		if isExtend(n.Callee) && len(n.ArgumentList) > 1 && w.isReturned(n.ArgumentList[0]) {
			for _, argument := range n.ArgumentList[1:] {
				if o, ok := argument.(*ast.ObjectLiteral); ok {
					w.literal(o)
				}
			}
		}
	}
}

func (w *writes) assign(n *ast.AssignExpression) {
	switch left := n.Left.(type) {
	case *ast.DotExpression:
		if w.isReturned(left.Left) {
			w.key(left.Identifier.Name.String(), n.Right)
		}
	case *ast.BracketExpression:
		if key, ok := left.Member.(*ast.StringLiteral); ok && w.isReturned(left.Left) {
			w.key(key.Value.String(), n.Right)
		}
	case *ast.Identifier:
		if w.returned[left.Name.String()] {
			w.value(n.Right)
		}
	}
}

// key is one that is given a value.
func (w *writes) key(name string, value ast.Expression) {
	w.keys = append(w.keys, name)
	if ofModel(value) {
		w.states = append(w.states, name)
	}
}

// ofModel: this.x, this.x || something, and the like.
func ofModel(e ast.Expression) bool {
	switch e := e.(type) {
	case *ast.DotExpression:
		if _, this := e.Left.(*ast.ThisExpression); this {
			return !slices.Contains([]string{"pos", "env", "order", "props"}, e.Identifier.Name.String())
		}
		return ofModel(e.Left)
	case *ast.BinaryExpression:
		return slices.Contains([]string{"||", "&&", "??"}, e.Operator.String()) && ofModel(e.Left)
	case *ast.ConditionalExpression:
		return ofModel(e.Consequent) || ofModel(e.Alternate)
	}
	return false
}

func (w *writes) isReturned(e ast.Expression) bool {
	id, ok := e.(*ast.Identifier)
	return ok && w.returned[id.Name.String()]
}

// isExtend: _.extend, $.extend, Object.assign.
func isExtend(callee ast.Expression) bool {
	dot, ok := callee.(*ast.DotExpression)
	return ok && slices.Contains([]string{"extend", "assign", "defaults"}, dot.Identifier.Name.String())
}
