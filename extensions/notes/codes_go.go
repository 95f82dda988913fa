package notes

// The codes that are said of Go programs alone.
const (
	Compile        Code = "compile"
	NotAPlugin     Code = "not-a-plugin"
	NoManifest     Code = "no-manifest"
	NoProgram      Code = "no-program"
	NoStart        Code = "no-start"
	UnlikeManifest Code = "unlike-manifest"
	PrintsEarly    Code = "prints-early"
	ValueReceiver  Code = "value-receiver"
	BasePointer    Code = "base-pointer"
	NotServed      Code = "not-served"
	SharedInstance Code = "shared-instance"
	MisspeltTag    Code = "misspelt-tag"
	HiddenTag      Code = "hidden-tag"
	DoubledTag     Code = "doubled-tag"
	TooNarrow      Code = "too-narrow"
	HalfAPair      Code = "half-a-pair"
	TurnedBack     Code = "turned-back"
	NotDeclared    Code = "not-declared"
	NotHandedOver  Code = "not-handed-over"
	SetOnInput     Code = "set-on-input"
	GetNoPointer   Code = "get-no-pointer"
	PerLine        Code = "per-line-in-hook"
	RejectDropped  Code = "reject-dropped"
	Goroutine      Code = "goroutine-in-hook"
	DataRace       Code = "data-race"
	Environment    Code = "environment-in-hook"
	Files          Code = "files-in-hook"
	EndsProcess    Code = "ends-process"
	Panics         Code = "panics"
	Hangs          Code = "hangs"
	SourcesUnread  Code = "sources-unread"
)

// ofGo is what they mean.
var ofGo = []Entry{
	{Compile, Error, "Go", "The program doesn't compile.", "Mend the line; `go vet .` says the same."},
	{NotAPlugin, Error, "Go", "The program isn't a plugin: its package isn't main, or its main never calls plugin.Serve. The server can't talk to it.", "End main with `plugin.Serve(plugin.Extension{…})`, of sdk/plugin."},
	{NoManifest, Error, "Go", "The folder has Go sources and no extension.yaml. The server wouldn't know what to run, nor which fields there are.", "Write extension.yaml; `manytill extension new NAME --go` makes one to copy."},
	{NoProgram, Error, "Go", "The manifest's `exec` names a file that isn't there, and there are no sources to build it of.", "Build it: `go build -o NAME .` in its folder, or name it under `exec` as it is called."},
	{NoStart, Error, "Go", "The program was started and isn't ready as a plugin is: it ends, refuses its settings, is built for another version, or isn't what its manifest says. A server doesn't start with it.", "Mend what the words name. Settings for the check are given by `--config FILE`."},
	{UnlikeManifest, Error, "Go", "The program says something else than its manifest: another name, another version, effects that the other doesn't know. A server doesn't start with it.", "Make both say the same."},
	{PrintsEarly, Info, "Go", "The program prints on its standard output before it serves. The server looks there for the line by which it finds the plugin; what is printed goes to the log, and one that looks like that line is taken for it.", "Print on os.Stderr, or when it serves."},
	{ValueReceiver, Error, "Go", "A hook that fills in the struct has a value receiver: it fills in a copy.", "Give it a pointer receiver."},
	{BasePointer, Error, "Go", "The struct embeds a pointer to sdk.OrderBase or sdk.OrderlineBase. In a fresh struct it is nil.", "Embed the base itself: `sdk.OrderBase`."},
	{NotServed, Error, "Go", "A struct has hooks or tags, and plugin.Extension has no func that makes it. None of its hooks is called.", "Name it there, like `Orderline: func() sdk.OrderlineHooks { return new(Line) }`."},
	{SharedInstance, Error, "Go", "The func of a model returns the same struct each time. Runs for several orders go on at once and write over each other.", "Return a new one: `return new(Order)`."},
	{MisspeltTag, Error, "Go", "A struct tag almost is `sync`, or names no field. It syncs nothing.", "Write it like `sync:\"points\"`."},
	{HiddenTag, Error, "Go", "A tagged field of the struct isn't exported, so nobody can fill it. A server doesn't start with it.", "Begin its name with a capital letter."},
	{DoubledTag, Error, "Go", "Two fields of the struct have the same tag. A server doesn't start with it.", "Tag one of them."},
	{TooNarrow, Error, "Go", "The manifest allows values that the Go type can't hold, 1.5 in an int for example. On an order with such a value the hooks fail.", "Take a wider type, or narrow the field in the manifest."},
	{HalfAPair, Error, "Go", "Hooks fill the struct from the record and none gives anything back, refuses, or asks for anything: they do nothing.", "Write ExportAsJSON, or tag the fields with `sync`."},
	{TurnedBack, Error, "Go", "On a record that exists hooks export a field as it was stored: ApplyMSData doesn't take it over. What a till sets is lost.", "Read it in ApplyMSData too; without ApplyMSData, InitFromJSON is handed what the till set."},
	{NotDeclared, Error, "", "A hook uses what its manifest must declare: storage, lines, effects, or refusals. Each call is an error.", "Declare it in extension.yaml: `storage: true`, `lines: true`, `effects: {NAME: {}}`, `can_reject: true`."},
	{NotHandedOver, Error, "Go", "A hook looks at fields that its manifest doesn't name under `reads`. They aren't handed over, and the call is an error.", "Name them under `reads`."},
	{SetOnInput, Error, "Go", "A hook sets a field on a record that it is given to read. The value isn't taken.", "Set it in ExportAsJSON, on the record that it is handed."},
	{GetNoPointer, Error, "Go", "Get is handed a value instead of a pointer, and can't fill it.", "Hand over a pointer: `json.Get(\"points\", &o.Points)`."},
	{PerLine, Warning, "Go", "A hook makes an sdk.PerLine. It remembers nothing from one run to the next.", "Make it once, in main."},
	{RejectDropped, Error, "Go", "sdk.Reject makes an error, and the hook doesn't return it. Nothing is refused.", "`return sdk.Reject(\"…\")`."},
	{Goroutine, Error, "Go", "A hook starts a goroutine. The hook is over when it returns: what the goroutine computes comes too late, and those that don't end pile up.", "Do the work in the hook. What must happen elsewhere is an effect."},
	{DataRace, Error, "Go", "Two hooks that run at once use the same memory, and one of them writes. The race detector saw it.", "Keep everything in the struct. What all runs share is read only, or guarded."},
	{Environment, Warning, "Go", "A hook looks at the machine's environment. The server gives a plugin none but TZ.", "Take it from the settings, in Configure."},
	{Files, Error, "Go", "A hook uses files. Hooks run any number of times for one tap, also for one that is refused.", "Read what is needed in Configure. What is to be written once is an effect, or `storage`."},
	{EndsProcess, Error, "Go", "A hook ends the extension's process. All orders that it is at fail with it.", "Return an error."},
	{Panics, Error, "Go", "A hook panics on a record as sales have them. The sale goes on without the extension.", "Look at the line. A record may lack every field that no till has set."},
	{Hangs, Error, "Go", "A hook doesn't return. The server kills the process after its time, and each order waits for that.", "Let loops end; wait for nobody in a hook."},
	{SourcesUnread, Info, "Go", "The sources weren't looked at: only how the program behaves was checked.", "Check it where there is a go command, and the packages that it imports."},
}

// inGo is what to do in Go about what is said of both kinds.
var inGo = map[Code]string{
	OneWay:      "Read it in InitFromJSON and in ApplyMSData, or tag it with `sync`.",
	NotExported: "Set it in ExportAsJSON.",
	Clock:       "Use o.TappedAt().",
	Chance:      "Give the field its value once, where the record is new or has none, and let the hooks carry it.",
	ModuleState: "Keep everything in the struct, and compute it from the record. What must be kept is `storage`.",
	Call:        "Say what is to be done as an effect, which the program does beside its hooks, or read what hooks need in Configure.",
	NotJSON:     "Set what JSON has: look for NaN and Inf behind a division.",
	NeverCalled: "Write EffectResult on the order's struct.",
	Allocates:   "Make less for each line; what is the same in each run is made once, outside the hooks, or by sdk.PerLine.",
	NoMigrate:   "Write `Migrate(fields sdk.Record, from int) error` on the order's struct or the orderline's, or take `schema` away.",
}

// FixInGo is what to do about a code in a Go program.
func FixInGo(code Code) string {
	if fix := inGo[code]; fix != "" {
		return fix
	}
	return Of(code).Fix
}
