//: order.kiosk_id "alpha" "beta"
odoo.define('kiosk.mode', ['web.core', 'point_of_sale.models', 'web.ajax', 'web.Widget', 'web.session'], function (require) {
"use strict";
var core = require('web.core'), models = require('point_of_sale.models'), ajax = require('web.ajax');
var Widget = require('web.Widget'), session = require('web.session');
var def = ajax.loadXML('/kiosk/static/src/xml/kiosk.xml', core.qweb);
var Kiosk = Widget.extend({
    template: 'Kiosk',
    events: {'click .start': '_start'},
    init: function (parent, action) { this._super.apply(this, arguments); this.action = action; },
    willStart: function () { return $.when(def, this._super.apply(this, arguments)); },
    _start: function () { this._rpc({model: 'kiosk', method: 'start', args: [session.uid]}).then(this.reload.bind(this)); },
});
core.action_registry.add('kiosk.mode', Kiosk);
core.bus.on('web_client_ready', null, function () { session.user_has_group('base.x').then(function (r) { core.is_kiosk = r; }); });
var S = models.Order.prototype;
models.Order = models.Order.extend({
    export_as_JSON: function () { var j = S.export_as_JSON.apply(this, arguments); j.kiosk_id = this.kiosk_id || session.kiosk_id; return j; },
    init_from_JSON: function (json) { S.init_from_JSON.apply(this, arguments); this.kiosk_id = json.kiosk_id; },
});
return def.then(function () { return Kiosk; });
});
