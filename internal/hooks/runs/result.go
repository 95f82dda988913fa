package runs

import (
	"time"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// resultJSON is what hooks gave. A failure stands in the run itself.
type resultJSON struct {
	Export      protocol.Fields           `json:"export"`
	Dropped     []droppedJSON             `json:"not_taken,omitempty"`
	At          map[protocol.Field]string `json:"at,omitempty"`
	Read        []protocol.Field          `json:"read,omitempty"`
	ReadOfOrder []protocol.Field          `json:"read_of_order,omitempty"`
	LookedAt    []string                  `json:"looked_at,omitempty"`
	Left        []entryJSON               `json:"left,omitempty"`
	Lines       []putJSON                 `json:"lines,omitempty"`
	Effects     []effectJSON              `json:"effects,omitempty"`
	Reject      string                    `json:"reject,omitempty"`
	RejectHook  string                    `json:"reject_hook,omitempty"`
	RejectAt    string                    `json:"reject_at,omitempty"`
	TookMS      float64                   `json:"took_ms,omitempty"`
}

type droppedJSON struct {
	Code   string         `json:"code,omitempty"`
	Model  protocol.Model `json:"model,omitempty"`
	Field  protocol.Field `json:"field,omitempty"`
	Hook   string         `json:"hook,omitempty"`
	Why    string         `json:"why"`
	Detail string         `json:"detail,omitempty"`
	At     string         `json:"at,omitempty"`
}

type putJSON struct {
	Key    string          `json:"key"`
	Fields protocol.Fields `json:"fields"`
}

type effectJSON struct {
	Name string         `json:"name"`
	Key  string         `json:"key"`
	Data protocol.Value `json:"data"`
}

func result(r *hooks.Result) *resultJSON {
	w := &resultJSON{
		Export: r.Export, At: r.At, Read: r.Read, ReadOfOrder: r.ReadOfOrder, LookedAt: r.LookedAt,
		Reject: r.Reject, RejectHook: r.RejectHook, RejectAt: r.RejectAt, TookMS: inMS(r.Took),
	}
	for _, d := range r.Dropped {
		w.Dropped = append(w.Dropped, droppedJSON(d))
	}
	for _, e := range r.Left {
		w.Left = append(w.Left, writtenEntry(e))
	}
	for _, put := range r.Lines {
		w.Lines = append(w.Lines, putJSON{put.Key, put.Fields})
	}
	for _, e := range r.Effects {
		w.Effects = append(w.Effects, effectJSON(e))
	}
	return w
}

func (w *resultJSON) result() hooks.Result {
	r := hooks.Result{
		Export: w.Export, At: w.At, Read: w.Read, ReadOfOrder: w.ReadOfOrder, LookedAt: w.LookedAt,
		Reject: w.Reject, RejectHook: w.RejectHook, RejectAt: w.RejectAt, Took: time.Duration(w.TookMS*1000) * time.Microsecond,
	}
	for _, d := range w.Dropped {
		r.Dropped = append(r.Dropped, hooks.Dropped(d))
	}
	for _, e := range w.Left {
		r.Left = append(r.Left, e.entry())
	}
	for _, put := range w.Lines {
		r.Lines = append(r.Lines, hooks.PutLine{Key: put.Key, Fields: put.Fields})
	}
	for _, e := range w.Effects {
		r.Effects = append(r.Effects, hooks.Effect(e))
	}
	return r
}
