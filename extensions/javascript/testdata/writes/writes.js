// Gives core fields what its own fields say: in the export, by a setter in a hook, or by a method that the base's export asks.
var Order = models.Order.prototype;
var Orderline = models.Orderline.prototype;

models.Order = models.Order.extend({
  init_from_JSON: function (json) {
    Order.init_from_JSON.apply(this, arguments);
    this.say = json.say;
    this.sets = json.sets;
    if (this.sets) {
      this.set_pricelist({ id: this.sets });
      this.fiscal_position = { id: this.sets };
      if (this.sets === 5) {
        this.set_partner({ id: this.sets });
      } else {
        this.partner = { id: this.sets };
      }
    }
  },
  export_as_JSON: function () {
    var out = Order.export_as_JSON.apply(this, arguments);
    out.say = this.say;
    out.sets = this.sets;
    for (var key in this.say) {
      out[key] = this.say[key];
    }
    return out;
  },
});

models.Orderline = models.Orderline.extend({
  init_from_JSON: function (json) {
    Orderline.init_from_JSON.apply(this, arguments);
    this.say = json.say;
    this.sets = json.sets;
    this.gets = json.gets;
    if (typeof this.sets === "number") {
      this.set_unit_price(this.sets);
      this.set_discount(this.sets);
      this.set_quantity(this.sets);
      this.tax_ids = [[6, false, [this.sets]]];
      this.description = "set";
    }
  },
  get_unit_price: function () {
    return typeof this.gets === "number" ? this.gets : Orderline.get_unit_price.apply(this, arguments);
  },
  export_as_JSON: function () {
    var out = Orderline.export_as_JSON.apply(this, arguments);
    out.say = this.say;
    out.sets = this.sets;
    out.gets = this.gets;
    for (var key in this.say) {
      out[key] = this.say[key];
    }
    return out;
  },
});
