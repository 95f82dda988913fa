/** @odoo-module **/
// Accessors beside the hooks, defaults by nullish operators, a Map keyed by name; Odoo 17.
//: order.course_map {"starter":["a"],"main":["b","c"]} {"main":["b"]}
//: order.pace "fast" "slow"
import { Order } from "@point_of_sale/app/store/models";
import { patch } from "@web/core/utils/patch";
import { useService, useBus } from "@web/core/utils/hooks";
import { debounce } from "@web/core/utils/timing";
import { markup, reactive } from "@odoo/owl";

const save = debounce(() => {}, 300);
export const state = reactive({ open: false });
patch(Order.prototype, {
    setup() {
        super.setup(...arguments);
        this.courses = this.courses ?? new Map();
    },
    get pace() { return this._pace ?? undefined; },
    set pace(value) { this._pace = value; save(); },
    get hasCourses() { return this.courses.size > 0; },
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.courses = new Map(Object.entries(json.course_map ?? {}));
        this.pace = json.pace;
    },
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        if (this.hasCourses) {
            json.course_map = Object.fromEntries(this.courses);
        }
        json.pace = this.pace;
        return json;
    },
});
