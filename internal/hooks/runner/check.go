package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/protocol"
)

// What can be known of a vendor's structs before any record: that they are
// structs with the base, that no method almost is a hook, and that the tags
// agree with extension.yaml.

// Hook is a hook in Go: its name and how it is written.
type Hook struct {
	Name, Signature string
	// Interface is the name of sdk's interface that asks for it.
	Interface string
	// Writes: it fills in the struct, so that its receiver must be a pointer.
	Writes bool
	of     reflect.Type
}

var hooksInGo = []Hook{
	hookOf[sdk.EffectReceiver](resultMethod, "EffectResult(name, key string, result sdk.Result) error", true),
	hookOf[sdk.Initializer]("InitFromJSON", "InitFromJSON(json sdk.Record) error", true),
	hookOf[sdk.Applier]("ApplyMSData", "ApplyMSData(data sdk.Record) error", true),
	hookOf[sdk.Exporter]("ExportAsJSON", "ExportAsJSON(out sdk.Record) error", false),
	hookOf[sdk.Migrator](migrateMethod, "Migrate(fields sdk.Record, from int) error", false),
}

func hookOf[T any](name, signature string, writes bool) Hook {
	of := reflect.TypeFor[T]()
	return Hook{Name: name, Signature: signature, Interface: of.Name(), Writes: writes, of: of}
}

// Hooks are all of them, also for those who read a vendor's sources.
func Hooks() []Hook { return hooksInGo }

// IsNear reports whether a name almost is a hook's, or the tag's.
func IsNear(name, hook string) bool { return name != hook && isNear(name, hook) }

// TagName is the struct tag of a field that is synced by itself.
const TagName = tagName

const (
	resultMethod  = "EffectResult"
	migrateMethod = "Migrate"
)

// Check says what is wrong with the structs of a set: a func that returns no
// new struct, a bad tag, and every method that almost is a hook and so would
// never be called, or would lose what it does.
func (s *Set) Check() error {
	var problems []error
	for _, m := range s.instances() {
		_, err := tagsOf(m.instance)
		if err == nil && m.baseless {
			err = fmt.Errorf("%T must embed sdk.%sBase itself, not a pointer to it", m.instance, m.base)
		}
		problems = append(problems, err)
		if err == nil {
			problems = append(problems, nearMisses(m.instance)...)
			problems = append(problems, nearTags(m.instance)...)
			if _, receives := m.instance.(sdk.EffectReceiver); receives && m.model != protocol.ModelOrder {
				problems = append(problems, fmt.Errorf("%s.%s is never called: effects are orders', write it on the order's struct", reflect.TypeOf(m.instance).Elem(), resultMethod))
			}
		}
	}
	return joined(problems)
}

// CheckEffects says what is wrong where the orders are told of effects and
// extension.yaml describes none.
func (s *Set) CheckEffects() error {
	if s.Order == nil || len(s.Effects) > 0 {
		return nil
	}
	o := s.Order()
	if _, receives := o.(sdk.EffectReceiver); receives {
		return fmt.Errorf("%s.%s is never called: extension.yaml describes no effects", reflect.TypeOf(o).Elem(), resultMethod)
	}
	return nil
}

// CheckSchema says what is wrong where a struct has a Migrate and extension.yaml
// doesn't raise the schema.
func (s *Set) CheckSchema(schema int) error {
	if schema > 1 {
		return nil
	}
	var problems []error
	for _, m := range s.instances() {
		if _, migrates := m.instance.(sdk.Migrator); migrates {
			problems = append(problems, fmt.Errorf("%s.%s is never called: extension.yaml doesn't raise the schema (schema: 2)", reflect.TypeOf(m.instance).Elem(), migrateMethod))
		}
	}
	return joined(problems)
}

// CheckFields holds the tags of a set's structs against the fields that
// extension.yaml names, with their types.
func (s *Set) CheckFields(fields map[protocol.Model]map[protocol.Field]protocol.Type) error {
	var problems []error
	for _, m := range s.instances() {
		tags, err := tagsOf(m.instance)
		if err != nil {
			return err
		}
		of := reflect.TypeOf(m.instance).Elem()
		for _, t := range tags {
			f := of.Field(t.index)
			kind, known := fields[m.model][t.key]
			switch {
			case !known:
				problems = append(problems, fmt.Errorf("%s.%s has the tag sync:%q, and extension.yaml names no such field of the %s%s",
					of, f.Name, t.key, m.model, didYouMean(string(t.key), protocol.SortedKeys(fields[m.model]))))
			case !holds(f.Type, kind):
				problems = append(problems, fmt.Errorf("%s.%s is a %s and can't hold the field %s, which extension.yaml says is of the type %s",
					of, f.Name, f.Type, t.key, kind))
			}
		}
	}
	return joined(problems)
}

// joined is one line of all problems.
func joined(problems []error) error {
	var texts []string
	for _, p := range problems {
		if p != nil {
			texts = append(texts, p.Error())
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return errors.New(strings.Join(texts, "; "))
}

// instance is a fresh struct of one model.
type instance struct {
	model    protocol.Model
	instance any
	base     string
	baseless bool
}

func (s *Set) instances() (all []instance) {
	if s.Order != nil {
		o := s.Order()
		all = append(all, instance{protocol.ModelOrder, o, "Order", isNil(o) || !sdk.BindOrder(o, nil)})
	}
	if s.Orderline != nil {
		l := s.Orderline()
		all = append(all, instance{protocol.ModelOrderline, l, "Orderline", isNil(l) || !sdk.BindOrderline(l, protocol.Line{}, nil, nil)})
	}
	return all
}

func isNil(v any) bool {
	return v == nil || (reflect.ValueOf(v).Kind() == reflect.Pointer && reflect.ValueOf(v).IsNil())
}

func nearMisses(of any) (problems []error) {
	pointer := reflect.TypeOf(of)
	for i := range pointer.NumMethod() {
		name := pointer.Method(i).Name
		for _, hook := range hooksInGo {
			switch {
			case name == hook.Name && !pointer.Implements(hook.of):
				problems = append(problems, fmt.Errorf("%s.%s isn't the hook, its signature is another: write func (o *%s) %s",
					pointer.Elem(), name, pointer.Elem().Name(), hook.Signature))
			case name == hook.Name && hook.Writes && byValue(pointer.Elem(), name):
				problems = append(problems, fmt.Errorf("%s.%s has a value receiver, so what it fills in is lost: write func (o *%s) %s",
					pointer.Elem(), name, pointer.Elem().Name(), hook.Signature))
			case name != hook.Name && isNear(name, hook.Name):
				problems = append(problems, fmt.Errorf("%s.%s is never called: did you mean %s? If it is meant to be another method, give it another name",
					pointer.Elem(), name, hook.Name))
			}
		}
	}
	return problems
}

var tagKey = regexp.MustCompile(`(?:^| )([^ :"]+):"`)

// nearTags are tags that almost are sync's, and so would sync nothing.
func nearTags(of any) (problems []error) {
	t := reflect.TypeOf(of).Elem()
	for i := range t.NumField() {
		f := t.Field(i)
		for _, key := range tagKey.FindAllStringSubmatch(string(f.Tag), -1) {
			if key[1] != tagName && isNear(key[1], tagName) {
				problems = append(problems, fmt.Errorf("%s.%s has the tag %s:%q, which means nothing: did you mean %s:%q?",
					t, f.Name, key[1], f.Tag.Get(key[1]), tagName, f.Tag.Get(key[1])))
			}
		}
	}
	return problems
}

// byValue reports that a method is there without a pointer, and not by way of
// an embedded one.
func byValue(of reflect.Type, method string) bool {
	if _, ok := of.MethodByName(method); !ok {
		return false
	}
	for i := range of.NumField() {
		f := of.Field(i)
		if _, ok := f.Type.MethodByName(method); f.Anonymous && ok && f.Type.Kind() != reflect.Struct {
			return false
		}
	}
	return true
}

// isNear: another case, or up to two letters off.
func isNear(name, hook string) bool {
	return strings.EqualFold(name, hook) || distance(strings.ToLower(name), strings.ToLower(hook)) <= 2
}

// distance is how many letters must be added, taken or changed.
func distance(a, b string) int {
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
			before, row[j+1] = row[j+1], min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func didYouMean(name string, known []protocol.Field) string {
	i := slices.IndexFunc(known, func(f protocol.Field) bool { return isNear(name, string(f)) })
	if i < 0 {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", known[i])
}

// samples are values of each type; a Go type must hold one of them. A type
// that isn't here is any.
var samples = map[protocol.Type][]string{
	protocol.TypeString: {`"a"`}, protocol.TypeNumber: {`1`}, protocol.TypeBool: {`true`}, protocol.TypeID: {`1`, `"a"`}, protocol.TypeOrder: {`"a"`},
	protocol.TypeIDs: {`[1]`, `["a"]`}, protocol.TypeStrings: {`["a"]`}, protocol.TypeArray: {`[]`}, protocol.TypeObject: {`{}`},
}

func holds(t reflect.Type, kind protocol.Type) bool {
	known, ok := samples[kind]
	return !ok || slices.ContainsFunc(known, func(sample string) bool {
		return json.Unmarshal([]byte(sample), reflect.New(t).Interface()) == nil
	})
}
