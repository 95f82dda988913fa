// An async module, a generator, and code in forms newer than its host's; Odoo 15.
//: order.tab_name "Table tab" "Bar tab"
//: orderline.split_key "a" "b"
odoo.define('tabs.async', async function (require) {
    'use strict';
    const models = require('point_of_sale.models');
    const { useListener } = require('web.custom_hooks');
    const ajax = require('web.ajax');
    const settings = await ajax.jsonRpc('/tabs/settings', 'call', {});
    const _o = models.Order.prototype, _l = models.Orderline.prototype;
    async function* pages() {
        for (let p = 0; p < 3; p++) { yield await ajax.jsonRpc('/tabs/' + p); }
    }
    async function all() {
        const found = [];
        for await (const page of pages()) { found.push(...page); }
        const extra = await import('./extra.js');
        return found.concat(extra.default);
    }
    models.Order = models.Order.extend({
        load_tabs: all,
        init_from_JSON(json) { _o.init_from_JSON.apply(this, arguments); this.tab_name ??= json.tab_name; },
        export_as_JSON() { return Object.assign(_o.export_as_JSON.apply(this, arguments), { tab_name: this.tab_name }); },
    });
    models.Orderline = models.Orderline.extend({
        init_from_JSON(json) { _l.init_from_JSON.apply(this, arguments); ({ split_key: this.split_key } = json); },
        export_as_JSON() { const j = _l.export_as_JSON.apply(this, arguments); j.split_key = this.split_key; return j; },
    });
});
