// Asks the server and the screen from within its hooks; Odoo 11.
//: order.credit_used 20 25
//: order.credit_state "open" "closed"
//: orderline.stock_checked true false
odoo.define('credit.limit', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var rpc = require('web.rpc');
    var session = require('web.session');
    var Model = require('web.Model');
    var o = models.Order.prototype, l = models.Orderline.prototype;
    models.Order = models.Order.extend({
        initialize: function () {
            var self = this;
            o.initialize.apply(this, arguments);
            rpc.query({model: 'res.partner', method: 'credit', args: [[this.pos.user.id]]}, {timeout: 3000, shadow: true})
                .then(function (r) { self.credit_used = r; })
                .fail(function (type, error) { error.preventDefault(); })
                .always(function () { self.pos.gui.chrome.loading_hide(); });
        },
        init_from_JSON: function (json) {
            o.init_from_JSON.apply(this, arguments);
            this.credit_used = json.credit_used;
            this.credit_state = json.credit_state;
            if (this.credit_used > 1000) {
                this.pos.gui.show_popup('confirm', {title: 'Limit', confirm: function () {}});
            }
        },
        apply_ms_data: function (data) {
            o.apply_ms_data && o.apply_ms_data.apply(this, arguments);
            var self = this;
            this.credit_used = data.credit_used;
            this.credit_state = data.credit_state;
            new Model('res.partner').call('refresh', [this.credit_used]).done(function () { self.trigger('change'); });
            $('.credit').text(this.credit_used).toggleClass('oe_hidden', !this.credit_used);
            if (this.pos.get_order() === this && this.pos.gui.get_current_screen() === 'payment') {
                this.pos.gui.screen_instances.payment.render_paymentlines();
            }
            setTimeout(function () { self.pos.push_order(self); }, 0);
        },
        export_as_JSON: function () {
            var json = o.export_as_JSON.apply(this, arguments);
            json.credit_used = this.credit_used;
            json.credit_state = this.credit_state;
            session.rpc('/pos/ping').then(function () {});
            return json;
        },
    });
    models.Orderline = models.Orderline.extend({
        init_from_JSON: function (json) {
            l.init_from_JSON.apply(this, arguments);
            this.stock_checked = json.stock_checked;
            var available = this.pos.db.qty_by_product_id[this.product.id];
            if (available !== undefined && available < this.quantity) { this.pos.gui.show_popup('error', {body: this.product.display_name.toUpperCase()}); }
        },
        export_as_JSON: function () { var j = l.export_as_JSON.apply(this, arguments); j.stock_checked = this.stock_checked; return j; },
    });
});
