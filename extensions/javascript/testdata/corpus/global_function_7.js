// A function that the host calls with (instance, module); Odoo 7 and 8.
//: order.vat_number "BE0477472701" "BE0000000097"
//: order.sale_mode "eat_in" "take_away"
function acme_sale_mode_models(instance, module) {
    var _t = instance.web._t, QWeb = instance.web.qweb;
    var _super = module.Order;
    module.Order = module.Order.extend({
        initialize: function (attributes) {
            _super.prototype.initialize.apply(this, arguments);
            this.set({sale_mode: this.get('sale_mode') || 'eat_in'});
        },
        setSaleMode: function (m) { this.set('sale_mode', m); },
        init_from_JSON: function (json) {
            if (_super.prototype.init_from_JSON) { _super.prototype.init_from_JSON.apply(this, arguments); }
            this.set('vat_number', json.vat_number);
            this.set('sale_mode', json.sale_mode || 'eat_in');
        },
        export_as_JSON: function () {
            var res = _super.prototype.export_as_JSON.apply(this, arguments);
            res.vat_number = this.get('vat_number');
            res.sale_mode = this.get('sale_mode');
            return res;
        },
    });
    module.SaleModeWidget = module.PosBaseWidget.extend({
        template: 'SaleModeWidget',
        start: function () {
            this._super();
            this.$('button').click(_.bind(this.toggle, this));
        },
        toggle: function () { this.pos.get('selectedOrder').setSaleMode('take_away'); },
    });
    module.PosWidget = module.PosWidget.extend({
        build_widgets: function () {
            this._super();
            this.sale_mode = new module.SaleModeWidget(this, {});
            this.sale_mode.appendTo($('.pos-topheader'));
        },
    });
}
