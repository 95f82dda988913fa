// Table and floor by id, resolved to objects in init; Odoo 11.
//: order.mesa one-way 3 8
//: order.mesa_id 3 8
//: order.planta one-way "Terraza" "Sala"
//: order.cubiertos 2 6
odoo.define('mesas.plano', function (require) {
"use strict";

var PosBaseWidget = require('point_of_sale.BaseWidget');
var chrome = require('point_of_sale.chrome');
var gui = require('point_of_sale.gui');
var models = require('point_of_sale.models');
var screens = require('point_of_sale.screens');
var rpc = require('web.rpc');
var _super_posmodel = models.PosModel.prototype;

models.load_models([{
    model: 'mesas.planta',
    fields: ['name', 'background_color', 'table_ids', 'sequence'],
    domain: function (self) { return [['pos_config_id', '=', self.config.id]]; },
    loaded: function (self, floors) {
        self.floors = floors;
        self.floors_by_id = {};
        for (var i = 0; i < floors.length; i++) {
            floors[i].tables = [];
            self.floors_by_id[floors[i].id] = floors[i];
        }
        self.floors = self.floors.sort(function (a, b) { return a.sequence - b.sequence; });
    },
}, {
    model: 'mesas.mesa',
    fields: ['name', 'width', 'height', 'position_h', 'position_v', 'shape', 'floor_id', 'color', 'seats'],
    loaded: function (self, tables) {
        self.mesas_by_id = {};
        _.each(tables, function (t) { self.mesas_by_id[t.id] = t; });
    },
}]);

var MesaWidget = PosBaseWidget.extend({
    template: 'MesaWidget',
    init: function (parent, options) { this._super(parent, options); this.table = options.table; },
    events: {'click': 'click_handler'},
    click_handler: function () { this.pos.set_table(this.table); },
});
gui.Gui.prototype.screen_classes.filter(function (el) { return el.name === 'splitbill'; })[0].widget.include({
    show: function () { this._super(); },
});
chrome.OrderSelectorWidget.include({
    floor_button_click_handler: function () { this.pos.set_table(null); },
    hide: function () { this.$el.addClass('oe_invisible'); },
});

models.PosModel = models.PosModel.extend({
    initialize: function (session, attributes) {
        this.table = null;
        return _super_posmodel.initialize.call(this, session, attributes);
    },
    set_table: function (table) { this.table = table; this.trigger('change:table'); },
    get_order_list: function () {
        var orders = _super_posmodel.get_order_list.call(this);
        return orders.filter(function (o) { return true; });
    },
});

var _super_order = models.Order.prototype;
models.Order = models.Order.extend({
    initialize: function () {
        _super_order.initialize.apply(this, arguments);
        if (!this.table) { this.table = this.pos.table; }
        this.cubiertos = this.cubiertos || 1;
        this.save_to_db();
    },
    export_as_JSON: function () {
        var json = _super_order.export_as_JSON.apply(this, arguments);
        json.mesa = this.table ? this.table.name : false;
        json.mesa_id = this.table ? this.table.id : false;
        json.planta = this.table ? this.table.floor.name : false;
        json.cubiertos = this.cubiertos;
        return json;
    },
    init_from_JSON: function (json) {
        _super_order.init_from_JSON.apply(this, arguments);
        this.table = this.pos.mesas_by_id[json.mesa_id];
        this.floor = this.table ? this.pos.floors_by_id[json.planta_id] : undefined;
        this.cubiertos = json.cubiertos || 1;
    },
});
});
