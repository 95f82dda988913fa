//: orderline.note_v8 one-way "alpha" "beta"
openerp.restaurant_notes = function (instance) {
    var module = instance.point_of_sale;
    var QWeb = instance.web.qweb;
    var _t = instance.web._t;
    var round_di = instance.web.round_decimals;
    var round_pr = instance.web.round_precision;
    module.PosModel = module.PosModel.extend({
        models: module.PosModel.prototype.models.concat([{model: 'note.tag', fields: ['name'], loaded: function (self, t) { self.tags = t; }}]),
    });
    var Parent = module.Orderline;
    module.Orderline = module.Orderline.extend({
        initialize: function (attr, options) {
            Parent.prototype.initialize.apply(this, arguments);
            this.set({note_v8: ''});
        },
        getNote: function () { return this.get('note_v8'); },
        setNote: function (n) { this.set({note_v8: n}); this.trigger('change', this); },
        export_as_JSON: function () {
            var j = Parent.prototype.export_as_JSON.apply(this, arguments);
            j.note_v8 = this.getNote();
            return j;
        },
    });
    instance.point_of_sale.ProductScreenWidget.include({
        start: function () {
            var self = this;
            this._super();
            this.pos_widget.order_widget.on('note', this, function () { self.render(); });
        },
    });
    instance.web.client_actions.add('notes.action', 'instance.restaurant_notes.Action');
};
