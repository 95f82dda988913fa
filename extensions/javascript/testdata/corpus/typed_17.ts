// TypeScript with types, enums and private members; Odoo 17.
//: order.loyalty_tier "gold" "silver"
//: orderline.allergens ["nuts"] ["nuts","milk"]
import { Order, Orderline } from "@point_of_sale/app/store/models";
import { patch } from "@web/core/utils/patch";
import type { PosStore } from "@point_of_sale/app/store/pos_store";

enum Tier { Silver = "silver", Gold = "gold" }
interface TierJSON { loyalty_tier?: Tier | string; [key: string]: unknown }

patch(Order.prototype, {
    init_from_JSON(this: any, json: TierJSON): void {
        super.init_from_JSON(json);
        this.loyalty_tier = (json.loyalty_tier as Tier) ?? Tier.Silver;
    },
    export_as_JSON(this: any): TierJSON {
        const json: TierJSON = super.export_as_JSON();
        json.loyalty_tier = this.loyalty_tier;
        return json;
    },
} as object);
patch(Orderline.prototype, {
    init_from_JSON(this: any, json: { allergens?: string[] }): void {
        super.init_from_JSON(json);
        this.allergens = [...(json.allergens || [])];
    },
    export_as_JSON(this: any) {
        const json = super.export_as_JSON();
        json.allergens = this.allergens satisfies string[];
        return json;
    },
} as object);
export const tierOf = (pos: PosStore): Tier => (pos ? Tier.Gold : Tier.Silver);
