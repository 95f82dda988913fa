//: order.membership {"level":"gold","until":"2027"} {"level":"silver","until":"2028"}
odoo.define('gym_pos.membership', function (require) {
'use strict';
const models = require('point_of_sale.models');
class Membership {
    constructor(v) { this.level = v && v.level || 'none'; this.until = v && v.until || ''; this.cache = new Map(); }
    toJSON() { return { level: this.level, until: this.until }; }
}
const proto = models.Order.prototype;
models.Order = models.Order.extend({
    initialize() { this.membership = new Membership(); proto.initialize.apply(this, arguments); },
    export_as_JSON() { const j = proto.export_as_JSON.apply(this, arguments); j.membership = this.membership; return j; },
    init_from_JSON(json) { proto.init_from_JSON.apply(this, arguments); this.membership = new Membership(json.membership); },
});
});
