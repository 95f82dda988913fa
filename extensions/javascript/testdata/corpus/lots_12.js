// Serial numbers as one2many commands; Odoo 12, ES6.
//: orderline.serials [[0,0,{"name":"SN1","qty":1}]] [[0,0,{"name":"SN2","qty":1}],[0,0,{"name":"SN3","qty":2}]]
//: orderline.lot_ref one-way "SN1" "SN2, SN3"
odoo.define('wh_serials.pos', function (require) {
'use strict';
const models = require('point_of_sale.models');
const PopupWidget = require('point_of_sale.popups');
const gui = require('point_of_sale.gui');
const { _t } = require('web.core');

const Serial = Backbone.Model.extend({
    defaults: { name: null, qty: 1 },
    initialize(attributes, options) {
        Backbone.Model.prototype.initialize.apply(this, arguments);
        this.order_line = options && options.order_line;
        if (options && options.json) { this.init_from_JSON(options.json); }
    },
    init_from_JSON(json) { this.set({ name: json.name, qty: json.qty }); },
    export_as_JSON() { return { name: this.get('name'), qty: this.get('qty') }; },
});
const SerialCollection = Backbone.Collection.extend({
    model: Serial,
    initialize(models, options) { this.order_line = options && options.order_line; },
    valid() { return this.models.filter((m) => m.get('name')); },
});

const super_line = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    init_from_JSON(json) {
        const lines = json.serials || [];
        this.serials = new SerialCollection(null, { order_line: this });
        for (const triple of lines) {
            const s = new Serial({}, { order_line: this, json: triple[2] });
            this.serials.add(s);
        }
        super_line.init_from_JSON.apply(this, arguments);
    },
    export_as_JSON() {
        const json = super_line.export_as_JSON.apply(this, arguments);
        if (this.serials) {
            json.serials = this.serials.map((s) => [0, 0, s.export_as_JSON()]);
            json.lot_ref = this.serials.valid().map((s) => s.get('name')).join(', ');
        }
        return json;
    },
    has_valid_serials() { return this.serials && this.serials.valid().length >= Math.abs(this.quantity); },
});
const SerialPopup = PopupWidget.extend({
    template: 'SerialPopup',
    events: Object.assign({}, PopupWidget.prototype.events, { 'click .remove': 'remove_lot', 'keydown': 'add_lot' }),
    remove_lot(ev) { $(ev.target).closest('.line').remove(); },
});
gui.define_popup({ name: 'serials', widget: SerialPopup });
});
