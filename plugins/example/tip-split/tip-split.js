// A tip is shared by those who served the order, by what each of them sold.
const { Order } = require("point_of_sale.models");
const Registries = require("point_of_sale.Registries");

// In cents, the largest remainders first, so that the shares add up to the tip.
function shares(tip, sold) {
  const total = Object.values(sold).reduce((sum, money) => sum + money, 0);
  const cents = Math.round(tip * 100);
  if (!cents || !(total > 0)) {
    return null;
  }
  const list = Object.keys(sold)
    .sort()
    .map((who) => {
      const exact = (cents * sold[who]) / total;
      return { who, cents: Math.floor(exact), rest: exact - Math.floor(exact) };
    });
  let left = cents - list.reduce((sum, share) => sum + share.cents, 0);
  for (const share of list.slice().sort((a, b) => b.rest - a.rest || (a.who < b.who ? -1 : 1))) {
    if (left-- > 0) {
      share.cents++;
    }
  }
  const given = {};
  for (const share of list) {
    given[share.who] = share.cents / 100;
  }
  return given;
}

Registries.Model.extend(
  Order,
  (Order) =>
    class extends Order {
      init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.tip = json.tip;
      }
      export_as_JSON() {
        const sold = {};
        for (const line of this.get_orderlines()) {
          const { user } = line.ms_info.created;
          const who = user ? user.name : "nobody";
          const money = Math.round(line.get_base_price() * 100);
          if (money > 0) {
            sold[who] = (sold[who] || 0) + money;
          }
        }
        return Object.assign(super.export_as_JSON(...arguments), {
          tip: this.tip,
          tip_shares: shares(this.tip || 0, sold),
        });
      }
    },
);
