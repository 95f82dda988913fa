package notes

import (
	"slices"
	"strings"
)

// The codes. Each has its entry in the table below.
const (
	NotLoaded Code = "not-loaded"
	Collision Code = "collision"
)

// Entry is what a code means, and what to do about it.
type Entry struct {
	Code     Code
	Severity Severity
	// Of is the kind of extension that it is said of: "JavaScript", "Go", or ""
	// for both.
	Of string
	// Means says what is so and what comes of it; Fix is what to do.
	Means, Fix string
}

// Table is every code, in the order of the page that is made of it.
var Table = []Entry{
	{NotLoaded, Error, "", "The server can't load the extension: a file can't be read, or throws while it is loaded. A server doesn't start with it.", "Mend what the words name."},
	{Collision, Error, "", "Another extension has a field of the same name, or writes the same core field. A server doesn't start with both.", "Rename one of the fields, or let the operator say `yield` on one of the extensions."},
}

// Of is the entry of a code. One that isn't in the table is an error's.
func Of(code Code) Entry {
	if i := slices.IndexFunc(Table, func(e Entry) bool { return e.Code == code }); i >= 0 {
		return Table[i]
	}
	return Entry{Code: code, Severity: Error}
}

// Page is the reference of all codes, in Markdown.
func Page() string {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, e := range Table {
		b.WriteString("\n### " + string(e.Code) + "\n")
		b.WriteString("*" + string(e.Severity))
		if e.Of != "" {
			b.WriteString(", " + e.Of)
		}
		b.WriteString("*\n\n" + e.Means + "\n\n" + "**Fix:** " + e.Fix + "\n")
	}
	return b.String()
}

const pageHead = `# What ` + "`manytill extension check`" + ` finds

<!-- Made by go generate ./extensions/check of extensions/notes/codes.go: change that. -->

` + "`manytill extension check PATH`" + ` looks at an extension before a shop does: it loads it as the server would, runs its hooks on made-up records, and reads its text. Each finding
has one of the codes below, a place, words and a fix. What can be known when the extension is loaded, the server says too: in its log, in ` + "`extension list`" + ` and on the admin page.

| exit code | meaning |
|---|---|
| 0 | nothing, or notes and warnings only |
| 1 | an error; with ` + "`--strict`" + ` also a warning |
| 2 | it could not be checked: there is no such path, or the settings can't be read |

` + "`--json`" + ` prints the report as one object: ` + "`name`, `version`, `kind`, `fields`, `findings`" + `.

## Codes
`
