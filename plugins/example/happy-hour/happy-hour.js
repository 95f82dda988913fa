// Within the happy hour a line costs its usual price minus a percentage.
odoo.define("happy_hour.models", function (require) {
  "use strict";

  var models = require("point_of_sale.models");
  var utils = require("web.utils");

  var config = Object.assign({ from: "17:00", to: "19:00", percent: 20, decimals: 2 }, manytill.config);

  function minutes(clock) {
    var parts = clock.split(":");
    return Number(parts[0]) * 60 + Number(parts[1]);
  }

  // By the shop's clock, at the time of the tap: a tap that was made without the
  // network keeps the price of its time.
  function isHappy(tapped) {
    var at = new Date(tapped);
    var now = at.getHours() * 60 + at.getMinutes();
    var from = minutes(config.from);
    var to = minutes(config.to);
    return from <= to ? from <= now && now < to : from <= now || now < to;
  }

  function off(price, percent) {
    return utils.round_decimals(price * (1 - percent / 100), config.decimals);
  }

  var _super_orderline = models.Orderline.prototype;
  models.Orderline = models.Orderline.extend({
    init_from_JSON: function (json) {
      _super_orderline.init_from_JSON.apply(this, arguments);
      this.take_price(json);
    },

    apply_ms_data: function (data) {
      if (_super_orderline.apply_ms_data) {
        _super_orderline.apply_ms_data.apply(this, arguments);
      }
      this.take_price(data);
    },

    take_price: function (data) {
      if (String(data.uid).startsWith("mt:")) {
        return; // a line that an extension put costs what that extension says
      }
      this.usual_price = data.usual_price;
      this.happy_percent = data.happy_percent || 0;
      if (typeof data.price_unit !== "number") {
        this.usual_price = null;
      } else if (typeof data.usual_price !== "number") {
        this.usual_price = data.price_unit; // its first price
        this.happy_percent = isHappy(data.mt_tapped_at) ? config.percent : 0;
      } else if (data.price_unit !== off(this.usual_price, this.happy_percent)) {
        this.usual_price = data.price_unit; // somebody typed another
        this.happy_percent = 0;
      }
    },

    export_as_JSON: function () {
      var data = _super_orderline.export_as_JSON.apply(this, arguments);
      data.usual_price = this.usual_price;
      data.happy_percent = this.happy_percent || null;
      if (this.happy_percent) {
        data.price_unit = off(this.usual_price, this.happy_percent);
      }
      return data;
    },
  });
});
