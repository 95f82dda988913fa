// Reads the browser's storage while it loads, wraps globals; Odoo 12.
//: order.buzzer "12" "13"
//: orderline.buzz_ready true false
odoo.define('buzzer', function (require) {
    'use strict';
    var models = require('point_of_sale.models');
    var local_storage = require('web.local_storage');
    var prefs = JSON.parse(localStorage.getItem('buzzer_prefs') || '{}');
    var session = JSON.parse(window.localStorage.getItem('session') || 'null') || {};
    if (!window.sessionStorage.getItem('seen')) { window.sessionStorage.setItem('seen', '1'); }
    window.buzzerQueue = window.buzzerQueue || [];
    var sound = new Audio('/buzzer/static/ping.wav');
    var xhr = new XMLHttpRequest();
    xhr.open('GET', '/buzzer');
    $(document).ready(function () { $('body').addClass('buzzer'); });
    document.addEventListener('keydown', function (e) { if (e.which === 66) { sound.play(); } }, true);
    var o = models.Order.prototype, l = models.Orderline.prototype;
    models.Order = models.Order.extend({
        init_from_JSON: function (json) { o.init_from_JSON.apply(this, arguments); this.buzzer = json.buzzer || prefs.last || null; },
        export_as_JSON: function () { var j = o.export_as_JSON.apply(this, arguments); j.buzzer = this.buzzer; return j; },
    });
    models.Orderline = models.Orderline.extend({
        init_from_JSON: function (json) { l.init_from_JSON.apply(this, arguments); this.buzz_ready = json.buzz_ready; },
        export_as_JSON: function () { var j = l.export_as_JSON.apply(this, arguments); j.buzz_ready = this.buzz_ready; return j; },
    });
    setInterval(function () { window.buzzerQueue.shift(); }, 1000);
});
