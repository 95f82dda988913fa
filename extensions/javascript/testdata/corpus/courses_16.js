//: orderline.course_id 7 8
//: orderline.course_fired true false
odoo.define('courses.line', function (require) {
    "use strict";
    const { Orderline, Order } = require('point_of_sale.models');
    const Registries = require('point_of_sale.Registries');
    const CourseLine = (Orderline) => class CourseLine extends Orderline {
        constructor(obj, options) {
            super(obj, options);
            this.course_id = this.course_id || this.pos.config.default_course_id?.[0] || false;
        }
        init_from_JSON(json) {
            this.course_id = json.course_id;
            this.course_fired = json.course_fired || false;
            super.init_from_JSON(json);
        }
        export_as_JSON() {
            return Object.assign(super.export_as_JSON(), {
                course_id: this.course_id,
                course_fired: this.course_fired || false,
            });
        }
        get course() { return this.pos.courses.find((c) => c.id === this.course_id); }
    };
    Registries.Model.extend(Orderline, CourseLine);
});
