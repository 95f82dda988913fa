// Backbone attributes as storage, a change handler; Odoo 13.
//: order.hotel_room "101" "202"
//: order.hotel_guest {"id":3,"name":"Ms. Li"} {"id":4,"name":"Mr. Wu"}
//: order.hotel_folio 55 56
odoo.define("hotel.pos_room", function(require) {
    "use strict";
    const models = require("point_of_sale.models");
    const session = require("web.session");

    const _super = models.Order;
    models.Order = models.Order.extend({
        initialize: function(attributes, options) {
            _super.prototype.initialize.apply(this, arguments);
            this.on("change:hotel_room", () => this.trigger("new_updates_to_send"), this);
        },
        set_room: function(room, guest) {
            this.assert_editable();
            this.set({hotel_room: room, hotel_guest: guest});
        },
        get_room: function() {
            return this.get("hotel_room");
        },
        init_from_JSON: function(json) {
            this.set("hotel_room", json.hotel_room);
            this.set("hotel_guest", json.hotel_guest);
            this.set("hotel_folio", json.hotel_folio);
            _super.prototype.init_from_JSON.call(this, json);
        },
        export_as_JSON: function() {
            const result = _super.prototype.export_as_JSON.apply(this, arguments);
            result.hotel_room = this.get_room();
            result.hotel_guest = this.get("hotel_guest");
            result.hotel_folio = this.get("hotel_folio");
            return result;
        },
    });
    return models;
});
