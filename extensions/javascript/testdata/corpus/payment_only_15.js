// Payment lines alone: a card's data; Odoo 15. Nothing on orders or lines.
odoo.define('card_terminal.models', function (require) {
    const models = require('point_of_sale.models');
    const PaymentCard = require('card_terminal.payment');
    models.register_payment_method('card_terminal', PaymentCard);
    models.load_fields('pos.payment.method', 'terminal_identifier');
    const superPaymentline = models.Paymentline.prototype;
    models.Paymentline = models.Paymentline.extend({
        initialize: function (attr, options) {
            superPaymentline.initialize.call(this, attr, options);
            this.terminalServiceId = this.terminalServiceId || null;
        },
        export_as_JSON: function () {
            const json = superPaymentline.export_as_JSON.apply(this, arguments);
            json.terminal_service_id = this.terminalServiceId;
            return json;
        },
        init_from_JSON: function (json) {
            superPaymentline.init_from_JSON.apply(this, arguments);
            this.terminalServiceId = json.terminal_service_id;
        },
        setTerminalServiceId: function (id) { this.terminalServiceId = id; },
    });
});
