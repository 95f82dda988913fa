// A note for the table and a guest count; Odoo 10, with a popup and a button.
//: order.table_note "by the window" "outside"
//: order.guests 2 5
odoo.define('acme_table_note.notes', function (require) {
"use strict";
var models = require('point_of_sale.models');
var screens = require('point_of_sale.screens');
var gui = require('point_of_sale.gui');
var PopupWidget = require('point_of_sale.popups');
var core = require('web.core');
var _t = core._t;
var QWeb = core.qweb;

var NotePopup = PopupWidget.extend({
    template: 'TableNotePopup',
    show: function (options) {
        this._super(options);
        this.renderElement();
        this.$('textarea').focus();
    },
    click_confirm: function () {
        var order = this.pos.get_order();
        order.set_table_note(this.$('textarea').val());
        this.gui.close_popup();
    },
});
gui.define_popup({name: 'table-note', widget: NotePopup});

var NoteButton = screens.ActionButtonWidget.extend({
    template: 'TableNoteButton',
    button_click: function () {
        this.gui.show_popup('table-note', {title: _t('Note for the table')});
    },
});
screens.define_action_button({
    name: 'table_note',
    widget: NoteButton,
    condition: function () { return this.pos.config.iface_table_note; },
});

screens.OrderWidget.include({
    update_summary: function () {
        this._super();
        var order = this.pos.get_order();
        this.el.querySelector('.table-note').textContent = order.get_table_note();
    },
});

var _super_order = models.Order.prototype;
models.Order = models.Order.extend({
    initialize: function (attr, options) {
        _super_order.initialize.call(this, attr, options);
        this.table_note = this.table_note || '';
        this.guests = this.guests || 1;
        this.save_to_db();
    },
    set_table_note: function (note) {
        this.table_note = note;
        this.trigger('change', this);
    },
    get_table_note: function () { return this.table_note; },
    set_guests: function (n) {
        this.guests = Math.max(n, 1);
        this.trigger('change');
    },
    export_as_JSON: function () {
        var json = _super_order.export_as_JSON.call(this);
        json.table_note = this.table_note;
        json.guests = this.guests;
        return json;
    },
    init_from_JSON: function (json) {
        _super_order.init_from_JSON.apply(this, arguments);
        this.table_note = json.table_note;
        this.guests = json.guests;
    },
    export_for_printing: function () {
        var result = _super_order.export_for_printing.apply(this, arguments);
        result.table_note = this.get_table_note();
        return result;
    },
});
});
