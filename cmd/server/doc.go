// Command manytill keeps the orders of many tills the same. See the commands'
// help: manytill --help.
//
// It owns the command line, the configuration file, the wiring of server,
// store, extensions and pages, and what people read when something fails. It
// owns no rule of sync. It is the only package that sees both core and
// extensions.
//
// Each command is a struct with its flags and a Run.
// Start reading with main.go, which names them, then serve.go, which puts a
// server together; demo.go is the same with everything made up.
package main
