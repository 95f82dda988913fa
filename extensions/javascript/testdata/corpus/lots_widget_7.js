//: orderline.lot one-way "alpha" "beta"
function pl_pos_lots(instance, module) { //module is instance.point_of_sale
    var QWeb = instance.web.qweb;
    _t = instance.web._t;
    var OrderlineParent = module.Orderline;
    module.Orderline = module.Orderline.extend({
        initialize: function (attr, options) {
            OrderlineParent.prototype.initialize.call(this, attr, options);
            this.lot = options.lot || '';
        },
        set_lot: function (lot) {
            this.lot = lot;
            this.trigger('change');
        },
        export_as_JSON: function () {
            var json = OrderlineParent.prototype.export_as_JSON.call(this);
            json['lot'] = this.lot;
            return json;
        },
    });
    var super_PosModel = module.PosModel;
    module.PosModel = module.PosModel.extend({
        load_server_data: function () {
            var self = this;
            var loaded = super_PosModel.prototype.load_server_data.call(this);
            return loaded.then(function () {
                return self.fetch('stock.production.lot', ['name', 'product_id'], []);
            }).then(function (lots) { self.lots = lots; });
        },
    });
    module.OrderWidget.include({
        render_orderline: function (line) {
            var el = this._super(line);
            $(el).find('.lot').text(line.lot);
            return el;
        },
    });
}
openerp.pl_pos_lots = function (instance) { pl_pos_lots(instance, instance.point_of_sale); };
