import type { Host } from "./host";
import { emptyList } from "./standin";
import type { Any, Dict } from "./types";

// Methods of Odoo's models that have nothing to do here, by what they answer:
// vendors' code calls them, and calls them by super.
const nothing = (): void => undefined;
const no = (): boolean => false;
const yes = (): boolean => true;
const zero = (): number => 0;
const none = (): Any[] => emptyList("list");
const text = (): string => "";

const ofOrders: [() => Any, string][] = [
  [
    nothing,
    "set_orderline_options select_paymentline clean_empty_paymentlines display_tip_popup_ui init_locked set_tip updatePricelist destroy",
  ],
  [
    nothing,
    "printChanges saveChanges submitOrder updatePrintedResume set_to_ship set_shipping_date setShippingDate stop_electronic_payment",
  ],
  [
    nothing,
    "display_lot_popup wait_for_push_order selectLastOrderline set_fiscal_position updateLastOrderChange changesToOrder getOrderedLine pay",
  ],
  [
    nothing,
    "updateSavedQuantity _unlinkOrderline compute_child_lines addComboLines updatePricelistAndFiscalPosition get_current_screen_data",
  ],
  [
    nothing,
    "setPricelist setPartner setPricelist removeOrderline setCashier setScreenData resetPrintedLines updateServerDate setToShip setTip",
  ],
  [
    nothing,
    "recomputeOrderData recomputeChanges updateRewards computeAllPrices triggerRecomputeAllPrices setNote setGeneralCustomerNote setInternalNote setOrderPrices",
  ],
  [
    no,
    "_isRefundAndSaleOrder _isRefundOrder _isValidEmptyOrder isFirstDraft doNotAllowRefundAndSales isRefund isRefundOrder hasInvoice canBeValidated",
  ],
  [yes, "check_paymentlines_rounding canPay isBooked"],
  [
    zero,
    "get_total_for_category_with_tax get_total_for_taxes calculate_base_amount _reduce_total_discount_callback getTipAmount getRoundedRemaining",
  ],
  [
    none,
    "_get_ignored_product_ids_total_discount _getPrintingCategoriesChanges getEmailItems getTaxTotals getDefaultOrderlines",
  ],
  [text, "_get_tax_group_key get_partner_name _get_qr_code_data _generateTicketCode getCashierName"],
  [() => ({}), "getOrderReceiptEnv getOrderChanges _getOrderOptions"],
  [() => undefined, "get_paymentline getPaymentLine"],
  [
    nothing,
    "set_cashier set_customer_count setCustomerCount setTable add_paymentline_by_ref update_fiscal_position recompute_unit_prices setToInvoice",
  ],
  [
    no,
    "is_to_ship isToShip electronic_payment_in_progress is_paid_with_cash is_paid_with_card has_not_valid_rounding hasChangesToPrint",
  ],
  [no, "hasSkippedChanges getHasRefundLines"],
  [
    zero,
    "get_tip get_rounding_applied get_total_cost get_customer_count getCustomerCount get_total_tip get_subtotal_without_discount",
  ],
  [none, "get_orderlines_grouped_by_tax_ids getPaymentLines get_tax_details_by_line"],
  [text, "get_cardholder_name generate_unique_id getEmail get_mobile"],
  [() => null, "getTable get_table getShippingDate get_selected_paymentline"],
];

const ofOrderlines: [() => Any, string][] = [
  [
    nothing,
    "set_product set_lst_price set_full_product_name compute_lot_lines set_quantity_by_lot setPackLotLines setQuantityFromSOL",
  ],
  [
    nothing,
    "set_description set_price_extra editPackLotLines setNote setHasChange updateSavedQuantity setCustomerNote setOptions setUnitPriceManually setLinkedLine",
  ],
  [no, "isTipLine isGiftCardOrEWalletReward display_discount_policy isSelected isTracked"],
  [zero, "get_price_extra get_total_cost getPriceExtra"],
  [
    none,
    "get_taxes_after_fp _getProductTaxesAfterFiscalPosition get_tax_percentages getAllLinesInCombo getTaxIds getComboChildren",
  ],
  [text, "get_product_type get_old_unit_display_price getInternalNote"],
  [() => ({}), "getDisplayClasses"],
  [() => undefined, "findAttribute getComboParent"],
  [zero, "get_required_number_of_lots get_margin get_total_discount get_line_tax_amount"],
  [yes, "has_valid_product_lot is_pos_groupable isValid"],
  [no, "isLotTracked is_last_line is_program_reward isPartOfCombo has_tracking"],
  [
    none,
    "get_applicable_taxes get_lot_lines get_valid_lots getPackLotLinesToEdit generate_wrapped_product_name get_tax_ids",
  ],
  [text, "getNote get_line_diff_hash get_lot_name"],
  [() => ({ taxes: [], total_excluded: 0, total_included: 0, total_void: 0, base: 0 }), "compute_all"],
];

// Setters of what others would see: there is nothing here that keeps it. The rest is the screen's.
const keeps = /^set(?!.*(creen|ptions|hange|select))/;

function add(proto: Dict, answers: [() => Any, string][], host?: Host): void {
  for (const [answer, names] of answers) {
    for (const name of names.split(" ")) {
      if (!(name in proto)) {
        // Each its own: files patch functions.
        proto[name] =
          host && answer === nothing && keeps.test(name)
            ? function (this: Any): void {
                host.idle(this, name, nothing);
              }
            : (): Any => answer();
      }
    }
  }
}

const ofPaymentlines: [() => Any, string][] = [
  [
    nothing,
    "set_payment_status set_cashier_receipt set_receipt_info handle_payment_response setPaymentStatus setReceiptInfo set_terminal_service_id",
  ],
  [no, "is_electronic isElectronic can_be_reversed isProcessing"],
  [yes, "is_done pay isDone"],
  [text, "get_payment_status getPaymentStatus"],
];

// What Odoo 8, 18 and 19 call otherwise than by the same words in camel case.
const renamed: Dict = {
  getSelectedLine: "get_selected_orderline",
  getPaidTotal: "get_total_paid",
  getDueLeft: "get_due",
  getTotalWithTax: "get_total_with_tax",
  getTotalTaxIncluded: "get_total_with_tax",
  getTotalTaxExcluded: "get_total_without_tax",
  getPartner: "get_client",
  setPartner: "set_client",
  getSelectedOrderline: "get_selected_orderline",
  getAllPrices: "get_all_prices",
  allPrices: "get_all_prices",
  getFullProductName: "get_full_product_name",
  getUnitDisplayPriceBeforeDiscount: "get_unit_display_price",
  get_price_with_tax_before_discount: "get_price_with_tax",
  getPriceWithTaxBeforeDiscount: "get_price_with_tax",
  compute_fixed_price: "get_unit_price",
  get_total_taxes_included_in_price: "get_tax",
  get_full_product_name_with_variant: "get_full_product_name",
  getPaymentlines: "get_paymentlines",
  addPaymentline: "add_paymentline",
  removePaymentline: "remove_paymentline",
  get_change_value: "get_change",
  getChange: "get_change",
  getDue: "get_due",
  getQuantityStr: "get_quantity_str",
};

/** camel gives a method its name of Odoo 18 and 19; it calls the other, so that whatever changes that changes both. */
function camel(proto: Dict): void {
  const names: Dict = { ...renamed };
  for (const name of Object.getOwnPropertyNames(proto)) {
    names[name.replace(/(?!^)_+([a-z])/g, (_, letter) => letter.toUpperCase())] ??= name;
  }
  for (const name of Object.keys(names)) {
    const own = Object.getOwnPropertyDescriptor(proto, names[name]);
    if (!(name in proto) && own && typeof own.value === "function") {
      proto[name] = function (this: Any, ...args: Any[]): Any {
        return this[names[name]](...args);
      };
    }
  }
}

export function quietOrder(proto: Dict, host: Host): void {
  add(proto, ofOrders, host);
  camel(proto);
}

export function quietOrderline(proto: Dict, host: Host): void {
  add(proto, ofOrderlines, host);
  camel(proto);
}

export function quietPaymentline(proto: Dict): void {
  add(proto, ofPaymentlines);
  camel(proto);
}
