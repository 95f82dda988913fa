// Walks up the product's categories, which nobody has here; Odoo 11.
//: orderline.root_category one-way "Drinks" "Food"
//: orderline.kitchen_line "grill" "cold"
odoo.define('kitchen.walk', function (require) {
    var models = require('point_of_sale.models');
    var l = models.Orderline.prototype;
    function root(category) { return category.parent ? root(category.parent) : category; }
    models.Orderline = models.Orderline.extend({
        get_root: function () {
            var category = this.get_product().pos_category, hops = [];
            while (category && category.parent) { hops.push(category.id); category = category.parent; }
            return category ? category.name : false;
        },
        init_from_JSON: function (json) {
            l.init_from_JSON.apply(this, arguments);
            this.kitchen_line = json.kitchen_line;
            this.top = root(this.product.categ);
        },
        export_as_JSON: function () {
            var j = l.export_as_JSON.apply(this, arguments);
            j.root_category = this.get_root();
            j.kitchen_line = this.kitchen_line;
            return j;
        },
    });
});
