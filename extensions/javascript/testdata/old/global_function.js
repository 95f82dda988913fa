function acme_weight_models(instance, module) {
    var _super_line = module.Orderline.prototype;
    module.Orderline = module.Orderline.extend({
        export_as_JSON: function () {
            var json = _super_line.export_as_JSON.apply(this, arguments);
            json.tare = this.tare || 0;
            return json;
        },
        init_from_JSON: function (json) {
            _super_line.init_from_JSON.apply(this, arguments);
            this.tare = json.tare;
        },
    });
}
