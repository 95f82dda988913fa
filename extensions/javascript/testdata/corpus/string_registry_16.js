// The class is named by a string; Odoo 16.
//: order.pager_number 12 13
odoo.define('pager.Order', function (require) {
    'use strict';
    const Registries = require('point_of_sale.Registries');
    const PagerOrder = (Base) => class extends Base {
        set_pager(n) { this.pager_number = n; }
        init_from_JSON(json) {
            super.init_from_JSON(json);
            this.pager_number = json.pager_number;
        }
        export_as_JSON() {
            return { ...super.export_as_JSON(), pager_number: this.pager_number };
        }
    };
    Registries.Model.extend('Order', PagerOrder);
    return PagerOrder;
});
