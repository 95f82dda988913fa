// Package kept keeps runs of hooks as files, so that they can be run again on a
// vendor's machine: each failure, veto, slow call and value that isn't taken, once
// for each cause, with how often it came.
//
// It owns one folder, beside the database: its names, its bounds, and what goes
// when they are reached. It owns neither what is kept (internal/hooks/runs) nor
// when (extensions).
//
// Goroutines: one writes files, until Close; who hands a run over never waits for
// it. One mutex guards the list of causes.
//
// Start reading with [Open], then [Folder.Keep].
package kept
