// want-file: no-hook
odoo.define("colours", function (require) {
    var screens = require("point_of_sale.screens");
    screens.ProductScreenWidget.include({
        colour: function () { return "green"; },
    });
});
