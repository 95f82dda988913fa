// A deposit for bottles: an own line for each line of a product that has one.
const { Order } = require("point_of_sale.models");
const Registries = require("point_of_sale.Registries");

const { product, deposits, description = "Deposit" } = manytill.config;

Registries.Model.extend(
  Order,
  (Order) =>
    class extends Order {
      export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        for (const line of this.get_orderlines()) {
          const deposit = deposits[line.get_product().id];
          if (deposit && line.get_quantity()) {
            this.put_line(line.uid, {
              product_id: product,
              qty: line.get_quantity(),
              price_unit: deposit,
              description,
            });
          }
        }
        return json;
      }
    },
);
