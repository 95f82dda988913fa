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
  [nothing, "set_orderline_options select_paymentline clean_empty_paymentlines display_tip_popup_ui init_locked set_tip updatePricelist destroy"],
  [nothing, "printChanges saveChanges submitOrder updatePrintedResume set_to_ship set_shipping_date setShippingDate stop_electronic_payment"],
  [nothing, "set_cashier set_customer_count setCustomerCount setTable add_paymentline_by_ref update_fiscal_position recompute_unit_prices setToInvoice"],
  [no, "is_to_ship isToShip electronic_payment_in_progress is_paid_with_cash is_paid_with_card has_not_valid_rounding hasChangesToPrint"],
  [no, "hasSkippedChanges getHasRefundLines"],
  [zero, "get_tip get_rounding_applied get_total_cost get_customer_count getCustomerCount get_total_tip get_subtotal_without_discount"],
  [none, "get_orderlines_grouped_by_tax_ids getPaymentLines get_tax_details_by_line"],
  [text, "get_cardholder_name generate_unique_id getEmail get_mobile"],
  [() => null, "getTable get_table getShippingDate get_selected_paymentline"],
];

const ofOrderlines: [() => Any, string][] = [
  [nothing, "set_product set_lst_price set_full_product_name compute_lot_lines set_quantity_by_lot setPackLotLines setQuantityFromSOL"],
  [zero, "get_required_number_of_lots get_margin get_taxed_lst_unit_price get_total_discount get_line_tax_amount"],
  [yes, "has_valid_product_lot is_pos_groupable isValid"],
  [no, "isLotTracked is_last_line is_program_reward isPartOfCombo has_tracking"],
  [none, "get_applicable_taxes get_lot_lines get_valid_lots getPackLotLinesToEdit generate_wrapped_product_name get_tax_ids"],
  [text, "getNote get_line_diff_hash get_lot_name"],
  [() => ({ taxes: [], total_excluded: 0, total_included: 0, total_void: 0, base: 0 }), "compute_all"],
];

function add(proto: Dict, answers: [() => Any, string][]): void {
  for (const [answer, names] of answers) {
    for (const name of names.split(" ")) {
      if (!(name in proto)) {
        // Each its own: files patch functions.
        proto[name] = (): Any => answer();
      }
    }
  }
}

export const quietOrder = (proto: Dict): void => add(proto, ofOrders);
export const quietOrderline = (proto: Dict): void => add(proto, ofOrderlines);
