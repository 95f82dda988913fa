package shadow

import (
	"cmp"
	"slices"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/sdk/protocol"
)

// Found is a record that would have become another, or on which the hooks fail or
// refuse. Before of a difference is what is stored, After what would be.
type Found struct {
	MultiSession protocol.MultiSessionID `json:"multi_session"`
	Seq          protocol.Seq            `json:"seq"`
	Order        protocol.OrderID        `json:"order"`
	Number       protocol.Number         `json:"number"`
	Line         protocol.LineID         `json:"line,omitempty"`
	End          string                  `json:"end"`
	Hook         string                  `json:"hook,omitempty"`
	Message      string                  `json:"message,omitempty"`
	Differences  []protocol.Difference   `json:"differences"`

	at int // among all records
}

// Report says what a new version would have made of a history.
type Report struct {
	Extension string `json:"extension"`
	Version   string `json:"version"`
	Against   string `json:"against"`
	// Records were run, of Orders; LeftOut are orders whose beginning isn't in the
	// log any more.
	Records int `json:"records"`
	Orders  int `json:"orders"`
	LeftOut int `json:"orders_left_out"`
	// Migrated were of an older schema: they are compared as they are then.
	Migrated int `json:"migrated"`
	// Differ would become others, by Fields; Failed and Vetoed are those on which the
	// hooks fail or refuse; OverTime took longer than the budget; NotRun couldn't be
	// asked for.
	Differ   int            `json:"differ"`
	Failed   int            `json:"failed"`
	Vetoed   int            `json:"vetoed"`
	OverTime int            `json:"over_time"`
	NotRun   int            `json:"not_run"`
	Fields   map[string]int `json:"fields"`
	// Time of the hooks on one record, and how many were run in a second.
	MeanMS    float64 `json:"mean_ms"`
	MostMS    float64 `json:"most_ms"`
	BudgetMS  float64 `json:"budget_ms"`
	PerSecond float64 `json:"per_second"`
	// Stopped says why not all were run; "": they were.
	Stopped string   `json:"stopped,omitempty"`
	Notes   []string `json:"notes"`
	// Found are the first of those that differ, fail or refuse, More how many there
	// are beside them.
	Found []Found `json:"found"`
	More  int     `json:"more"`

	took time.Duration
	hung int
}

// Same reports whether nothing was found.
func (r *Report) Same() bool {
	return r.Differ+r.Failed+r.Vetoed+r.OverTime+r.NotRun == 0 && r.Stopped == ""
}

// take adds what came of a record.
func (r *Report) take(at int, of *Record, tried *extensions.Tried, d *extensions.Description, budget time.Duration, show int) {
	s := of.Seen
	found := Found{
		MultiSession: of.MultiSession, Seq: of.Seq, Order: s.Order, Number: s.Number, Line: s.Line, End: "differs", at: at,
		Differences: []protocol.Difference{},
	}
	r.Records++
	if tried.Migrated {
		r.Migrated++
	}
	r.took += tried.Took
	r.MostMS = max(r.MostMS, float64(tried.Took.Microseconds())/1000)
	switch tried.End {
	case runs.Failed:
		r.Failed++
		if tried.Kind == runs.KindTime {
			r.hung++
		}
	case runs.Vetoed:
		r.Vetoed++
	case runs.Missed:
		r.NotRun++
	default:
		late := tried.Took > budget
		if late {
			r.OverTime++
		}
		if found.Differences = differences(of, tried, d); len(found.Differences) == 0 && !late {
			return
		}
		if len(found.Differences) > 0 {
			r.Differ++
		} else {
			found.End, found.Message = "slow", "more than the time that it has"
		}
	}
	if tried.End == runs.Failed || tried.End == runs.Vetoed || tried.End == runs.Missed {
		found.End, found.Hook, found.Message = string(tried.End), tried.Hook, tried.Message
	}
	for _, d := range found.Differences {
		r.Fields[d.Key]++
	}
	r.keep(found, show)
}

// keep keeps the first of them, whichever is found first.
func (r *Report) keep(found Found, show int) {
	at, _ := slices.BinarySearchFunc(r.Found, found, func(a, b Found) int { return cmp.Compare(a.at, b.at) })
	if at < show {
		r.Found = slices.Insert(r.Found, at, found)
	} else {
		r.More++
	}
	if len(r.Found) > show {
		r.Found = r.Found[:show]
		r.More++
	}
}

// differences are those of the extension's own fields, of the core's that it
// writes, and of the lines that it puts.
func differences(of *Record, tried *extensions.Tried, d *extensions.Description) (list []protocol.Difference) {
	model := of.Seen.Model
	compare := func(f protocol.Field) {
		is, given := tried.Settings[f]
		if !given {
			is = tried.Seen.Merged[f] // as the hooks saw it
		}
		if was := of.After[f]; !same(was, is) {
			list = append(list, protocol.Difference{Key: string(f), Before: runs.OrNull(was), After: runs.OrNull(is)})
		}
	}
	for _, f := range protocol.SortedKeys(d.Fields[model]) {
		compare(f)
	}
	for _, f := range d.Writes[model] {
		compare(f)
	}
	if tried.Puts != nil {
		list = append(list, lines(of, tried.Puts, d)...)
	}
	return list
}

// lines are differences of lines that are put. One that a till removed stays away.
func lines(of *Record, puts []hooks.PutLine, d *extensions.Description) (list []protocol.Difference) {
	var removed []protocol.LineID
	_ = of.After[protocol.FieldRemoved].Decode(&removed)
	put := map[protocol.LineID]bool{}
	for _, p := range puts {
		id := protocol.OwnLineID(d.Name, p.Key)
		put[id] = true
		was, there := of.Puts[id]
		switch {
		case slices.Contains(removed, id), p.Keep && there:
		case !there:
			list = append(list, protocol.Difference{Key: "line " + p.Key, Before: protocol.Null, After: runs.JSONOf(p.Fields)})
		default:
			for _, f := range protocol.SortedKeys(p.Fields) {
				if !same(was[f], p.Fields[f]) {
					list = append(list, protocol.Difference{Key: "line " + p.Key + " " + string(f), Before: runs.OrNull(was[f]), After: p.Fields[f]})
				}
			}
		}
	}
	for _, id := range protocol.SortedKeys(of.Puts) {
		if !put[id] {
			list = append(list, protocol.Difference{Key: "line " + ownKey(id, d.Name), Before: runs.JSONOf(of.Puts[id]), After: protocol.Null})
		}
	}
	return list
}

func same(a, b protocol.Value) bool { return runs.OrNull(a) == runs.OrNull(b) }
