// A discount in money on a line, beside the core's discount in percent. A line
// has one of the two.
odoo.define("absolute_discount.models", function (require) {
  "use strict";

  var models = require("point_of_sale.models");
  var utils = require("web.utils");

  // Binary floats make 14.399999999999999 of 3 × 4.8.
  function exact(money) {
    return utils.round_decimals(money, 6);
  }

  var _super_orderline = models.Orderline.prototype;
  models.Orderline = models.Orderline.extend({
    init_from_JSON: function (json) {
      _super_orderline.init_from_JSON.apply(this, arguments);
      this.absolute_discount = json.absolute_discount;
      this.before = { discount: this.get_discount(), price: this.full_price() };
    },

    // An existing line: init_from_JSON got what was stored, data is what
    // it would be now. A new line: both are the same.
    apply_ms_data: function (data) {
      if (_super_orderline.apply_ms_data) {
        _super_orderline.apply_ms_data.apply(this, arguments);
      }
      var unchanged = this.absolute_discount === data.absolute_discount;
      this.absolute_discount = data.absolute_discount;
      if (!this.absolute_discount) {
        return;
      }
      if (this.absolute_discount < 0) {
        throw new Reject("A discount in money can't be negative");
      }
      this.one_of_two(unchanged);
      this.at_most_the_price(unchanged);
      this.trigger("change", this);
    },

    one_of_two: function (unchanged) {
      if (!this.get_discount()) {
        return;
      }
      if (!unchanged || this.before.discount) {
        throw new Reject("A line has a discount in money or in percent, not both: set discount to 0 with it");
      }
      this.absolute_discount = null; // the percentage came after
    },

    at_most_the_price: function (unchanged) {
      var price = this.full_price();
      if (!this.absolute_discount || this.absolute_discount <= price) {
        return;
      }
      if (!unchanged || price >= this.before.price) {
        throw new Reject(`A discount of ${this.absolute_discount} is more than the line's price of ${price}`);
      }
      this.absolute_discount = price; // there are fewer of it now
    },

    full_price: function () {
      return exact(Math.abs(this.get_unit_price() * this.get_quantity()));
    },

    export_as_JSON: function () {
      var data = _super_orderline.export_as_JSON.apply(this, arguments);
      data.absolute_discount = this.absolute_discount;
      return data;
    },

    // For the screen: prices with the discount taken off.
    get_base_price: function () {
      var price = _super_orderline.get_base_price.apply(this, arguments);
      return exact(price - (this.absolute_discount || 0) * (this.get_quantity() < 0 ? -1 : 1));
    },

    set_absolute_discount: function (money) {
      this.absolute_discount = money;
      this.set_discount(0);
      this.order.trigger("new_updates_to_send");
    },
  });
});
