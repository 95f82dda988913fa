// What is sold by weight: the quantity is what the scales say, less the container.
const { Orderline } = require("point_of_sale.models");
const Registries = require("point_of_sale.Registries");
const { round_decimals } = require("web.utils");

Registries.Model.extend(
  Orderline,
  (Orderline) =>
    class extends Orderline {
      init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.weighed(json);
      }
      apply_ms_data(data) {
        super.apply_ms_data(...arguments);
        this.weighed(data);
        if (typeof this.gross === "number" && this.gross < (this.tare || 0)) {
          throw new Reject(`The container (${this.tare}) weighs more than all that is on the scales (${this.gross})`);
        }
      }
      weighed(json) {
        this.gross = json.gross;
        this.tare = json.tare;
      }
      export_as_JSON() {
        const json = Object.assign(super.export_as_JSON(...arguments), { gross: this.gross, tare: this.tare });
        if (typeof this.gross === "number") {
          json.qty = round_decimals(this.gross - (this.tare || 0), 3);
        }
        return json;
      }
    },
);
