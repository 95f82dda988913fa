// A salesperson per line, with apply_ms_data; Odoo 13.
//: orderline.seller_id 4 9
//: orderline.seller_name "Ann" "Bob"
odoo.define('pos_line_seller.main', function (require) {
    var models = require('point_of_sale.models');
    var screens = require('point_of_sale.screens');
    var core = require('web.core');
    var _t = core._t;
    models.load_models({
        model: 'res.users',
        fields: ['name', 'company_id'],
        ids: function (self) { return self.config.seller_ids; },
        loaded: function (self, users) { self.sellers = users; },
    });
    var orderline_super = models.Orderline.prototype;
    models.Orderline = models.Orderline.extend({
        initialize: function (attr, options) {
            orderline_super.initialize.apply(this, arguments);
            if (!this.seller) { this.seller = undefined; }
        },
        get_seller_from_list: function (id) {
            var self = this;
            return _.find(self.pos.sellers, function (u) { return u.id === id; });
        },
        set_seller: function (seller) {
            this.seller = seller;
            this.seller_name = seller && seller.name;
            this.trigger('change', this);
            this.order.trigger('new_updates_to_send');
        },
        apply_ms_data: function (data) {
            if (orderline_super.apply_ms_data) {
                orderline_super.apply_ms_data.apply(this, arguments);
            }
            this.seller = this.get_seller_from_list(data.seller_id);
            this.seller_name = data.seller_name;
            this.trigger('change', this);
        },
        init_from_JSON: function (json) {
            orderline_super.init_from_JSON.apply(this, arguments);
            this.seller = this.get_seller_from_list(json.seller_id);
            this.seller_name = json.seller_name;
        },
        export_as_JSON: function () {
            var json = orderline_super.export_as_JSON.apply(this, arguments);
            json.seller_id = this.seller ? this.seller.id : false;
            json.seller_name = this.seller_name;
            return json;
        },
    });
    screens.ProductScreenWidget.include({
        show: function () {
            this._super();
            $('.seller').on('click', function () { posmodel.gui.show_popup('selection', {title: _t('Seller')}); });
        },
    });
});
