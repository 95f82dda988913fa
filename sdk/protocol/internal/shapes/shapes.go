// Package shapes reads the source of package protocol and writes what other
// languages need of it: TypeScript types, and the JSON schemas of the OpenAPI
// document.
//
// It owns how a Go type is told in each; which types there are is package
// protocol's. What it can't read off the types stands in comments and tags
// there:
//
//   - //union:KEY above an interface: its members are the types that have its
//     first method, which returns the value of KEY;
//   - //shape:open above a type with constants: a server may know others;
//     //shape:any: the constants are examples;
//   - `shape:"T"` on a field: it is a T on the wire, whatever Go holds;
//   - `shape:"optional"` on a field: a client does without it, so its type lets
//     it be missing;
//   - `shape:"null"` on a field that may be missing: it may be null, too;
//   - `shape:"flat"` on a field: the members of its type stand beside it.
//
// Start reading with [Read].
package shapes

import (
	"fmt"
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Kind is what a shape is.
type Kind int

// The kinds of shapes.
const (
	Object Kind = iota // a struct
	Union              // an interface that is told by a key
	Named              // a name for another type, with its values where they are known
)

// Shape is one type of package protocol that is written as JSON.
type Shape struct {
	Name, Doc string
	Kind      Kind
	// Of an object. Parts are shapes whose members it has, too; Perhaps are
	// such whose members may be missing.
	Fields         []Field
	Parts, Perhaps []string
	// Of a union: the key that tells its members, and what it says of each.
	Key     string
	Members []Member
	// Inside: the key stands in the members' own shapes, as they are in no
	// other place.
	Inside bool
	// Of a name.
	Type   Type
	Values []string
	Open   bool
}

// Field is a member of an object.
type Field struct {
	Name, Doc string
	Type      Type
	Optional  bool
	// Lenient: it is always there, and a client does without it.
	Lenient bool
}

// Member is a shape of a union.
type Member struct{ Value, Shape string }

// Type is the type of a value: one of the fields says which.
type Type struct {
	Basic     string // string, number, integer, boolean or any
	Ref       string // a shape
	List, Map *Type
	Nullable  bool
}

// Package is all shapes, by name and in the order of the source.
type Package struct {
	Shapes []*Shape
	byName map[string]*Shape
}

// Shape finds one; nil if there is none.
func (p *Package) Shape(name string) *Shape { return p.byName[name] }

// Read reads the Go files in a folder.
func Read(folder string) (*Package, error) {
	fset := token.NewFileSet()
	files, err := filepath.Glob(filepath.Join(folder, "*.go")) // sorted
	if err != nil {
		return nil, err
	}
	r := &reader{Package: &Package{byName: map[string]*Shape{}}, types: map[string]*ast.TypeSpec{}, methods: map[string]map[string]string{}, consts: map[string]string{}}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		r.collect(file)
	}
	for _, spec := range r.specs {
		if err := r.shape(spec); err != nil {
			return nil, fmt.Errorf("%s: %w", fset.Position(spec.Pos()), err)
		}
	}
	r.reach()
	return r.Package, r.unions()
}

// reader gathers what shapes are made of.
type reader struct {
	*Package
	specs   []*ast.TypeSpec
	types   map[string]*ast.TypeSpec
	docs    map[*ast.TypeSpec]*ast.CommentGroup
	methods map[string]map[string]string // method → type → what it returns
	consts  map[string]string            // name → its text
	values  map[string][]string          // type → the texts of its constants
}

func (r *reader) collect(f *ast.File) {
	if r.docs == nil {
		r.docs, r.values = map[*ast.TypeSpec]*ast.CommentGroup{}, map[string][]string{}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					if !s.Name.IsExported() || s.TypeParams != nil {
						continue
					}
					r.specs, r.types[s.Name.Name] = append(r.specs, s), s
					if r.docs[s] = s.Doc; s.Doc == nil && !d.Lparen.IsValid() {
						r.docs[s] = d.Doc
					}
				case *ast.ValueSpec:
					r.constant(d, s)
				}
			}
		case *ast.FuncDecl:
			r.method(d)
		}
	}
}

func (r *reader) constant(d *ast.GenDecl, s *ast.ValueSpec) {
	of, typed := s.Type.(*ast.Ident)
	if d.Tok != token.CONST || len(s.Values) != 1 {
		return
	}
	text, ok := literal(s.Values[0])
	if !ok {
		return
	}
	r.consts[s.Names[0].Name] = text
	if typed && text != "" {
		r.values[of.Name] = append(r.values[of.Name], text)
	}
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// method notes what a method returns that only names its type.
func (r *reader) method(d *ast.FuncDecl) {
	if d.Recv == nil {
		return
	}
	of, ok := d.Recv.List[0].Type.(*ast.Ident)
	if !ok || d.Type.Params.NumFields() != 0 {
		return
	}
	returned := ""
	if len(d.Body.List) == 1 {
		if ret, ok := d.Body.List[0].(*ast.ReturnStmt); ok && len(ret.Results) == 1 {
			if text, ok := literal(ret.Results[0]); ok {
				returned = text
			} else if name, ok := ret.Results[0].(*ast.Ident); ok {
				returned = "=" + name.Name
			}
		}
	}
	if r.methods[d.Name.Name] == nil {
		r.methods[d.Name.Name] = map[string]string{}
	}
	r.methods[d.Name.Name][of.Name] = returned
}

// shape makes a shape of a type, unless it is none.
func (r *reader) shape(s *ast.TypeSpec) error {
	shape := &Shape{Name: s.Name.Name}
	directives := r.document(shape, r.docs[s])
	switch t := s.Type.(type) {
	case *ast.StructType:
		for _, f := range t.Fields.List {
			if err := r.field(shape, f); err != nil {
				return fmt.Errorf("%s: %w", shape.Name, err)
			}
		}
	case *ast.InterfaceType:
		key, is := directives["union"]
		if !is {
			return nil
		}
		shape.Kind, shape.Key = Union, key
		method := t.Methods.List[0].Names[0].Name
		for _, other := range r.specs {
			value, has := r.methods[method][other.Name.Name]
			if !has || value == "" {
				continue
			}
			if name, isConst := strings.CutPrefix(value, "="); isConst {
				value = r.consts[name]
			}
			shape.Members = append(shape.Members, Member{value, other.Name.Name})
		}
	default:
		shape.Kind, shape.Values = Named, r.values[shape.Name]
		if shape.Open = directives["shape"] == "open"; directives["shape"] == "any" {
			shape.Values = nil
		}
		var err error
		if shape.Type, err = r.typeOf(s.Type); err != nil {
			return nil // no shape on the wire
		}
		if shape.Name == "Value" {
			shape.Type, shape.Values = Type{Basic: "any"}, nil
		}
	}
	r.Shapes, r.byName[shape.Name] = append(r.Shapes, shape), shape
	return nil
}

// document takes the comment and the directives in it.
func (r *reader) document(s *Shape, doc *ast.CommentGroup) map[string]string {
	directives := map[string]string{}
	if doc == nil {
		return directives
	}
	for _, c := range doc.List {
		if text, ok := strings.CutPrefix(c.Text, "//"); ok && text != "" && text[0] != ' ' {
			name, value, _ := strings.Cut(text, ":")
			directives[name] = value
		}
	}
	s.Doc = plain(doc.Text())
	return directives
}

// plain is a Go comment in words alone, in one line for each paragraph.
func plain(text string) string {
	var p comment.Parser
	doc := p.Parse(text)
	printer := comment.Printer{TextWidth: -1}
	printed := strings.TrimSpace(string(printer.Text(doc)))
	return strings.NewReplacer("[", "", "]", "").Replace(printed)
}

func (r *reader) field(s *Shape, f *ast.Field) error {
	var tag reflect.StructTag
	if f.Tag != nil {
		text, err := strconv.Unquote(f.Tag.Value)
		if err != nil {
			return err
		}
		tag = reflect.StructTag(text)
	}
	if len(f.Names) == 0 {
		t, err := r.typeOf(f.Type)
		if t.Nullable {
			s.Perhaps = append(s.Perhaps, t.Ref)
		} else if err == nil {
			s.Parts = append(s.Parts, t.Ref)
		}
		return nil // of another package: no shape on the wire
	}
	if tag.Get("shape") == "flat" {
		method := "details"
		for _, other := range r.specs {
			if _, has := r.methods[method][other.Name.Name]; has {
				s.Perhaps = append(s.Perhaps, other.Name.Name)
			}
		}
		return nil
	}
	name, options, _ := strings.Cut(tag.Get("json"), ",")
	if name == "" || name == "-" {
		return nil
	}
	t, err := r.typeOf(f.Type)
	shape := tag.Get("shape")
	if shape != "" && shape != "null" && shape != "optional" {
		t, err = Type{Basic: shape}, nil
		if r.types[shape] != nil {
			t = Type{Ref: shape}
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	field := Field{Name: name, Type: t, Optional: strings.Contains(options, "omit"), Lenient: shape == "optional"}
	if field.Optional {
		field.Type.Nullable = shape == "null"
	}
	if f.Doc != nil {
		field.Doc = plain(f.Doc.Text())
	} else if f.Comment != nil {
		field.Doc = plain(f.Comment.Text())
	}
	s.Fields = append(s.Fields, field)
	return nil
}

func (r *reader) typeOf(e ast.Expr) (Type, error) {
	switch e := e.(type) {
	case *ast.Ident:
		switch e.Name {
		case "string":
			return Type{Basic: "string"}, nil
		case "int", "int64", "uint64":
			return Type{Basic: "integer"}, nil
		case "float64":
			return Type{Basic: "number"}, nil
		case "bool":
			return Type{Basic: "boolean"}, nil
		}
		if r.types[e.Name] != nil {
			return Type{Ref: e.Name}, nil
		}
	case *ast.StarExpr:
		t, err := r.typeOf(e.X)
		t.Nullable = true
		return t, err
	case *ast.ArrayType:
		t, err := r.typeOf(e.Elt)
		return Type{List: &t}, err
	case *ast.MapType:
		t, err := r.typeOf(e.Value)
		return Type{Map: &t}, err
	}
	return Type{}, fmt.Errorf("nothing is known of how a %T is written", e)
}

// reach drops what no body, frame or union leads to.
func (r *reader) reach() {
	led := map[string]bool{}
	var follow func(name string)
	typed := func(t *Type) {
		for ; t != nil; t = cmpOr(t.List, t.Map) {
			if t.Ref != "" {
				follow(t.Ref)
			}
		}
	}
	follow = func(name string) {
		s := r.byName[name]
		if s == nil || led[name] {
			return
		}
		led[name] = true
		for _, part := range slices.Concat(s.Parts, s.Perhaps) {
			follow(part)
		}
		for i := range s.Fields {
			typed(&s.Fields[i].Type)
		}
		for _, m := range s.Members {
			follow(m.Shape)
		}
		typed(&s.Type)
	}
	for _, s := range r.Shapes {
		if s.Kind == Union || (s.Kind == Object && !s.empty() && (strings.HasSuffix(s.Name, "Response") || strings.HasSuffix(s.Name, "Request"))) ||
			slices.Contains(roots, s.Name) {
			follow(s.Name)
		}
	}
	r.Shapes = slices.DeleteFunc(r.Shapes, func(s *Shape) bool { return !led[s.Name] })
}

// roots are bodies that have no name of a body.
var roots = []string{"Info", "Schema", "Order", "MSInfo", "Problem", "AdminMultiSession", "AdminPOS", "Nothing", "Model"}

func (s *Shape) empty() bool { return len(s.Fields)+len(s.Parts)+len(s.Perhaps) == 0 }

func cmpOr(a, b *Type) *Type {
	if a != nil {
		return a
	}
	return b
}

// unions sets where their keys stand.
func (r *reader) unions() error {
	used := map[string]int{}
	mention := func(t *Type) {
		for ; t != nil; t = cmpOr(t.List, t.Map) {
			used[t.Ref]++
		}
	}
	for _, s := range r.Shapes {
		for i := range s.Fields {
			mention(&s.Fields[i].Type)
		}
		for _, m := range s.Members {
			used[m.Shape]++
		}
		for _, part := range slices.Concat(s.Parts, s.Perhaps) {
			used[part]++
		}
	}
	for _, s := range r.Shapes {
		if s.Kind != Union {
			continue
		}
		if len(s.Members) == 0 {
			return fmt.Errorf("the union %s has no members", s.Name)
		}
		s.Inside = true
		for _, m := range s.Members {
			s.Inside = s.Inside && used[m.Shape] == 1
		}
	}
	return nil
}

// Members are all that an object has: its own, its parts' and (optional) those
// that it has perhaps. A name that stands several times may have any of the types.
func (p *Package) Members(s *Shape) (fields []Field, others map[string][]Type) {
	others = map[string][]Type{}
	add := func(f Field) {
		i := slices.IndexFunc(fields, func(g Field) bool { return g.Name == f.Name })
		if i < 0 {
			fields = append(fields, f)
		} else if !reflect.DeepEqual(fields[i].Type, f.Type) {
			others[f.Name] = append(others[f.Name], f.Type)
		}
	}
	for _, part := range s.Parts {
		inner, _ := p.Members(p.Shape(part))
		for _, f := range inner {
			add(f)
		}
	}
	for _, f := range s.Fields {
		add(f)
	}
	for _, part := range s.Perhaps {
		inner, _ := p.Members(p.Shape(part))
		for _, f := range inner {
			f.Optional = true
			add(f)
		}
	}
	return fields, others
}

// union is the one whose key stands inside of an object; nil if none does.
func (p *Package) union(name string) (u *Shape, value string) {
	for _, s := range p.Shapes {
		if s.Kind == Union && s.Inside {
			for _, m := range s.Members {
				if m.Shape == name {
					return s, m.Value
				}
			}
		}
	}
	return nil, ""
}
