//: order.customer_count 12.5 3
//: order.table_id 7 8
//: order.floor one-way "x" "y"
//: order.floor_id "x" "y"
//: order.table one-way "x" "y"
odoo.define('cafe_floor.models', function (require) {
"use strict";
var models = require('point_of_sale.models');
var _super_order = models.Order.prototype;
models.load_models({
    model: 'restaurant.floor',
    fields: ['name', 'background_color', 'table_ids', 'sequence'],
    domain: function (self) { return [['pos_config_id', '=', self.config.id]]; },
    loaded: function (self, floors) {
        self.floors = floors;
        self.floors_by_id = {};
        self.tables_by_id = {};
    },
});
models.Order = models.Order.extend({
    initialize: function () {
        _super_order.initialize.apply(this, arguments);
        if (!this.table) {
            this.table = this.pos.table;
        }
        this.customer_count = this.customer_count || 1;
        this.save_to_db();
    },
    export_as_JSON: function () {
        var json = _super_order.export_as_JSON.apply(this, arguments);
        json.table = this.table ? this.table.name : undefined;
        json.table_id = this.table ? this.table.id : false;
        json.floor = this.table ? this.table.floor.name : false;
        json.floor_id = this.table ? this.table.floor.id : false;
        json.customer_count = this.customer_count;
        return json;
    },
    init_from_JSON: function (json) {
        _super_order.init_from_JSON.apply(this, arguments);
        this.table = this.pos.tables_by_id[json.table_id];
        this.floor = this.table ? this.pos.floors_by_id[json.floor_id] : undefined;
        this.customer_count = json.customer_count || 1;
    },
    get_customer_count: function () { return this.customer_count; },
    set_customer_count: function (count) {
        this.customer_count = Math.max(count, 0);
        this.trigger('change');
    },
});
});
