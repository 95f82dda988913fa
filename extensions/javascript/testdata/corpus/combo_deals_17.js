//: orderline.combo_key "alpha" "beta"
//: orderline.combo_items [{"id":1,"name":"a","amount":5,"paid":false,"value":"v","qty":1}] [{"id":2,"name":"b","amount":6,"paid":true,"value":"w","qty":2},{"id":3,"name":"c","amount":1,"paid":false,"value":"u","qty":1}]
//: orderline.combo_parent_uid "alpha" "beta"
/** @odoo-module alias=pos_combo_deals.models **/
import { Order, Orderline, Product } from "@point_of_sale/app/store/models";
import { patch } from "@web/core/utils/patch";
import { uuidv4 } from "@point_of_sale/utils";
import { ErrorPopup } from "@point_of_sale/app/errors/popups/error_popup";

patch(Order.prototype, {
    async pay() {
        if (this.orderlines.some((l) => l.combo_items?.length === 0)) {
            this.env.services.popup.add(ErrorPopup, { title: "Combo" });
            return;
        }
        return super.pay(...arguments);
    },
    removeOrderline(line) {
        const childs = this.orderlines.filter((l) => l.combo_parent_uid === line.combo_key);
        childs.forEach((c) => super.removeOrderline(c));
        return super.removeOrderline(line);
    },
});
patch(Orderline.prototype, {
    setup(_obj, options) {
        this.combo_key = uuidv4();
        this.combo_items = [];
        super.setup(...arguments);
    },
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.combo_key = json.combo_key;
        this.combo_parent_uid = json.combo_parent_uid;
        this.combo_items = json.combo_items?.map((x) => Object.assign({}, x)) ?? [];
    },
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        json.combo_key = this.combo_key;
        json.combo_items = this.combo_items;
        json.combo_parent_uid = this.combo_parent_uid;
        return json;
    },
});
