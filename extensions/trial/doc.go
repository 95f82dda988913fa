// Package trial runs an extension's hooks on made-up records and says how they
// behave: whether they give the same on the same record, at another time, after
// other records, and on what they made themselves; and whether what they give
// can be stored. JavaScript and Go are tried alike: it knows a host's Run alone.
//
// It owns the made-up records ([Values]) and what the results mean. It owns
// neither how hooks are run (the hosts) nor what JavaScript's fields are
// (extensions/javascript/internal/probe).
//
// Results are the same at every call: clock and chance are the records'. No
// goroutines and no locks.
//
// Start reading with [Look].
package trial
