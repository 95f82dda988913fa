package manifest

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
)

// Storage is what an extension may keep for a multi-session: true, or with its
// limits.
type Storage struct {
	// MaxKeys is how many keys there may be; 0 is DefaultKeys.
	MaxKeys int
}

// How many keys an extension may have in its storage, unless it says so, and at
// most.
const (
	DefaultKeys = 1000
	MostKeys    = 10_000
)

// Keys is how many keys the storage may have; 0: it isn't declared.
func (s *Storage) Keys() int {
	switch {
	case s == nil:
		return 0
	case s.MaxKeys == 0:
		return DefaultKeys
	}
	return s.MaxKeys
}

// MustBe says what the value must be, for errors; see [plainyaml.MustBe].
func (*Storage) MustBe(n ast.Node) string {
	const words = "true, or {max_keys: 1000}"
	if on, is := n.(*ast.BoolNode); is && on.Value {
		return ""
	}
	var pairs []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		return words
	}
	for _, pair := range pairs {
		if key := pair.Key.GetToken().Value; key != "max_keys" {
			return fmt.Sprintf("%s (there is no %q)", words, key)
		}
		if pair.Value.Type() != ast.IntegerType {
			return words
		}
	}
	return ""
}

// UnmarshalYAML reads a switch or the limits.
func (s *Storage) UnmarshalYAML(unmarshal func(any) error) error {
	var on bool
	if unmarshal(&on) == nil {
		*s = Storage{}
		return nil
	}
	var limits struct {
		MaxKeys *int `yaml:"max_keys"`
	}
	if err := unmarshal(&limits); err != nil {
		return err
	}
	*s = Storage{}
	if limits.MaxKeys != nil {
		if s.MaxKeys = *limits.MaxKeys; s.MaxKeys == 0 {
			s.MaxKeys = -1 // said, and refused
		}
	}
	return nil
}

func (m *Manifest) checkStorage() error {
	if m.Storage.Keys() < 0 || m.Storage.Keys() > MostKeys {
		return fmt.Errorf("max_keys is how many keys its storage may have, from 1 to %d", MostKeys)
	}
	return nil
}
