//: order.sri_key "alpha" "beta"
odoo.define('l10n_ec_pos_sri', function (require) {
"use strict";
var models = require('point_of_sale.models');
function mod11(s) {
    var f = 2, t = 0;
    for (var i = s.length - 1; i >= 0; i--) { t += parseInt(s[i]) * f; f = f === 7 ? 2 : f + 1; }
    var r = 11 - t % 11;
    return r === 11 ? 0 : r === 10 ? 1 : r;
}
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    get_access_key: function () {
        if (this.sri_key) return this.sri_key;
        var date = moment(this.creation_date).format('DDMMYYYY');
        var ruc = this.pos.company.vat || '';
        var raw = date + '01' + ruc + ('000000000' + this.sequence_number).slice(-9);
        this.sri_key = raw + mod11(raw);
        return this.sri_key;
    },
    export_as_JSON: function () {
        var j = _super.export_as_JSON.apply(this, arguments);
        j.sri_key = this.get_access_key();
        return j;
    },
    init_from_JSON: function (j) {
        _super.init_from_JSON.apply(this, arguments);
        this.sri_key = j.sri_key;
    },
});
});
