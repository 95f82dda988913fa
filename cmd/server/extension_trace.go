package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

type extensionTrace struct {
	adminFlags
	extensionName
	For    time.Duration `default:"10m" help:"How long it is traced, from now; then that ends by itself." placeholder:"TIME"`
	Off    bool          `help:"End it, and forget what was noted."`
	Follow bool          `help:"Go on and show each run as it comes."`
}

// followEvery is how often new runs are asked for.
const followEvery = time.Second

func (e *extensionTrace) Run(ctx context.Context, s streams) error {
	o, err := e.open(ctx, s)
	if err != nil {
		return err
	}
	o.advice = map[protocol.Code]string{protocol.NotFound: "See `manytill extension list`"}
	path := extensionsPath + "/" + url.PathEscape(e.Name) + "/trace"
	if e.Off {
		if err := o.do("DELETE", path, nil, nil); err != nil {
			return err
		}
		return o.say(map[string]bool{"on": false}, "%s isn't traced any more", e.Name)
	}
	var now, before protocol.TraceResponse
	if err := o.do("GET", path, nil, &before); err != nil {
		return err
	}
	if err := o.do("POST", path, protocol.TraceRequest{Seconds: max(1, int(e.For.Seconds()))}, &now); err != nil {
		return err
	}
	if e.JSON && !e.Follow {
		return o.printJSON(now)
	}
	if err := e.head(o, &before, &now); err != nil {
		return err
	}
	last := int64(0)
	for {
		for i := range now.Runs {
			if err := e.print(o, &now.Runs[i]); err != nil {
				return err
			}
			last = now.Runs[i].Seq
		}
		if !e.Follow || !now.On {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(followEvery):
		}
		now = protocol.TraceResponse{}
		if err := o.do("GET", path+"?after="+strconv.FormatInt(last, 10), nil, &now); err != nil {
			return err
		}
	}
}

func (e *extensionTrace) head(o *adminCall, before, now *protocol.TraceResponse) error {
	switch {
	case e.JSON || now.Until == nil:
		return nil
	case !before.On:
		return o.say(nil, "%s is traced until %s: each run of its hooks is noted, the last 50 are shown. End that with --off", e.Name, *now.Until)
	case len(now.Runs) == 0 && !e.Follow:
		return o.say(nil, "%s is traced until %s, and its hooks haven't run since", e.Name, *now.Until)
	}
	return nil
}

func (e *extensionTrace) print(o *adminCall, r *protocol.ExtensionRun) error {
	if e.JSON {
		return o.printJSON(r)
	}
	return printRun(o.out, r)
}

// printRun shows a run as people read it.
func printRun(to io.Writer, r *protocol.ExtensionRun) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  order %s", r.At, r.Order)
	if r.Number > 0 {
		fmt.Fprintf(&b, " (number %d)", r.Number)
	}
	if r.Line != "" {
		fmt.Fprintf(&b, ", line %s", r.Line)
	}
	fmt.Fprintf(&b, ", %s: %s, %s of %s ms\n", r.State, endText(r), shortMS(r.TookMS), shortMS(r.LimitMS))
	printDifferences(&b, "in ", r.In)
	printDifferences(&b, "out", r.Out)
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "  not taken: %s\n", note)
	}
	_, err := io.WriteString(to, b.String())
	return err
}

func endText(r *protocol.ExtensionRun) string {
	text := strings.ReplaceAll(r.End, "_", " ")
	if r.Message == "" {
		return text
	}
	message := r.Message
	if r.Hook != "" && !strings.HasPrefix(message, r.Hook+": ") {
		message = r.Hook + ": " + message
	}
	return text + " (" + message + ")"
}

func shortMS(ms float64) string { return strconv.FormatFloat(ms, 'f', -1, 64) }

// printDifferences shows each on a line of its own.
func printDifferences(to io.Writer, what string, all []protocol.Difference) {
	for _, d := range all {
		fmt.Fprintf(to, "  %s  %s: %s → %s\n", what, d.Key, shortened(string(d.Before)), shortened(string(d.After)))
	}
}
