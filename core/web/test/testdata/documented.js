var _super_order = models.Order.prototype;
models.Order = models.Order.extend({
    apply_ms_data: function (data) {
        if (_super_order.apply_ms_data) {
            _super_order.apply_ms_data.apply(this, arguments);
        }
        this.first_new_variable = data.first_new_variable;
        this.second_new_variable = data.second_new_variable;
    },
    export_as_JSON: function () {
        var data = _super_order.export_as_JSON.apply(this, arguments);
        data.first_new_variable = this.first_new_variable;
        data.second_new_variable = this.second_new_variable;
        return data;
    },
    init_from_JSON: function (json) {
        this.first_new_variable = json.first_new_variable;
        this.second_new_variable = json.second_new_variable;
        return _super_order.init_from_JSON.call(this, json);
    },
});
