package javascript

// browser is what /v1/extensions.js holds of the extension.
func browser(Options, *code) []byte { return nil }
