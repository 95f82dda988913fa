package faults_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
)

// stepper is the process of Node that has the machines of all tills of the TypeScript
// client; sdk/js/test/simulated.ts says what it understands. One simulation at a time
// uses it.
type stepper struct {
	in     *bufio.Writer
	out    *bufio.Reader
	failed error
}

// theStepper starts it at its first use; it ends with the package's tests.
var theStepper = sync.OnceValue(func() *stepper {
	cmd := exec.Command("node", "--import", "tsx", "test/simulated.ts")
	cmd.Dir, cmd.Stderr = kit, os.Stderr
	in, err := cmd.StdinPipe()
	out, bad := cmd.StdoutPipe()
	h := &stepper{failed: errors.Join(err, bad)}
	if h.failed != nil {
		return h
	}
	if h.failed = cmd.Start(); h.failed != nil {
		return h
	}
	h.in, h.out = bufio.NewWriterSize(in, 1<<16), bufio.NewReaderSize(out, 1<<16)
	hosts = append(hosts, func() {
		_ = in.Close() // it ends by itself
		_ = cmd.Wait()
	})
	return h
})

// tell says a line. It arrives with the next answer that is waited for.
func (h *stepper) tell(line any) {
	raw, err := json.Marshal(line)
	if err == nil {
		_, err = h.in.Write(append(raw, '\n'))
	}
	h.failed = errors.Join(h.failed, err)
}

// answer waits for the answer to a step, and gives chance and ids meanwhile. What fails or
// ends in there leaves the process ready for the next step.
func (h *stepper) answer(w *simulation, into *stepped) error {
	over := false
	defer func() {
		for !over && h.failed == nil { // rapid has ended the simulation
			_, asks := h.line()
			if over = asks == ""; !over {
				h.tell(map[string]any{"random": 0, "id": "c"}[asks])
			}
		}
	}()
	for {
		line, asks := h.line()
		switch {
		case h.failed != nil:
			return fmt.Errorf("the process that has the tills of the TypeScript client: %w", h.failed)
		case asks == "random":
			h.tell(w.random())
		case asks == "id":
			h.tell(w.clientID())
		default:
			over = true
			return json.Unmarshal(line, into)
		}
	}
}

// line is the next line, and what it asks for; "" if it is an answer.
func (h *stepper) line() (raw []byte, asks string) {
	err := h.in.Flush()
	if err == nil {
		raw, err = h.out.ReadBytes('\n')
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("it ended")
	}
	h.failed = errors.Join(h.failed, err)
	const ask = `{"ask":"`
	if len(raw) > len(ask) && string(raw[:len(ask)]) == ask {
		var asked struct{ Ask string }
		h.failed = errors.Join(h.failed, json.Unmarshal(raw, &asked))
		return nil, asked.Ask
	}
	return raw, ""
}
