package check_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/cmd/server/scaffold"
	"github.com/manytill/manytill/extensions/check"
	"github.com/manytill/manytill/extensions/notes"
)

// faulty are the faults that samples of vendors' code have, by file and code, each
// with its reason. Those of the corpus are written as real files are.
var faulty = map[string]map[notes.Code]string{
	"backbone/gift.js":                   {notes.OneWay: "gift_paper is exported, and nothing restores it"},
	"backbone/payment_only.js":           {notes.NoHook: "all it has is of payments"},
	"corpus/base_keys_14.js":             {notes.ReservedName: "it exports Odoo's own keys", notes.CoreField: "it exports the core's pricelist"},
	"corpus/clock_in_9.js":               {notes.Clock: "started_at is the clock's where no till has set it"},
	"corpus/coupon_program_16.js":        {notes.ModuleState: "init counts nextId, a variable of the file, up"},
	"corpus/court_booking_13.js":         {notes.Clock: "booking_start is the clock's where no till has set it"},
	"corpus/date_objects_14.js":          {notes.Clock: "opened_ms and order_day are the clock's where no till has set them"},
	"corpus/fiscal_printer_14.js":        {notes.OneWay: "refund_doc is exported, and nothing restores it"},
	"corpus/flectra_11.js":               {notes.ReservedName: "its field's name has letters that a name can't have"},
	"corpus/floors_11.js":                {notes.OneWay: "mesa and planta are exported, and nothing restores them"},
	"corpus/free_item_12.js":             {notes.CoreField: "it sets and exports price and discount, without writes"},
	"corpus/giant_bistro_12.js":          {notes.OneWay: "bis_row_id is exported, and nothing restores it"},
	"corpus/giftcard_10.js":              {notes.NotJSON: "gift_total is a sum with undefined"},
	"corpus/l10n_ec_sri_13.js":           {notes.Clock: "sri_key has the day in it"},
	"corpus/lots_widget_7.js":            {notes.OneWay: "lot is exported, and nothing restores it"},
	"corpus/loyalty_8.js":                {notes.OneWay: "fidelity_reward is exported, and nothing restores it"},
	"corpus/order_type_12.js":            {notes.OneWay: "order_type_id is exported, and nothing restores it"},
	"corpus/payment_only_15.js":          {notes.NoHook: "all it has is of payments"},
	"corpus/promise_module_14.js":        {notes.ModuleState: "init counts counter, a variable of the file, up"},
	"corpus/rpc_in_hooks_11.js":          {notes.Timer: "apply starts a timer", notes.Call: "export asks Odoo"},
	"corpus/shared_list_12.js":           {notes.ModuleState: "all orders share one list on the prototype"},
	"kinds/k17_only_comments.js":         {notes.NoHook: "it has no code"},
	"kinds/k19_payment_fields.js":        {notes.NoHook: "all it has is of payments"},
	"kinds/k2_wrap_openerp.js":           {notes.OneWay: "my_seq is exported, and nothing restores it"},
	"kinds/k4_line_reads_order_lines.js": {notes.OneWay: "same is exported, and nothing restores it"},
	"kinds/k8_helper_writes.js":          {notes.OneWay: "doc_key is exported, and nothing restores it"},
	"kinds/k8b_helper_writes_throws.js":  {notes.OneWay: "doc_key and first are exported, and nothing restores them", notes.Throws: "it takes for granted what only a screen sets"},
	"modern/state_19.js":                 {notes.OneWay: "title, due, seen and of are what it computes from the model, and nothing restores them"},
	"old/global_function_main.js":        {notes.NoHook: "it is the half of global_function.js that has none"},
}

// settings of examples that need some.
var settings = map[string]map[string]any{
	"age-check":      {"products": []any{31, 32}, "age": 18},
	"bottle-deposit": {"product": 99, "deposits": map[string]any{"11": 0.25}},
	"fiscal-chain":   {"api": "https://fiscal.example/v1", "key": "k"},
	"gift-card":      {"api": "https://cards.example/v1", "key": "k"},
}

// Of samples of vendors' code, of the examples and of what the guide begins with
// nothing is said that isn't so: no error, no warning.
func TestNoFalseAlarms(t *testing.T) {
	var paths []string
	for _, pattern := range []string{"../javascript/testdata/*.js", "../javascript/testdata/*/*.js", "../../plugins/example/*/*.js"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		paths = append(paths, found...)
	}
	for _, kind := range []scaffold.Kind{scaffold.JavaScript, scaffold.TypeScript, scaffold.Odoo} {
		dir, _, err := scaffold.Make(scaffold.Options{Name: "made-" + string(kind), Kind: kind, Dir: t.TempDir()})
		require.NoError(t, err)
		paths = append(paths, dir)
	}
	alarms, seen := []string{}, map[string]bool{}
	for _, path := range paths {
		dir := filepath.Base(filepath.Dir(path))
		if dir == "writes" {
			continue // it does by its settings whatever a test asks for
		}
		name := dir + "/" + filepath.Base(path)
		r, err := check.Run(context.Background(), check.Options{Path: path, Settings: settings[dir]})
		require.NoError(t, err, path)
		for _, f := range r.Findings {
			if f.Severity == notes.Info {
				continue
			}
			if faulty[name][f.Code] == "" {
				alarms = append(alarms, fmt.Sprintf("%s %s[%s]", name, f.Severity, f.Note))
			}
			seen[name+" "+string(f.Code)] = true
		}
	}
	require.Greater(t, len(paths), 110)
	require.Empty(t, alarms, strings.Join(alarms, "\n"))
	for name, codes := range faulty {
		for code := range codes {
			require.True(t, seen[name+" "+string(code)], "%s isn't found in %s any more", code, name)
		}
	}
}
