package sqlite

import (
	"bytes"
	"database/sql/driver"
	"fmt"
	"slices"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// A row of changes, or of outcomes, holds one of them or a chunk: a JSON list of some
// that follow each other, with the seq, or id, of the last. What is moved from the
// journal together is one row for each multi-session and client instead of many.

// Limits of a chunk.
const (
	chunkLength = 64
	chunkBytes  = 32 << 10
)

// SQL for a row of changes: how many it holds, the seq of its first one, and a table
// of all of them, one, with their places as key.
const (
	inChunk    = "iif(substr(changes.body, 1, 1) = '[', json_array_length(changes.body), 1)"
	firstSeq   = "(changes.seq - " + inChunk + " + 1)"
	eachChange = "json_each(iif(substr(changes.body, 1, 1) = '[', changes.body, '[' || changes.body || ']')) AS one"
	oneSeq     = "(" + firstSeq + " + one.key)"
)

// parts are the texts of a row's body, in order.
func parts(body []byte) (all [][]byte) {
	if len(body) == 0 || body[0] != '[' {
		return [][]byte{body}
	}
	gjson.ParseBytes(body).ForEach(func(_, part gjson.Result) bool {
		all = append(all, []byte(part.Raw))
		return true
	})
	return all
}

// changesOf are the changes of a row of which the last has that seq.
func changesOf(last protocol.Seq, body []byte) []store.Change {
	texts := parts(body)
	all := make([]store.Change, len(texts))
	for i, text := range texts {
		all[i] = store.Change{Seq: last - protocol.Seq(len(texts)-1-i), Body: text}
	}
	return all
}

// chunk is a chunk being made of rows whose first two values are their owner and
// their number.
type chunk struct {
	owner, last int64
	n           int
	body        []byte
}

// takes reports whether a row follows, and there is room for it.
func (c *chunk) takes(r []driver.Value, body string) bool {
	return c.n > 0 && c.n < chunkLength && len(c.body)+len(body) < chunkBytes && r[0].(int64) == c.owner && r[1].(int64) == c.last+1
}

func (c *chunk) add(r []driver.Value, body string) {
	c.owner, c.last = r[0].(int64), r[1].(int64)
	if c.n++; c.n > 1 {
		c.body = append(c.body, ',')
	}
	c.body = append(c.body, body...)
}

// text is the body of the row.
func (c *chunk) text() string {
	if c.n == 1 {
		return string(c.body)
	}
	return "[" + string(c.body) + "]"
}

// chunks joins rows of the journal, by owner and number; body is the place of the text
// among the values, row makes a row of a chunk and of the rows in it, and seal completes it.
func chunks(rows [][]driver.Value, body int, row func(*chunk, [][]driver.Value) []driver.Value, seal func([]driver.Value) ([]driver.Value, error)) (joined [][]driver.Value, err error) {
	slices.SortStableFunc(rows, func(a, b []driver.Value) int { return int(a[0].(int64) - b[0].(int64)) })
	c, from := &chunk{}, 0
	end := func(to int) {
		if c.n > 0 && err == nil {
			var sealed []driver.Value
			sealed, err = seal(row(c, rows[from:to]))
			joined = append(joined, sealed)
		}
		*c, from = chunk{body: c.body[:0]}, to
	}
	for i, r := range rows {
		text := r[body].(string)
		if !c.takes(r, text) {
			end(i)
		}
		c.add(r, text)
	}
	end(len(rows))
	return joined, err
}

// changeChunk is the row of changes that follow each other. Its list of orders has
// each once.
func changeChunk(c *chunk, rows [][]driver.Value) []driver.Value {
	var newest []byte
	for _, r := range rows {
		keys, _ := r[2].(string)
		gjson.Parse(keys).ForEach(func(_, key gjson.Result) bool {
			newest = appendKey(newest, key.Raw)
			return true
		})
	}
	return append(make([]driver.Value, 0, 6), c.owner, c.last, listOf(newest), c.text()) // with room for what chain adds
}

// appendKey adds a key to a list that is still open, unless it is there.
func appendKey(list []byte, key string) []byte {
	for _, known := range bytes.Split(list, []byte{','}) {
		if string(known) == key {
			return list
		}
	}
	if len(list) > 0 {
		list = append(list, ',')
	}
	return append(list, key...)
}

func listOf(keys []byte) driver.Value {
	if len(keys) == 0 {
		return nil
	}
	return "[" + string(keys) + "]"
}

// outcomeChunk is the row of outcomes that follow each other: their hashes one after
// another, their results as a list.
func outcomeChunk(c *chunk, rows [][]driver.Value) []driver.Value {
	hashes := make([]byte, 0, hashBytes*len(rows))
	for _, r := range rows {
		hash, _ := r[2].([]byte)
		hashes = append(hashes, hash...)
	}
	return []driver.Value{c.owner, c.last, hashes, c.text()}
}

const hashBytes = 16

// outcomesOf are the outcomes of a good row.
func outcomesOf(client protocol.ClientID, last protocol.MutationID, hashes, body []byte) ([]store.Outcome, error) {
	texts := parts(body)
	if len(hashes) != hashBytes*len(texts) {
		return nil, fmt.Errorf("%d results have %d bytes of hashes", len(texts), len(hashes))
	}
	all := make([]store.Outcome, len(texts))
	for i, text := range texts {
		all[i] = store.Outcome{Client: client, ID: last - protocol.MutationID(len(texts)-1-i), Result: text}
		copy(all[i].Hash[:], hashes[hashBytes*i:])
	}
	return all, nil
}

// without is what is left of a row of changes if some of them are dropped: the parts
// that follow each other, each as a row.
func without(ms int64, last protocol.Seq, newest driver.Value, body []byte, drop []protocol.Seq) (rows [][]driver.Value) {
	c := &chunk{}
	end := func() {
		if c.n > 0 {
			rows = append(rows, []driver.Value{ms, c.last, newest, c.text()})
		}
		*c = chunk{}
	}
	for _, change := range changesOf(last, body) {
		if slices.Contains(drop, change.Seq) {
			end()
			continue
		}
		c.add([]driver.Value{ms, int64(change.Seq)}, string(change.Body))
	}
	end()
	return rows
}
