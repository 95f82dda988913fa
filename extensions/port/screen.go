package port

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/manytill/manytill/extensions/notes"
)

// screenPart is a way in which code says that it is a screen's.
type screenPart struct {
	is   *regexp.Regexp
	what string // with what was found in place of %s
}

var screenParts = []screenPart{
	{regexp.MustCompile(`\b(\w+)\.include\(`), "the widget %s is changed"},
	{regexp.MustCompile(`\bgui\.define_(?:screen|popup)\(\s*\{?\s*(?:name\s*:\s*)?['"]?([\w-]*)`), "the screen or popup %s is added"},
	{regexp.MustCompile(`\b(?:screens|popups|chrome|gui)\.(\w+)\.extend\(`), "a widget is made of %s"},
	{regexp.MustCompile(`\b(\w*(?:Widget|Screen|Popup|Button))\.extend\(`), "a widget is made of %s"},
	{regexp.MustCompile(`\bRegistries\.Component\.(?:add|extend)\(\s*(\w+)`), "the component %s is added or changed"},
	{regexp.MustCompile(`\bpatch\(\s*(\w*(?:Screen|Popup|Button|Widget|Chrome|Navbar|Receipt|Component|Dialog))\b`), "the component %s is changed"},
	{regexp.MustCompile(`\bextends\s+((?:\w*(?:Component|Screen|Popup|Dialog)))\b`), "a component is made of %s"},
	{regexp.MustCompile(`\btemplate\s*[:=]\s*['"]([\w.-]+)['"]`), "the QWeb template %s is drawn"},
	{regexp.MustCompile(`\b(?:this\.)?(?:_?rpc|orm\.(?:call|read|search\w*|write|create|unlink))\(\s*\{?\s*(?:model\s*:\s*)?['"]?([\w.]*)`), "Odoo's server is asked (%s)"},
}

var templateName = regexp.MustCompile(`\bt-(?:name|inherit|extend)\s*=\s*"([^"]+)"`)

// screenOf says what of a file means something on a screen alone.
func screenOf(f file) (found []notes.Note) {
	say := func(line int, words string) {
		found = append(found, notes.Note{Code: notes.ScreenUsed, Place: notes.Place{File: f.path, Line: line}, Message: words})
	}
	if strings.HasSuffix(f.name, ".xml") {
		for i, line := range strings.Split(f.text, "\n") {
			for _, m := range templateName.FindAllStringSubmatch(line, -1) {
				say(i+1, "the QWeb template "+m[1])
			}
		}
		return found
	}
	for i, line := range strings.Split(withoutComments(f.text), "\n") {
		for _, part := range screenParts {
			if m := part.is.FindStringSubmatch(line); m != nil {
				say(i+1, strings.ReplaceAll(fmt.Sprintf(part.what, m[1]), " ()", ""))
				break
			}
		}
	}
	return found
}

var comments = regexp.MustCompile(`(?m)(?s:/\*.*?\*/)|^\s*//[^\n]*$`)

// withoutComments leaves the lines where they are.
func withoutComments(text string) string {
	return comments.ReplaceAllStringFunc(text, func(comment string) string { return strings.Repeat("\n", strings.Count(comment, "\n")) })
}
