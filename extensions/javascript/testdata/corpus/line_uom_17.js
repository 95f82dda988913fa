//: orderline.sale_uom [4,"Kg"] [5,"Box"]
//: orderline.custom_attrs [{"id":1,"value":"v"}] [{"id":2,"value":"w"},{"id":3,"value":"u"}]
/** @odoo-module **/
import { patch } from "@web/core/utils/patch";
import { Orderline } from "@point_of_sale/app/store/models";
import { Orderline as OrderlineComponent } from "@point_of_sale/app/generic_components/orderline/orderline";

patch(OrderlineComponent, {
    props: {
        ...OrderlineComponent.props,
        line: {
            ...OrderlineComponent.props.line,
            shape: {
                ...OrderlineComponent.props.line.shape,
                sale_uom: { type: Object, optional: true },
            },
        },
    },
});
patch(Orderline.prototype, {
    setup() {
        super.setup(...arguments);
        this.custom_attrs = this.custom_attrs || [];
    },
    export_as_JSON() {
        const json = super.export_as_JSON();
        json.sale_uom = this.sale_uom ? [this.sale_uom.id, this.sale_uom.name] : false;
        json.custom_attrs = this.custom_attrs.map((a) => ({ id: a.id, value: a.value }));
        return json;
    },
    init_from_JSON(json) {
        super.init_from_JSON(json);
        if (json.sale_uom) {
            const [id, name] = json.sale_uom;
            this.sale_uom = { id, name };
        }
        this.custom_attrs = json.custom_attrs || [];
    },
    getDisplayData() {
        return { ...super.getDisplayData(), sale_uom: this.sale_uom };
    },
});
