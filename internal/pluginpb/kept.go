package pluginpb

// keptBytes is how much a side keeps of lines, for one plugin. Both sides
// count alike, so that what one still has the other hasn't forgotten.
const keptBytes = 32 << 20

// Kept is what a side remembers of lines that went to a plugin. What wasn't
// used for long is forgotten when there is too much. For one goroutine.
type Kept[K comparable, V Sized] struct {
	young, old           map[K]V
	youngBytes, oldBytes int
}

// Sized is kept with what it takes, in bytes, about.
type Sized interface{ Bytes() int }

// Get is what is kept by a name.
func (k *Kept[K, V]) Get(name K) (v V, ok bool) {
	if v, ok = k.young[name]; ok {
		return v, true
	}
	if v, ok = k.old[name]; ok {
		k.Put(name, v)
	}
	return v, ok
}

// Put keeps v by a name, instead of what was.
func (k *Kept[K, V]) Put(name K, v V) {
	k.Drop(name)
	if k.youngBytes+v.Bytes() > keptBytes/2 {
		k.old, k.oldBytes = k.young, k.youngBytes
		k.young, k.youngBytes = nil, 0
	}
	if k.young == nil {
		k.young = map[K]V{}
	}
	k.young[name] = v
	k.youngBytes += v.Bytes()
}

// Drop forgets.
func (k *Kept[K, V]) Drop(name K) {
	if v, ok := k.young[name]; ok {
		k.youngBytes -= v.Bytes()
		delete(k.young, name)
	}
	if v, ok := k.old[name]; ok {
		k.oldBytes -= v.Bytes()
		delete(k.old, name)
	}
}

// Bytes is how much is kept.
func (k *Kept[K, V]) Bytes() int { return k.youngBytes + k.oldBytes }

// LineBytes is what a line takes, about, by the bytes of its id's and its
// values' text.
func LineBytes(text int) int { return 400 + text }
