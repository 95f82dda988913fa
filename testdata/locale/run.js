(function (vectors) {
    var failed = [], ran = 0;
    function check(v, locales, text) {
        var got, of = v.kind === "number" ? Number(v.of) : v.kind === "date" ? new Date(v.of === null ? NaN : v.of) : v.of;
        try {
            got = of[v.call](locales, v.options);
        } catch (error) {
            got = error.name + ": " + error.message;
        }
        ran++;
        if (got !== text) {
            failed.push(JSON.stringify([v.call, v.of, locales, v.options]) + " gives " + JSON.stringify(got) + " instead of " + JSON.stringify(text));
        }
    }
    vectors.forEach(function (v) {
        if (v.texts) {
            Object.keys(v.texts).forEach(function (locale) { check(v, locale, v.texts[locale]); });
        } else {
            check(v, v.locales, v.text === undefined ? v.error : v.text);
        }
    });
    return { ran: ran, failed: failed.slice(0, 20) };
})
