// When an order is paid, those who sold its lines get a commission.
const { Order } = require("point_of_sale.models");
const Registries = require("point_of_sale.Registries");

const { percent = 5, products = {} } = manytill.config;

Registries.Model.extend(
  Order,
  (Order) =>
    class extends Order {
      init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.paid = json.mt_state === "paid";
      }
      apply_ms_data(data) {
        super.apply_ms_data(...arguments);
        this.paid = data.mt_state === "paid";
      }
      export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        json.commission = this.paid ? this.earned() : null;
        return json;
      }
      earned() {
        const cents = {};
        for (const line of this.get_orderlines()) {
          const { user } = line.ms_info.created;
          const own = products[line.get_product().id];
          const share = (line.get_base_price() * (own === undefined ? percent : own)) / 100;
          if (user && share) {
            cents[user.id] = (cents[user.id] || 0) + Math.round(share * 100);
          }
        }
        const earned = {};
        for (const id of Object.keys(cents).sort()) {
          earned[id] = cents[id] / 100;
        }
        return earned;
      }
    },
);
