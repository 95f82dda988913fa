package protocol

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

// Keys of an order's record that are no fields: any of its lines, any payment.
const (
	KeyLines    Field = "lines"
	KeyPayments Field = "statement_ids"
)
