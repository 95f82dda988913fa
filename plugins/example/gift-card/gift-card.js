// What a gift card pays of an order is booked at the card's issuer when the order is paid.
const { Order } = require("point_of_sale.models");
const Registries = require("point_of_sale.Registries");

Registries.Model.extend(
  Order,
  (Order) =>
    class extends Order {
      init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.restore(json);
      }

      apply_ms_data(json) {
        super.apply_ms_data(...arguments);
        this.restore(json);
        if (this.gift_paid && this.gift_amount > 0 && !this.gift_card) {
          throw new Reject("Which gift card? Enter its number, or take its amount off");
        }
      }

      export_as_JSON() {
        if (this.gift_paid && this.gift_amount > 0 && this.gift_card) {
          // Hooks run again, but "paid" is wanted only once for the order.
          this.effect("book", "paid", { card: this.gift_card, amount: this.gift_amount, order: this.uid });
          this.gift_state = this.gift_state || "pending";
        }
        const { gift_card, gift_amount, gift_state, gift_message } = this;
        return Object.assign(super.export_as_JSON(...arguments), { gift_card, gift_amount, gift_state, gift_message });
      }

      effect_result(_name, _key, result) {
        if (result.gave_up) {
          this.gift_state = "unclear"; // an answer may have been lost
          this.gift_message = String(result.error).slice(0, 200);
        } else if (result.status === 200 || result.status === 201) {
          this.gift_state = "booked";
          this.gift_message = null;
        } else {
          this.gift_state = "refused";
          this.gift_message = String(result.body?.message || `status ${result.status}`).slice(0, 200);
        }
      }

      restore(json) {
        this.gift_card = json.gift_card;
        this.gift_amount = json.gift_amount;
        this.gift_state = json.gift_state;
        this.gift_message = json.gift_message;
        this.gift_paid = json.mt_state === "paid";
      }
    },
);
