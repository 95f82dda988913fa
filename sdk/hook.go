package sdk

// Model names what an extension's hooks are defined on.
type Model string

// The models.
const (
	ModelOrder     Model = "order"
	ModelOrderline Model = "orderline"
)

// The hooks' documented names.
const (
	HookInit   = "init_from_JSON"
	HookApply  = "apply_ms_data"
	HookExport = "export_as_JSON"
)
