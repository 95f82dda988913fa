odoo.define("acme_sms.sms", function (require) {
    // Lists of widgets that are looked through, classes of the web client.
    var core = require("web.core");
    var Class = require("web.Class");
    var gui = require("point_of_sale.gui");
    var chrome = require("point_of_sale.chrome");
    var models = require("point_of_sale.models");
    var Queue = core.Class.extend({ init: function (n) { this.n = n; } });
    var Double = Queue.extend({ init: function (n) { this._super(n * 2); } });
    var Sender = Class.extend({ init: function () { this.queue = new Double(2); } });
    var receipt = _.find(gui.Gui.prototype.screen_classes, function (s) { return s.name === "receipt"; }).widget;
    receipt.include({ show: function () { this._super(); } });
    var found = gui.Gui.prototype.screen_classes.filter(function (s) { return s.name === "payment"; });
    var Screen = found[0].widget.extend({ events: _.extend({}, found[0].widget.prototype.events) });
    chrome.Chrome.include({ build_widgets: function () { this._super(); } });
    class Button extends require("point_of_sale.Button") { click() { super.click(); } }
    var printed = chrome.Chrome.prototype.print;
    chrome.Chrome.prototype.print = function () { return printed.apply(this, arguments); };
    var mixed = core.mixins.EventDispatcherMixin;
    setTimeout(function () { throw new Error("there is no later"); }, 0);
    if (window.location.hash && navigator.userAgent.match(/x/)) { document.title = localStorage.x; }
    new Button().click();
    var _super_order = models.Order.prototype;
    models.Order = models.Order.extend({
        export_as_JSON: function () {
            var json = _super_order.export_as_JSON.apply(this, arguments);
            json.sms = this.sms ? new Sender().queue.n : 0;
            return json;
        },
        init_from_JSON: function (json) { this.sms = json.sms; _super_order.init_from_JSON.apply(this, arguments); },
    });
    return Screen;
});
