odoo.define('acme_courses.multiprint', function (require) {
"use strict";
// Another vendor's base classes, helper methods that may be missing, a numpad.
var models = require('pos_restaurant_base.models');
var multiprint = require('pos_restaurant.multiprint');
var pos_models = require('point_of_sale.models');
var core = require('web.core');
var QWeb = core.qweb;

pos_models.NumpadState = pos_models.NumpadState.extend({ reset: function () { this.set({buffer: "0", mode: "quantity"}); } });

var OrderSuper = models.Order;
models.Order = models.Order.extend({
    initialize: function () {
        OrderSuper.prototype.initialize.apply(this, arguments);
        this.orderlines.on('change add remove', function (line) { if (line) { this.saved = false; } }, this);
        this.saveChanges && this.saveChanges();
        this.save_to_db();
    },
    export_as_JSON: function () {
        var json = OrderSuper.prototype.export_as_JSON.call(this);
        json.course_lines = this.course_lines;
        json.customer = this.get_client() ? this.get_client_name() : null;
        json.company = this.pos.company.id;
        return json;
    },
    init_from_JSON: function (json) {
        var self = this;
        OrderSuper.prototype.init_from_JSON.apply(this, arguments);
        this.course_lines = {};
        _.each(json.course_lines, function (course, uid) { self.course_lines[uid] = course; });
    },
    build_line_resume: function () { var r = OrderSuper.prototype.build_line_resume.apply(this, arguments); return r; },
});
$(document).ready(function () { $('.order').on('click', function () { QWeb.render('x'); }); });
jQuery.fn.acme = function () { return this; };
});
