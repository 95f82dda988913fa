package notes

import (
	"slices"
	"strings"
)

// The codes. Each has its entry in the table below.
const (
	NotLoaded       Code = "not-loaded"
	Manifest        Code = "manifest"
	IgnoredManifest Code = "ignored-manifest"
	NotRun          Code = "code-not-run"
	Collision       Code = "collision"
	After           Code = "after-missing"
	Syntax          Code = "syntax"
	FileLeftOut     Code = "file-left-out"
	Throws          Code = "throws"
	Stopped         Code = "stopped"
	NoHook          Code = "no-hook"
	Misspelt        Code = "misspelt-hook"
	WrongSignature  Code = "wrong-signature"
	NoFunction      Code = "hook-no-function"
	Async           Code = "async-hook"
	Timer           Code = "timer-in-hook"
	Call            Code = "call-in-hook"
	NoSuper         Code = "no-super"
	NoReturn        Code = "no-return"
	RejectReturned  Code = "reject-returned"
	UnknownGlobal   Code = "unknown-global"
	NPMImport       Code = "npm-import"
	UnknownImport   Code = "unknown-import"
	OneWay          Code = "one-way"
	ExportOnly      Code = "export-only"
	NotExported     Code = "not-exported"
	NotApplied      Code = "not-applied"
	Computed        Code = "computed"
	Wiped           Code = "wiped"
	ChangesTwice    Code = "not-idempotent"
	Clock           Code = "clock"
	Chance          Code = "chance"
	ModuleState     Code = "module-state"
	LoadOrder       Code = "load-order"
	CoreField       Code = "core-field"
	OthersField     Code = "others-field"
	ReservedName    Code = "reserved-name"
	Undeclared      Code = "undeclared-field"
	Unused          Code = "unused-field"
	WrongType       Code = "wrong-type"
	NotJSON         Code = "not-json"
	StandIn         Code = "stand-in-exported"
	ScreenUsed      Code = "screen-in-hook"
	NoEffect        Code = "no-effect"
	PaymentField    Code = "payment-field"
	NeverCalled     Code = "effect-result-unused"
	ReadsNobodys    Code = "reads-nobodys"
	NotAtRest       Code = "not-at-rest"
	NotTaken        Code = "not-taken"
	FieldLost       Code = "field-lost"
	NoMigrate       Code = "no-migrate"
	MigrateUnused   Code = "migrate-unused"
	MigrateFails    Code = "migrate-fails"
	NewerData       Code = "newer-data"
	SchemaKept      Code = "schema-kept"
	TypeChanged     Code = "type-changed"
	Slow            Code = "slow"
	Allocates       Code = "allocates"
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
var Table = slices.Concat(ofAll, ofGo)

// ofAll is what is said of JavaScript, or of both kinds.
var ofAll = []Entry{
	{NotLoaded, Error, "", "The server can't load the extension. A server doesn't start with it.", "Mend what the words name."},
	{Manifest, Error, "", "The manifest can't be used: a key that there isn't, a value that can't be one, a list that contradicts another. A server doesn't start with it.", "Mend the line; docs/guide/reference.md has every key."},
	{IgnoredManifest, Error, "", "A manifest lies beside the code and isn't used: under another name, in another folder, or it doesn't name the file. What it says of fields has no effect.", "Call it extension.yaml, put it straight into the folder that the config names, and name every file under `js`."},
	{NotRun, Warning, "", "The manifest names no code, and a script lies beside it: the server syncs the fields and runs nothing.", "Name the script under `js`, or take it out of the folder."},
	{Collision, Error, "", "Another extension has a field of the same name, writes the same core field, or has the same name. A server doesn't start with both.", "Rename one of the fields, or let the operator say `yield` on one of the extensions."},
	{After, Info, "", "The manifest says `after`, and none of the extensions on the line has that name. A server doesn't start without it.", "Check it together with the other: `--with PATH`."},
	{Syntax, Error, "JavaScript", "A file can't be read: the parser stops at this place.", "Mend the syntax. What newer JavaScript has is turned into older, BigInt isn't."},
	{FileLeftOut, Error, "JavaScript", "One of several files can't be read, or throws while it is loaded. The extension runs without it.", "Mend the file, or take it out of the folder."},
	{Throws, Error, "", "Code throws: while it is loaded, or a hook on a record as sales have them. Where a hook throws, the sale goes on without the extension.", "Look at the line. A record may lack every field that no till has set: `json.tags` may be missing."},
	{Stopped, Error, "", "A hook took too much memory and was stopped.", "Make less at once; a field holds at most 1 MiB."},
	{NoHook, Warning, "", "No hook was found on Order or Orderline, so nothing of it is synced.", "Define init_from_JSON, apply_ms_data and export_as_JSON, or declare the fields in a manifest without code."},
	{Misspelt, Error, "", "A method's name almost is a hook's. Nobody calls it.", "Spell it as the words say."},
	{WrongSignature, Error, "", "A method has a hook's name and other parameters or results than the hook. In Go nobody calls it; in JavaScript it is said of migrate.", "Write it as the words say."},
	{NoFunction, Error, "JavaScript", "A hook's name has a value that is no function.", "Make it a function."},
	{Async, Error, "JavaScript", "A hook is async. It is over when it returns a promise: what it awaits comes too late, and its export is no object.", "Make it a plain function. What must happen elsewhere is an effect: docs/guide/effects.md."},
	{Timer, Error, "", "A hook starts a timer, or waits. A hook is over when it returns, and all tills of the shop wait for it.", "Do the work in the hook itself."},
	{Call, Error, "", "A hook calls a server (rpc, fetch, net/http, a database). Hooks run anywhere, any number of times, and have no network.", "Say what is to be done as an effect, or load what the hook needs before and keep it in a setting."},
	{NoSuper, Error, "JavaScript", "A hook replaces the one that it extends and never calls it: the order's lines, payments and all other fields are lost in pages, and the fields of other files.", "Call super: `_super.export_as_JSON.apply(this, arguments)`, `this._super(...arguments)` or `super.export_as_JSON(...arguments)`."},
	{NoReturn, Error, "JavaScript", "export_as_JSON returns no object. Nothing is exported.", "Return the object that super gives, with your keys on it."},
	{RejectReturned, Error, "JavaScript", "A hook returns a Reject instead of throwing it. Nothing is refused.", "`throw new Reject(\"…\")`."},
	{UnknownGlobal, Warning, "JavaScript", "A hook uses a name that nobody declares. On the server a stand-in takes its place, which means nothing; most often it is a typo.", "Spell it as it is declared, or declare it."},
	{NPMImport, Error, "JavaScript", "A file imports a package of npm. Extensions are run as they stand; the package is a stand-in that means nothing.", "Copy what you need into a file of the extension, or bundle it before."},
	{UnknownImport, Info, "JavaScript", "A file imports a module that neither the host nor the extension has. It is taken for another vendor's; what it gives means nothing on the server.", "If it is a file of yours, add it to the extension."},
	{OneWay, Error, "", "Hooks export a field of the model and never take it from a record: what one till sets, another never shows, and what they export isn't taken.", "Read it in init_from_JSON and in apply_ms_data."},
	{ExportOnly, Info, "", "Hooks export a value that they compute and no hook reads. It isn't taken: what tills set stands, and they set nothing.", "If it is for others to see, declare the field with `derived: true`; else don't export it."},
	{NotExported, Error, "", "A hook restores a field and none exports it: it never leaves the till.", "Give it in export_as_JSON."},
	{NotApplied, Warning, "", "apply_ms_data is there and leaves a field alone: on an order that is open already, the till's model keeps the old value when another till changes it.", "Take it over in apply_ms_data too."},
	{Computed, Info, "", "A hook makes the field's value of something else.", "If only hooks give it a value, declare it with `derived: true`."},
	{Wiped, Error, "", "A till sets the field alone, and the hooks clear it because another of their fields isn't there.", "Take each field over by itself."},
	{ChangesTwice, Error, "", "The hooks change what they made themselves when they run again on it, as `+=` in apply_ms_data does. Hooks run any number of times: the value moves with every tap.", "Compute the value from what doesn't change, or keep what it starts from in a field of its own."},
	{Clock, Warning, "", "A field's value depends on when the hook runs. A tap that was made offline is decided later: `Date.now()` is then, not when the cashier tapped.", "Use `mt_tapped_at` of the record."},
	{Chance, Warning, "", "A field's value depends on chance: every run gives another one.", "Give the field its value once, where the cashier taps, and let the hooks carry it."},
	{ModuleState, Error, "", "Hooks keep something between calls (a variable of the file, a cache, a counter). Any call may meet a fresh or a used runtime, so tills get different values.", "Compute from the record. What must be kept is `storage`."},
	{LoadOrder, Error, "JavaScript", "Loaded in another order, the files of the extension do something else.", "Don't rely on another file having run: require it, or name the files in their order under `js` in a manifest."},
	{CoreField, Error, "", "A hook gives a core field another value. It has no effect.", "Declare it under `writes` in the manifest, or keep the value in a field of your own."},
	{OthersField, Error, "", "Hooks export a field that belongs to another extension. It isn't taken.", "Write only your own fields; give what is yours another name."},
	{ReservedName, Error, "", "The field's name is the core's, Odoo's own, or can't be a name. It isn't stored.", "Choose another name; Odoo's own can be declared in a manifest."},
	{Undeclared, Error, "", "Hooks export a key that the manifest doesn't name. It isn't stored.", "Name it under `fields`."},
	{Unused, Info, "", "The manifest declares a field that no hook reads or gives. It is synced all the same.", "If a hook was meant to, look at how it spells the name."},
	{WrongType, Error, "", "Hooks export a value that isn't of the type (or outside the enum, min, max or pattern) that the manifest says. It isn't taken.", "Change the type in the manifest, or the value."},
	{NotJSON, Error, "", "Hooks export what JSON hasn't: NaN, a function, an object within itself, undefined in a list. It isn't taken.", "Export plain values; write `null` for none."},
	{StandIn, Info, "JavaScript", "Hooks export a part of the screen, which the server hasn't.", "Export plain values of the record."},
	{ScreenUsed, Info, "JavaScript", "A hook looks at a part of the screen. In pages it is there, on the server a stand-in is: the two may give different values.", "Take what the hook needs from the record."},
	{NoEffect, Error, "JavaScript", "A hook calls a method of the model that changes lines, payments or the core. In a hook it does nothing for others.", "Say `lines: true` and put lines with `put_line`; all else is for tills to write."},
	{PaymentField, Info, "JavaScript", "Hooks write a key on payments. Payments are the core's, and have no fields of extensions.", "Keep it in a field of the order."},
	{NeverCalled, Warning, "", "effect_result is defined and never called.", "Describe the effect in a manifest; effects are orders'."},
	{ReadsNobodys, Warning, "", "`reads` names a field that neither the core nor an extension has.", "Spell it as its owner does, and check together with the owner: `--with PATH`."},
	{NotAtRest, Error, "", "Hooks that write core fields write something else when they run on what they wrote. The run fails.", "Keep what they start from in a field of your own, and work from that."},
	{NotTaken, Warning, "", "A value that hooks give isn't taken.", "Look at the words."},
	{FieldLost, Info, "", "The extension had the field before it was loaded again, and hasn't it now. What is stored stays.", "If it was renamed, tills see an empty field until they set it."},
	{NoMigrate, Error, "", "The manifest raises the schema, and no model has a migrate: what older versions wrote could not be read.", "Write `migrate(fields, from)` on Order or Orderline, or take `schema` away."},
	{MigrateUnused, Error, "", "migrate is defined and never called: the manifest doesn't raise the schema.", "Say `schema: 2` in extension.yaml, or take migrate away."},
	{MigrateFails, Error, "", "migrate failed on made-up data, or gave what can't be taken. Such orders keep the old data, and the hooks don't run on them.", "Let it take any of its fields, missing ones too, from any schema, and give fields of the manifest."},
	{SchemaKept, Error, "", "Fields are others than in the version before (`--from`), and the schema isn't raised: what is stored is handed over as if nothing had changed.", "Raise `schema`, and write a migrate."},
	{TypeChanged, Warning, "", "A field has another type than in the version before (`--from`). What a till that is behind sets is left out.", "Give it a new name, and let migrate fill it."},
	{NewerData, Info, "", "Orders hold what a newer version of the extension wrote. This one leaves them alone; nothing is lost.", "Enable the newer version again."},
	{Slow, Warning, "", "A hook takes long on one order. All tills of the shop wait for it.", "Do less for each line; look at each line once."},
	{Allocates, Warning, "", "A hook makes many values, or large ones, on one order. Collecting them costs all tills time.", "Don't copy the whole record (JSON.parse(JSON.stringify(…))); take what you need."},
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
		b.WriteString("*\n\n" + e.Means + "\n\n" + "**Fix:** " + e.Fix)
		if fix := inGo[e.Code]; fix != "" {
			b.WriteString(" In Go: " + fix)
		}
		b.WriteString("\n")
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
