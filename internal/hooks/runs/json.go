package runs

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// format is the version of the JSON.
const format = 1

// runJSON is a run as it is written.
type runJSON struct {
	Format       int                     `json:"manytill_run"`
	Extension    string                  `json:"extension"`
	Version      string                  `json:"version"`
	End          End                     `json:"end"`
	Hook         string                  `json:"hook,omitempty"`
	Message      string                  `json:"message,omitempty"`
	Kind         string                  `json:"kind,omitempty"`
	Count        int                     `json:"count,omitempty"`
	First        string                  `json:"first_at,omitempty"`
	Last         string                  `json:"last_at,omitempty"`
	Began        string                  `json:"began"`
	TookMS       float64                 `json:"took_ms"`
	LimitMS      float64                 `json:"limit_ms"`
	MultiSession protocol.MultiSessionID `json:"multi_session"`
	Late         bool                    `json:"late,omitempty"`
	Cut          string                  `json:"cut,omitempty"`
	Record       *recordJSON             `json:"record"`
	Gave         *resultJSON             `json:"gave"`
	Settings     protocol.Fields         `json:"taken,omitempty"`
}

// recordJSON is what hooks are handed. Lines is null where they weren't.
type recordJSON struct {
	Model    protocol.Model     `json:"model"`
	Order    protocol.OrderID   `json:"order"`
	Line     protocol.LineID    `json:"line,omitempty"`
	N        int                `json:"n,omitempty"`
	Number   protocol.Number    `json:"number"`
	Run      protocol.Run       `json:"run"`
	State    protocol.State     `json:"state"`
	New      bool               `json:"new"`
	At       time.Time          `json:"at"`
	Seed     uint64             `json:"seed,string"`
	Tapped   time.Time          `json:"tapped_at"`
	Mutation string             `json:"mutation,omitempty"`
	Stored   protocol.Fields    `json:"stored"`
	Merged   protocol.Fields    `json:"merged"`
	Payments []protocol.Payment `json:"payments"`
	Lines    *[]lineJSON        `json:"lines"`
	// OfOrder are the fields of a line's order; null where they weren't handed over.
	OfOrder protocol.Fields `json:"of_order,omitempty"`
	Storage *storageJSON    `json:"storage,omitempty"`
	Outcome *outcomeJSON    `json:"effect,omitempty"`
	// From is the schema of merged, where migrate ran.
	From int `json:"from,omitempty"`
}

type lineJSON struct {
	ID     protocol.LineID `json:"id"`
	N      int             `json:"n"`
	Fields protocol.Fields `json:"fields"`
}

type outcomeJSON struct {
	Name   string         `json:"name"`
	Key    string         `json:"key"`
	Result protocol.Value `json:"result"`
}

// JSON writes a run, with how often its cause has come; nil: it isn't kept.
func (r *Run) JSON(known *Known) ([]byte, error) {
	w := runJSON{
		Format: format, Extension: r.Extension, Version: r.Version, End: r.End, Hook: r.Hook, Message: r.Message, Kind: r.Kind,
		Began: protocol.FormatTime(r.Began), TookMS: inMS(r.Took), LimitMS: inMS(r.Limit), MultiSession: r.MultiSession,
		Late: r.Late, Cut: r.Cut, Record: record(r), Gave: result(&r.Gave), Settings: r.Settings,
	}
	if known != nil {
		w.Count, w.First, w.Last = known.Count, protocol.FormatTime(known.First), protocol.FormatTime(known.Last)
	}
	text, err := json.MarshalIndent(w, "", " ")
	if err != nil {
		return nil, fmt.Errorf("run of %s on order %s: %w", r.Extension, r.Seen.Order, err)
	}
	return HideJSON(text, r.Hide), nil
}

// Clean is the run as it is read again: without what is hidden.
func (r *Run) Clean() (*Run, error) {
	text, err := r.JSON(nil)
	if err != nil {
		return nil, err
	}
	clean, _, err := Read(text)
	return clean, err
}

func inMS(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func ofMS(ms float64) time.Duration { return time.Duration(ms*1000) * time.Microsecond }

func record(r *Run) *recordJSON {
	s := r.Seen
	w := &recordJSON{
		Model: s.Model, Order: s.Order, Line: s.Line, N: s.N, Number: s.Number, Run: s.Run, State: s.State, New: s.New,
		At: s.At, Seed: s.Seed, Tapped: s.Tapped, Mutation: s.Mutation, From: s.From, Stored: s.Stored, Merged: s.Merged, Payments: s.Payments,
		Storage: storage(s.RecordHead.Storage, &r.Gave, r.Kind != ""),
	}
	if s.Lines != nil {
		lines := []lineJSON{}
		for _, l := range s.Lines() {
			lines = append(lines, lineJSON{l.ID, l.N, l.Fields})
		}
		w.Lines = &lines
	}
	if s.Parent != nil {
		w.OfOrder = s.Parent.Merged
	}
	if o := s.Outcome; o != nil {
		w.Outcome = &outcomeJSON{o.Name, o.Key, o.Result}
	}
	return w
}

// Read reads what JSON wrote. An error says what is wrong with it.
func Read(text []byte) (*Run, Known, error) {
	var w runJSON
	if err := json.Unmarshal(text, &w); err != nil {
		return nil, Known{}, fmt.Errorf("this is no kept run: %w", err)
	}
	switch {
	case w.Format == 0:
		return nil, Known{}, errors.New("this is no kept run: it has no manytill_run")
	case w.Format > format:
		return nil, Known{}, fmt.Errorf("it was written by a newer version of Manytill (format %d, this one reads %d)", w.Format, format)
	case w.Record == nil || w.Gave == nil || w.Extension == "" || w.Record.Order == "":
		return nil, Known{}, errors.New("this is no whole run: extension, record or gave is missing")
	case w.Record.Model != protocol.ModelOrder && w.Record.Model != protocol.ModelOrderline:
		return nil, Known{}, fmt.Errorf("record.model must be %s or %s, was %.40q", protocol.ModelOrder, protocol.ModelOrderline, w.Record.Model)
	}
	r := &Run{
		Extension: w.Extension, Version: w.Version, End: w.End, Hook: w.Hook, Message: w.Message, Kind: w.Kind,
		Took: ofMS(w.TookMS), Limit: ofMS(w.LimitMS), MultiSession: w.MultiSession, Late: w.Late, Cut: w.Cut,
		Seen: w.Record.snapshot(), Gave: w.Gave.result(), Settings: w.Settings,
	}
	known := Known{Count: w.Count}
	r.Began, _ = time.Parse(time.RFC3339Nano, w.Began) // for people alone
	known.First, _ = time.Parse(time.RFC3339Nano, w.First)
	known.Last, _ = time.Parse(time.RFC3339Nano, w.Last)
	return r, known, nil
}

func (w *recordJSON) snapshot() *hooks.Snapshot {
	s := &hooks.Snapshot{
		RecordHead: hooks.RecordHead{
			Model: w.Model, Order: w.Order, Line: w.Line, N: w.N, Number: w.Number, Run: w.Run, State: w.State, New: w.New,
			At: w.At, Seed: w.Seed, Tapped: w.Tapped, Mutation: w.Mutation, Storage: w.Storage.stored(), From: w.From,
		},
		Stored: w.Stored, Merged: w.Merged, Payments: w.Payments,
	}
	if w.Lines != nil {
		lines := make([]protocol.Line, len(*w.Lines))
		for i, l := range *w.Lines {
			lines[i] = protocol.Line{ID: l.ID, N: l.N, Fields: l.Fields}
		}
		s.Lines = func() []protocol.Line { return lines }
	}
	if o := w.Outcome; o != nil {
		s.Outcome = &hooks.Outcome{Name: o.Name, Key: o.Key, Result: o.Result}
	}
	if w.Model == protocol.ModelOrderline && w.OfOrder != nil {
		s.Parent = &hooks.Snapshot{RecordHead: s.RecordHead, Merged: w.OfOrder, Payments: s.Payments, Lines: s.Lines}
		s.Parent.Model, s.Parent.Line, s.Parent.N, s.Parent.RecordHead.Storage = protocol.ModelOrder, "", 0, nil
	}
	return s
}
