/** @odoo-module **/
// A named patch with _super, a 16 development snapshot.
//: orderline.course 1 3
//: order.fire_course one-way 1 2
import { Order, Orderline } from 'point_of_sale.models';
import { patch } from '@web/core/utils/patch';
import core from 'web.core';
const _t = core._t;

patch(Orderline.prototype, 'courses.Orderline', {
    init_from_JSON(json) {
        this._super(...arguments);
        this.course = json.course;
    },
    export_as_JSON() {
        const json = this._super(...arguments);
        json.course = this.course;
        return json;
    },
    export_for_printing() {
        return Object.assign(this._super(...arguments), { course: _t('Course') + this.course });
    },
});
patch(Order.prototype, 'courses.Order', {
    get_fired_course() {
        return Math.max(...this.get_orderlines().map((l) => l.course || 0), 0);
    },
    export_as_JSON() {
        const json = this._super(...arguments);
        json.fire_course = this.get_fired_course();
        return json;
    },
});
