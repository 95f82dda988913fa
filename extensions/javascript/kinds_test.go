package javascript_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions/notes"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/sdk/protocol"
)

// kinds are the files of testdata/kinds: what is found in each, and what comes
// of a value of a field.
var kinds = map[string]struct {
	model  protocol.Model
	travel []protocol.Field // make the round trip
	oneWay []protocol.Field
	note   string
	handed protocol.Fields
	gives  protocol.Fields
}{
	"k1_rebrand":                  {model: protocol.ModelOrder, travel: []protocol.Field{"memo"}},
	"k2_wrap_openerp":             {model: protocol.ModelOrder, oneWay: []protocol.Field{"my_seq"}},
	"k3_base_methods":             {model: protocol.ModelOrderline, oneWay: []protocol.Field{"mapped", "one_price"}, gives: protocol.Fields{"one_price": "4.8", "mapped": "1"}},
	"k4_line_reads_order_lines":   {model: protocol.ModelOrderline, oneWay: []protocol.Field{"same"}, gives: protocol.Fields{"same": "2"}},
	"k5_lookup_filter0":           {model: protocol.ModelOrderline, oneWay: []protocol.Field{"list_currency"}, gives: protocol.Fields{}},
	"k6_tax_ids":                  {model: protocol.ModelOrderline, travel: []protocol.Field{"is_gift"}, handed: protocol.Fields{"is_gift": "true"}, gives: protocol.Fields{"is_gift": "true"}},
	"k7_config_switch":            {model: protocol.ModelOrder, travel: []protocol.Field{"doc_no"}, oneWay: []protocol.Field{"extra"}, handed: protocol.Fields{"doc_no": `"7"`}, gives: protocol.Fields{"doc_no": `"7"`}},
	"k8_helper_writes":            {model: protocol.ModelOrder, oneWay: []protocol.Field{"doc_key", "fiscal_id"}, gives: protocol.Fields{}},
	"k8b_helper_writes_throws":    {model: protocol.ModelOrder, oneWay: []protocol.Field{"doc_key", "first"}, note: "could not be tried, doc_key among them"},
	"k9_serializeForORM":          {model: protocol.ModelOrder, travel: []protocol.Field{"reason"}, handed: protocol.Fields{"reason": `"late"`}, gives: protocol.Fields{"reason": `"late"`}},
	"k10_serialize":               {model: protocol.ModelOrderline, travel: []protocol.Field{"seller_id"}, handed: protocol.Fields{"seller_id": "4"}, gives: protocol.Fields{"seller_id": "4"}},
	"k12_pricelist_null":          {model: protocol.ModelOrderline, oneWay: []protocol.Field{"list_no"}, gives: protocol.Fields{}},
	"k15_line_init_in_order_init": {model: protocol.ModelOrderline, travel: []protocol.Field{"card"}, handed: protocol.Fields{"card": "7"}, gives: protocol.Fields{"card": "8"}},
	"k16_top_return":              {model: protocol.ModelOrder, travel: []protocol.Field{"memo2"}},
	"k17_only_comments":           {note: "no hook was found"},
	"k18_extends_sibling":         {model: protocol.ModelOrder, travel: []protocol.Field{"memo3"}},
	"k20_unknown_module":          {model: protocol.ModelOrder, travel: []protocol.Field{"memo4"}, oneWay: []protocol.Field{"shown", "steps"}, handed: protocol.Fields{"memo4": `"x"`}, gives: protocol.Fields{"memo4": `"x"`, "steps": `"function function function true 2"`}},
	"k19_payment_fields":          {note: "card_no on payments isn't synced"},
}

func TestKinds(t *testing.T) {
	files, err := filepath.Glob("testdata/kinds/*.js")
	require.NoError(t, err)
	require.Len(t, files, len(kinds))
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".js")
		want, known := kinds[name]
		require.True(t, known, name)
		t.Run(name, func(t *testing.T) {
			d := load(t, file).Describe()
			var travel, oneWay []protocol.Field
			for _, fields := range d.Fields {
				for _, f := range protocol.SortedKeys(fields) {
					if fields[f].OneWay {
						oneWay = append(oneWay, f)
					} else {
						travel = append(travel, f)
					}
				}
			}
			require.Equal(t, want.travel, travel, "%v", d.Notes)
			require.Equal(t, want.oneWay, oneWay, "%v", d.Notes)
			if want.note != "" {
				require.Contains(t, strings.Join(notes.Words(d.Notes), "\n"), want.note)
			} else {
				require.NotContains(t, strings.Join(notes.Words(d.Notes), "\n"), "could not be tried")
			}
			if want.model == "" || want.note != "" {
				return
			}
			record := order
			if want.model == protocol.ModelOrderline {
				record = line
			}
			merged := protocol.Fields{"qty": "1", "price_unit": "4.8"}
			for f, v := range want.handed {
				merged[f] = v
			}
			got := run(t, load(t, file), record(protocol.Fields{"qty": "1"}, merged))
			if want.gives != nil {
				require.Equal(t, want.gives, got.Export)
			}
		})
	}
}

// One bad file of a folder is left out and named.
func TestBadFileInFolder(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.js": documented, "b.js": "var x = ;", "c.js": "/** @odoo-module **/\nimport {", "d.js": "throw new Error('oh');", "e.js": "// nothing",
		"f.js": "x = " + strings.Repeat("!", 100_000) + "1", "g.js": "/** @odoo-module **/\n// nothing",
	} {
		writeIn(t, dir, name, text)
	}
	d := load(t, dir+"/.").Describe()
	require.Contains(t, d.Fields[protocol.ModelOrder], protocol.Field("go"))
	require.Len(t, failedFiles(host{d}), 4, "%v", d.Notes)
	for i, name := range []string{"c.js:2:9", "f.js:1: a file was left out, as it can't be read: too many", "b.js:1", "d.js:1"} {
		require.Contains(t, failedFiles(host{d})[i], name)
	}
	_, err := javascript.Load(context.Background(), javascript.Options{Paths: []string{dir + "/b.js"}})
	require.ErrorContains(t, err, "b.js:1")
}

// host is one of which only the description counts.
type host struct{ d extensions.Description }

func (h host) Describe() extensions.Description { return h.d }

// baseMethods are names of Odoo 9 to 17 that files call.
var baseMethods = map[string]string{
	"Order": `get_total_for_category_with_tax get_total_for_taxes display_lot_popup get_change_value get_paymentline 
check_paymentlines_rounding wait_for_push_order getOrderReceiptEnv selectLastOrderline _get_tax_group_key 
calculate_base_amount _isRefundAndSaleOrder _isRefundOrder _reduce_total_discount_callback set_fiscal_position 
_get_ignored_product_ids_total_discount get_partner_name _isValidEmptyOrder _get_qr_code_data getEmailItems 
_getPrintingCategoriesChanges updateLastOrderChange getOrderChanges changesToOrder getOrderedLine canPay pay 
isBooked updateSavedQuantity _unlinkOrderline isFirstDraft compute_child_lines addComboLines 
get_current_screen_data updatePricelistAndFiscalPosition _generateTicketCode _getOrderOptions`,
	"Orderline": `get_product_type _map_tax_fiscal_position _mapTaxFiscalPosition _compute_all set_description set_price_extra 
get_price_extra get_taxes_after_fp get_display_price_one get_price_with_tax_before_discount 
display_discount_policy compute_fixed_price getUnitDisplayPriceBeforeDiscount 
get_total_taxes_included_in_price _getProductTaxesAfterFiscalPosition get_total_cost isTipLine 
get_tax_percentages getDisplayClasses editPackLotLines setNote setHasChange updateSavedQuantity 
get_full_product_name_with_variant get_old_unit_display_price getAllLinesInCombo findAttribute`,
	"Paymentline": `get_payment_status set_payment_status is_done set_cashier_receipt set_receipt_info is_electronic pay 
handle_payment_response`,
}

// newNames are those of Odoo 18 and 19.
var newNames = map[string]string{
	"Order": `getTotalWithTax getTotalWithoutTax getTotalTax getTotalPaid getTotalDiscount getDue getChange isPaid getOrderlines getLastOrderline
getSelectedOrderline selectOrderline deselectOrderline removeOrderline addPaymentline removePaymentline getPartner setPartner getPartnerName getName
isToInvoice setToInvoice setPricelist assertEditable isEmpty getScreenData setScreenData exportForPrinting getCustomerCount setCustomerCount
getTaxDetails getSubtotal getRoundingApplied isPaidWithCash addOrderline addProduct getUid getClientName getSelectedPaymentline
getTip setTip isToShip setToShip getShippingDate setShippingDate checkPaymentlinesRounding getCardholderName hasNotValidRounding`,
	"Orderline": `getQuantity setQuantity getQuantityStr getUnitPrice setUnitPrice getDiscount setDiscount getDiscountStr getProduct getUnit getNote setNote
getBasePrice getDisplayPrice getPriceWithTax getPriceWithoutTax getTax getTaxDetails getAllPrices getFullProductName getUnitDisplayPrice getLstPrice
setSelected isSelected canBeMergedWith merge getCustomerNote setCustomerNote getValidLots hasValidProductLot isPosGroupable setPriceExtra
getPriceExtra setFullProductName getTotalCost getMargin getTaxedLstUnitPrice getUnitDisplayPriceBeforeDiscount`,
	"Paymentline": "getAmount setAmount getAmountStr setSelected isDone setPaymentStatus getPaymentStatus setReceiptInfo isElectronic",
}

func TestBaseMethods(t *testing.T) {
	for _, of := range []map[string]string{baseMethods, newNames} {
		for class, names := range of {
			quoted, err := json.Marshal(strings.Fields(names))
			require.NoError(t, err)
			result := run(t, script(t, inHook(`
data.go = `+string(quoted)+`.filter(function (name) { return typeof models.`+class+`.prototype[name] !== "function"; });`)), order(nil, protocol.Fields{"go": `"now"`}))
			require.Equal(t, protocol.Value("[]"), result.Export["go"], class)
		}
	}
}

// A new name does what the old one does, whatever a file made of that.
func TestNewNames(t *testing.T) {
	result := run(t, script(t, inHook(`
var before = models.Order.prototype.get_name;
models.Order.prototype.get_name = function () { return "my " + before.call(this); };
data.go = [this.getName(), this.getTotalWithTax(), this.getOrderlines()[0].getQuantity(), typeof this.getPartner()];`)), order(nil, protocol.Fields{"go": `"now"`}))
	require.Equal(t, protocol.Value(`["my Order 12",14.6,2,"object"]`), result.Export["go"])
}
