openerp.acme_note = function (instance) {
    var module = instance.point_of_sale;
    var QWeb = instance.web.qweb;
    var _t = instance.web._t;
    var round_pr = instance.web.round_precision;

    var OrderSuper = module.Order;
    module.Order = module.Order.extend({
        initialize: function (attributes) {
            OrderSuper.prototype.initialize.apply(this, arguments);
            this.pos = attributes.pos;
            this.acme_note = "";
        },
        export_as_JSON: function () {
            var json = OrderSuper.prototype.export_as_JSON.apply(this, arguments);
            json.acme_lines = this.get('orderLines').length;
            json.acme_note = this.acme_note;
            return json;
        },
        init_from_JSON: function (json) {
            OrderSuper.prototype.init_from_JSON.apply(this, arguments);
            this.acme_note = json.acme_note;
        },
    });

    module.PosWidget = module.PosWidget.extend({
        build_widgets: function () {
            this._super();
            this.note_popup = new module.NotePopup(this, {});
            this.note_popup.appendTo($(this.$el));
        },
    });
    module.NotePopup = module.PopUpWidget.extend({ template: 'NotePopup' });
};
